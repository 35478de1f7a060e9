"""The commands, run in this process."""

import logging
import sys
from collections.abc import Callable

import pytest
from bright_predictor import bright_model

import clinic.segmentation.model
from clinic.__main__ import main

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    """Run the command in this process with the bright model: exit code, output, log and errors."""
    loads: list[int] = []

    def load(*_: object, **__: object) -> clinic.segmentation.model.LoadedModel:
        loads.append(1)
        return bright_model()

    monkeypatch.setattr(clinic.segmentation.model, "load", load)

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["clinic", *map(str, arguments)])
        logging.captureWarnings(False)
        code = 0
        try:
            main()
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        out, err = capfd.readouterr()
        return code, out, err

    run.loads = loads  # type: ignore[attr-defined]
    return run
