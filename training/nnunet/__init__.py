"""Training with nnU-Net v2: plans, preprocessing, trainers, hand-over, fine-tuning, prediction."""
