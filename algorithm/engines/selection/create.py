"""Make a model's networks ready to run, by the engine that was asked for or the best one."""

from algorithm.engines.base import Engine
from algorithm.engines.catalogue.catalogue import ENGINES
from algorithm.engines.options import DEVICES, PRECISIONS
from algorithm.engines.selection.choose import Selected, first_admitted
from algorithm.engines.selection.shortlist import candidates
from algorithm.engines.time_limit import TimeLimit
from algorithm.models.weights import Model
from uls.workshop.errors import CallError

__all__ = ["NAMES", "create", "select"]

NAMES = ("auto", *ENGINES)
"""What `--engine` takes."""


def create(
    name: str, model: Model, *, device: str = "auto", precision: str = "f32"
) -> tuple[Engine, ...]:
    """Make a model's networks ready to run, one engine per fold; see `select`."""
    return select(name, model, device=device, precision=precision).engines


def select(
    name: str,
    model: Model,
    *,
    device: str = "auto",
    precision: str = "f32",
    limit: TimeLimit | None = None,
) -> Selected:
    """Make a model's networks ready to run, and say how fast they are if that is known.

    Args:
        name: one of `NAMES`. `auto` takes torch where there is a CUDA device, else OpenVINO, else
            what is installed; or what is fastest, where `weights tune` found that out.
        model: the model. Its folder is only read; what a check finds is kept in the cache folder.
        device: one of `DEVICES`.
        precision: one of `PRECISIONS`. `f32` gives the reference's masks; `bf16` and `fp16` are
            faster where the device has them, and what they compute is checked against float32
            first: an engine that fails the check gives way to the next, in the end in float32,
            and the log says so. `auto` is fp16 on CUDA, and on a CPU float32, or bf16 where
            `weights tune` found that faster.
        limit: of the time for checks; None for as long as they take.

    Raises:
        CallError: an unknown name, an engine that is not installed, a device that is not there.
        ModelError: the model lacks the file that the engine reads, or does not load.
    """
    _check(name, NAMES, "--engine")
    _check(device, DEVICES, "--device")
    _check(precision, PRECISIONS, "--precision")
    wanted = candidates(name, model, device=device, precision=precision)
    return first_admitted(wanted, model, named=name != "auto", precision=precision, limit=limit)


def _check(value: str, known: tuple[str, ...], option: str) -> None:
    if value not in known:
        raise CallError.about(option, expected=f"one of {', '.join(known)}", found=repr(value))
