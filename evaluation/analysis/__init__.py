"""What stands behind the scores: groups, agreement, intervals, RECIST, detection, run time."""
