"""The training run: network, loss, checkpoint, resume."""
