"""Charts of a report, and the published figures that stand beside ours."""
