"""A raw data set as nnU-Net wants it, and what is refused in one."""
