"""The three models of the challenge's paper, each by its name. Knows recipes, not how they run."""
