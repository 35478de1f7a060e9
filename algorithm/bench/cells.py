"""What is measured: an engine in a precision, such as `openvino-bf16`."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec

from algorithm import engines
from algorithm.weights import Model
from uls.errors import CallError

__all__ = ["Cell", "auto_cell", "cells_here", "reference_cell", "wanted_cells"]

REFERENCE = "torch"


@dataclass(frozen=True, order=True)
class Cell:
    """An engine in a precision."""

    engine: str
    precision: str

    @property
    def name(self) -> str:
        """As `--engine` takes it and the JSON names it."""
        return f"{self.engine}-{self.precision}"


def cells_here(model: Model, device: str) -> tuple[Cell, ...]:
    """List the engines that read a model on a device (`cpu`, `cuda`), in what it computes in.

    A CPU without instructions for a precision would compute in it all the same, slowly.
    """
    return tuple(
        Cell(engine, precision)
        for engine in engines.usable(model, device)
        for precision in _precisions(engine, device)
    )


def wanted_cells(names: Sequence[str], here: Sequence[Cell]) -> tuple[Cell, ...]:
    """Choose by name: `openvino` for all precisions of an engine, `openvino-bf16` for one.

    Raises:
        CallError: a name is not one of those that are here.
    """
    chosen = list(here) if not names else []
    for name in names:
        named = [cell for cell in here if name in {cell.engine, cell.name}]
        if not named:
            raise CallError.about(
                "--engine",
                expected="an engine that is installed, reads the model and has the precision: "
                + ", ".join(cell.name for cell in here),
                found=name,
            )
        chosen += named
    return tuple(dict.fromkeys(chosen))


def auto_cell(model: Model, device: str) -> Cell:
    """Say what `segment` takes when nobody asks for an engine or a precision."""
    engine, options = engines.settle("auto", model, device=device)
    return Cell(engine, options.precision)


def reference_cell(here: Sequence[Cell]) -> Cell:
    """Give the float32 that others are compared to: torch's where it is."""
    plain = [cell for cell in here if cell.precision == "f32"]
    return next((cell for cell in plain if cell.engine == REFERENCE), plain[0])


def _precisions(engine: str, device: str) -> tuple[str, ...]:
    if device == "cuda":
        import torch  # noqa: PLC0415

        bf16 = torch.cuda.is_bf16_supported(including_emulation=False)
        return ("f32", "bf16", "fp16") if bf16 else ("f32", "fp16")
    return ("f32", "bf16") if engine != "onnx" and _cpu_has_bf16() else ("f32",)


def _cpu_has_bf16() -> bool:
    if find_spec("openvino") is None:
        return False
    from algorithm.engines.openvino import computes_in_bf16  # noqa: PLC0415

    return computes_in_bf16()
