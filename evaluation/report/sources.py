"""Which file a report is of, so that it can be told apart from any other."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

__all__ = ["sources_of"]


def sources_of(metrics_file: Path) -> list[tuple[str, str]]:
    """Give a metrics.json's name, time and SHA-256, as the report's last lines state them."""
    seconds = metrics_file.stat().st_mtime
    written = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
    digest = hashlib.sha256(metrics_file.read_bytes()).hexdigest()
    return [
        ("Scores", f"{metrics_file.name}, written {written}"),
        ("SHA-256 of the scores", digest),
    ]
