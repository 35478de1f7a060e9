"""metrics.json on disk: written whole or not at all, and read back."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from evaluation.metrics import Metrics
from uls.errors import InputError, OutputError

__all__ = ["METRICS_FILE", "check_writable", "read_metrics", "write_metrics"]

METRICS_FILE = "metrics.json"


def check_writable(folder: Path) -> None:
    """Make the output folder and a file in it, so that no work is done in vain.

    Raises:
        OutputError: it cannot be written.
    """
    with _output_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        _part(folder).touch()
        _part(folder).unlink()


def write_metrics(metrics: Metrics, folder: Path) -> Path:
    """Write metrics.json beside its place and then rename it; NaN and infinity become null.

    Raises:
        OutputError: the file cannot be written.
    """
    path, part = folder / METRICS_FILE, _part(folder)
    text = metrics.model_dump_json(by_alias=True, indent=1) + "\n"
    with _output_errors(path):
        try:
            with part.open("w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    return path


def _part(folder: Path) -> Path:
    return folder / f".{METRICS_FILE}.part"


@contextmanager
def _output_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError.about(
            path,
            expected="a place that can be written",
            found=error.strerror or str(error),
            hint="Check the folder's owner, its free space and, in a container, the mount.",
        ) from error


def read_metrics(path: Path) -> Metrics:
    """Read a metrics.json of ours.

    Raises:
        InputError: the file is missing or something else.
    """
    try:
        return Metrics.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise InputError.about(
            path, expected="a metrics.json of this evaluation", found=str(error)
        ) from error
