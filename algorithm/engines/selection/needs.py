"""Whether an engine that was asked for can be had, and what it lacks."""

from algorithm.engines.catalogue.catalogue import (
    Candidate,
    lacks_library,
    lacks_onnx,
    missing_packages,
)
from algorithm.models.weights import Model
from uls.workshop.errors import CallError, ModelError
from uls.workshop.extras import how_to_install

__all__ = ["check_runs"]


def check_runs(candidate: Candidate, model: Model) -> None:
    """Check that a candidate that was asked for can be made.

    Raises:
        CallError: it does not know the device or the precision, or is not installed.
        ModelError: the model lacks the file that it reads.
    """
    name, entry = candidate.engine, candidate.entry
    if candidate.device not in entry.devices:
        expected = f"a device among {', '.join(entry.devices)}"
        raise CallError.about(f"--engine {name}", expected=expected, found=candidate.device)
    if candidate.precision not in entry.precisions:
        expected = f"precision {' or '.join(entry.precisions)}"
        raise CallError.about(f"--engine {name}", expected=expected, found=candidate.precision)
    if missing := ", ".join(missing_packages(name)):
        raise CallError.about(
            f"--engine {name}",
            expected=f"the packages {', '.join(entry.packages)}",
            found=f"{missing} not installed",
            hint=f"{how_to_install(entry.extra)}, or take another engine.",
        )
    if lacks_library(name):
        raise CallError.about(
            f"--engine {name}",
            expected="the library for this CPU (AVX2 or AVX-512), which installing builds",
            found="none",
            hint="Build it with `pip install ziglang && "
            "python -m algorithm.engines.winograd.build`, or take another engine.",
        )
    if lacks_onnx(name, model):
        raise ModelError.about(
            model.folder,
            expected=f"an ONNX file for every fold, which --engine {name} reads",
            found="none",
            hint="Import the model again where the package onnx is installed.",
        )
