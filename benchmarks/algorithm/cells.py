"""What is measured: an engine in a precision, such as `openvino-bf16`."""

from collections.abc import Sequence
from dataclasses import dataclass

from algorithm.engines.selection.choose import in_order
from algorithm.engines.selection.shortlist import candidates
from algorithm.models.weights import Model
from uls.workshop.errors import CallError

__all__ = ["Cell", "cells_here", "reference_cell", "wanted_cells"]

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
    """List what may run a model on a device (`cpu`, `cuda`), as `auto` would try it.

    Raises:
        CallError: no engine is installed that can read the model.
    """
    listed = in_order(candidates("auto", model, device=device, precision="auto"), model)
    return tuple(Cell(one.engine, one.precision) for one in listed)


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


def reference_cell(here: Sequence[Cell]) -> Cell:
    """Give the float32 that others are compared to: torch's where it is."""
    plain = [cell for cell in here if cell.precision == "f32"]
    return next((cell for cell in plain if cell.engine == REFERENCE), plain[0])
