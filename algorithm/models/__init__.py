"""What to compute: the kinds of models, and what makes each of them ready to run."""
