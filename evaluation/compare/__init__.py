"""Several submissions against each other: whether a difference is real, and the ranking sure."""
