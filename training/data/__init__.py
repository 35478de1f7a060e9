"""Cases to train on: patients, splits, and how data sets of others become ours."""
