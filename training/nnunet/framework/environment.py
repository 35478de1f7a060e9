"""nnU-Net made ready to be called: its packages, its folders, its trainers, its talk.

nnU-Net takes its folders from environment variables and prints to standard output. Here the
variables are set for as long as a call lasts, and what it prints goes to the log as details. No
file of an installed package is touched: our trainers are found through `nnUNet_extTrainer`.
"""

import contextlib
import io
import logging
import os
import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from training.nnunet.framework.schedules import TRAINERS_FOLDER
from training.nnunet.framework.torchvision_import import make_torchvision_importable
from uls.workshop.cpus import available_cpus
from uls.workshop.errors import CallError
from uls.workshop.extras import how_to_install

__all__ = ["nnunet"]

_log = logging.getLogger("nnunetv2")

_EXPORTERS = "nnUNet_def_n_proc"
"""How many processes write what a validation predicted; nnU-Net takes 8 on any machine."""


@contextlib.contextmanager
def nnunet(
    *,
    raw: Path | None = None,
    preprocessed: Path | None = None,
    results: Path | None = None,
    loaders: int | None = None,
    trainers: bool = True,
) -> Iterator[None]:
    """Make nnU-Net ready for the calls in this block.

    Args:
        raw: the folder of raw data sets.
        preprocessed: the folder of preprocessed data sets.
        results: the folder of trained models.
        loaders: processes that load and augment; 0 for none beside the training's own; by default
            nnU-Net's choice.
        trainers: whether trainers will be looked up, for which torchvision must be importable.

    Raises:
        CallError: nnunetv2 is not installed.
    """
    if find_spec("nnunetv2") is None:
        raise CallError.about(
            "training with nnU-Net",
            expected="the package nnunetv2",
            found="none",
            hint=f"{how_to_install('training')}.",
        )
    variables = {
        "nnUNet_raw": raw,
        "nnUNet_preprocessed": preprocessed,
        "nnUNet_results": results,
        "nnUNet_n_proc_DA": loaders,
        "nnUNet_extTrainer": TRAINERS_FOLDER,
        _EXPORTERS: os.environ.get(_EXPORTERS, min(8, available_cpus())),
    }
    with _variables({key: str(value) for key, value in variables.items() if value is not None}):
        if trainers:
            make_torchvision_importable()
        with (
            contextlib.redirect_stdout(_ToLog()),
            warnings.catch_warnings(),
        ):
            warnings.filterwarnings("ignore", module=r"(?!training|algorithm|uls)")
            yield


@contextlib.contextmanager
def _variables(values: dict[str, str]) -> Iterator[None]:
    before = {key: os.environ.get(key) for key in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for key, value in before.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value


class _ToLog(io.TextIOBase):
    """A standard output whose lines become details of the log."""

    def __init__(self) -> None:
        self._line = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *lines, self._line = (self._line + text).split("\n")
        for line in lines:
            if line.strip():
                _log.debug("%s", line)
        return len(text)
