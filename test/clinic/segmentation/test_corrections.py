"""A correction click adds or takes away a part; a stroke changes one slice; undo takes it back."""
