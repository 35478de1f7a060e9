"""What runs a network, where and in what: the options of every command that runs one.

A module of its own, so that `--help` of a command needs no engine.
"""

from pathlib import Path
from typing import Annotated, Literal

from uls.workshop.options import Option, Settings

__all__ = ["Device", "DeviceName", "Engine", "EngineName", "EngineSettings", "ModelFolder"]
__all__ += ["PrecisionName"]

EngineName = Literal["auto", "winograd", "torch", "openvino", "onnx", "tensorrt"]
"""The engines of `algorithm.engines.catalogue.catalogue`, which a test compares with this list."""

DeviceName = Literal["auto", "cpu", "cuda"]
PrecisionName = Literal["auto", "f32", "bf16", "fp16"]

Engine = Annotated[EngineName, Option("--engine", help="What runs the network.")]
ModelFolder = Annotated[
    Path | None,
    Option("--model", help="Model folder. Default: /opt/ml/model, else the built-in one."),
]
Device = Annotated[DeviceName, Option("--device", help="Where it runs.")]


class EngineSettings(Settings):
    """What runs a network, where, and what it computes in; see `selection.create.select`."""

    engine: Engine = "auto"
    device: Device = "auto"
    precision: Annotated[
        PrecisionName,
        Option(
            "--precision",
            help="bf16, fp16: faster where the device has it; checked against f32 first. auto: "
            "fp16 on CUDA, bf16 on a CPU where `weights tune` found it faster, else f32.",
        ),
    ] = "auto"
