"""From a click in a scan to a mask on the scan's grid."""
