"""Engines of onnxruntime: on a CPU, on CUDA, and by TensorRT."""
