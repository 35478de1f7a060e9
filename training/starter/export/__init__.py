"""From a checkpoint to a model folder with its card."""
