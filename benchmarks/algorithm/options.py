"""How a model is measured."""

from typing import Annotated

from algorithm.engines.engine_names import Device
from uls.workshop.options import Option, Settings

__all__ = ["BenchOptions"]


class BenchOptions(Settings):
    """How a model is measured."""

    engines: Annotated[
        tuple[str, ...],
        Option(
            "--engine",
            help="openvino, or in one precision openvino-bf16; may be repeated. What auto tries "
            "first is measured, too. Default: every engine that is installed, in what the device "
            "computes in.",
        ),
    ] = ()
    device: Device = "auto"
    runs: Annotated[int, Option("--runs", min=1, help="Runs whose medians are printed.")] = 5
    vois: Annotated[int, Option("--vois", min=1, help="Of the measured job.")] = 100
    peak_size: Annotated[
        int, Option("--peak-size", min=64, help="Of the matrices that set the peak.")
    ] = 4096
    whole_job: Annotated[
        bool,
        Option("--whole-job", help="Do the job with the real engine instead of adding it up."),
    ] = False
