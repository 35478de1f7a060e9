"""Making data and training models. Not part of any image."""
