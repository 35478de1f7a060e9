"""What the report command leaves on disk, each file written beside its place and renamed."""

import csv
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from clinic.follow_up.findings import Comparison, Findings, Lesion
from uls.report.html import write_html

__all__ = ["write_findings"]

JSON_FILE = "hcuch.json"
LESIONS_FILE = "lesions.csv"
RECIST_FILE = "recist.csv"

_NOT_IN_TABLES = {"corners_yx"}


def write_findings(findings: Findings, folder: Path) -> list[Path]:
    """Write hcuch.json, lesions.csv and recist.csv; the JSON comes last, when all else is there.

    Raises:
        OutputError: a file cannot be written.
    """
    return [
        write_html(_table(Lesion, findings.lesions), folder / LESIONS_FILE),
        write_html(_table(Comparison, findings.comparisons), folder / RECIST_FILE),
        write_html(findings.model_dump_json(indent=1) + "\n", folder / JSON_FILE),
    ]


def _table(kind: type[BaseModel], rows: Sequence[BaseModel]) -> str:
    columns = [name for name in kind.model_fields if name not in _NOT_IN_TABLES]
    text = StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(_plain(row) for row in rows)
    return text.getvalue()


def _plain(row: BaseModel) -> dict[str, Any]:
    """Give a row as JSON has it; what is unknown is blank."""
    return {name: "" if v is None else v for name, v in row.model_dump(mode="json").items()}
