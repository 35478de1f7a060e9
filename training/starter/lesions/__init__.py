"""Synthetic lesions: their shapes, tissue, edges, companions and how they are implanted."""
