"""What a model's ONNX graph calls its input and its output."""

__all__ = ["INPUT", "OUTPUT"]

INPUT = "voi"
OUTPUT = "logits"
