"""Train, validate, predict and hand over folds, each resumable."""
