"""One job, top to bottom: find stacks, predict, keep the clicked lesion, write; all in time.

Knows predictors by what they can do, and no network.
"""
