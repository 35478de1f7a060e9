"""How fast inference is: each engine beside nnunetv2, on the same weights, VOIs and threads."""
