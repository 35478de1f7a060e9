"""metrics.json on disk: written whole or not at all, and read back."""

from pathlib import Path

from pydantic import ValidationError

from evaluation.results.metrics import Metrics
from uls.workshop.atomic import write_file
from uls.workshop.errors import InputError
from uls.workshop.failure import first_problem

__all__ = ["METRICS_FILE", "read_metrics", "write_metrics"]

METRICS_FILE = "metrics.json"


def write_metrics(metrics: Metrics, folder: Path) -> Path:
    """Write metrics.json whole or not at all; NaN and infinity become null.

    Raises:
        OutputError: the file cannot be written.
    """
    text = metrics.model_dump_json(by_alias=True, indent=1) + "\n"
    return write_file(folder / METRICS_FILE, text)


def read_metrics(path: Path) -> Metrics:
    """Read a metrics.json of ours.

    Raises:
        InputError: the file is missing or something else.
    """
    try:
        return Metrics.model_validate_json(path.read_bytes())
    except OSError as error:
        found = error.strerror or str(error)
    except ValidationError as error:
        found = first_problem(error)
    raise InputError.about(path, expected="a metrics.json of this evaluation", found=found)
