"""Annotation in cycles: corrected masks come in, a model is tuned, and promoted if better."""
