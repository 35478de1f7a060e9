"""What is written down of a stage, when it begins and when it is done."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from training.digests import Digest

__all__ = ["Begun", "Record", "write_json"]


class Begun(BaseModel):
    """What a stage began with."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    stage: str
    settings: dict[str, Any]
    inputs: dict[str, Digest]
    begun: datetime


class Record(Begun):
    """What a stage that is done was made of, and what it made."""

    output: Digest
    finished: datetime
    seconds: float


def write_json(path: Path, content: Any) -> None:
    """Write JSON beside its place and rename it there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(json.dumps(content, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    beside.rename(path)
