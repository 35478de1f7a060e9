"""Silence for the DICOM libraries: what they warn of quotes values, a patient's name among them."""

import importlib
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from uls.workshop.errors import CallError
from uls.workshop.extras import how_to_install

__all__ = ["dicom_package", "quiet"]

_LOGGERS = ("pydicom", "highdicom", "highdicom.base", "highdicom.legacy", "py.warnings")


@contextmanager
def quiet() -> Iterator[None]:
    """Let nothing that pydicom or highdicom warn of or log get out of the block."""
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    before = [logger.disabled for logger in loggers]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for logger in loggers:
            logger.disabled = True
        try:
            yield
        finally:
            for logger, was in zip(loggers, before, strict=True):
                logger.disabled = was


def dicom_package(name: str) -> ModuleType:
    """Import a package that only DICOM needs.

    Raises:
        CallError: it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise CallError.about(
            "DICOM",
            expected=f"the package {name.partition('.')[0]}",
            found="it is not installed",
            hint=f"{how_to_install('clinic')}.",
        ) from error
