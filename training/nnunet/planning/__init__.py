"""Plans: nnU-Net's own, and those of the published models."""
