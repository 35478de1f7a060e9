"""What nnU-Net finds by its variable `nnUNet_extTrainer`: trainers only, one module."""
