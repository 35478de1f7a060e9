"""Engines of torch: the float32 reference, and half precision on CUDA."""
