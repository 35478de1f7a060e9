"""What to compute, in torch: nnU-Net's architectures and the zoom network."""
