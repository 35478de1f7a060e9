"""From metrics to the sections of a report, one module a section; none knows HTML."""
