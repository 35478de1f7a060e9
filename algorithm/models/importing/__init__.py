"""Model folders from what others trained: nnU-Net's result folders, checkpoints, networks."""
