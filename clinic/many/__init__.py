"""Many scans or stacks, on one machine or on a cluster: resumed, and the same bytes on each."""
