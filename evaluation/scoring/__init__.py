"""From predictions and references to a score for each lesion, as the challenge computes it."""
