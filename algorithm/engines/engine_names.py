"""What `--engine`, `--device` and `--precision` take, in every command that runs a network.

A module of its own, so that `--help` of a command needs no engine.
"""

from typing import Literal

__all__ = ["DeviceName", "EngineName", "PrecisionName"]

EngineName = Literal["auto", "winograd", "torch", "openvino", "onnx", "tensorrt"]
"""The engines of `algorithm.engines.catalogue.catalogue`, which a test compares with this list."""

DeviceName = Literal["auto", "cpu", "cuda"]
PrecisionName = Literal["auto", "f32", "bf16", "fp16"]
