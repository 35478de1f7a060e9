"""What a call reads: `READER=FOLDER` and what else it says of the lesions there."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from training.data.readers import READERS, Source
from uls.workshop.errors import CallError

__all__ = ["parse_sources"]

_OPTION_OF = {
    **{"values": "--label", "instances": "--instances"},
    **{"lesion_type": "--type", "dataset": "--dataset"},
}


def parse_sources(
    texts: Sequence[str], *, told: Mapping[str, Any] | None = None
) -> tuple[tuple[str, Source], ...]:
    """Understand `READER=FOLDER` and `READER=FOLDER,LABELS`.

    Args:
        texts: as given on the command line.
        told: what else the call says of the lesions; for one source only.

    Raises:
        CallError: there is no such reader or folder, or the text has another form.
    """
    told = {key: value for key, value in (told or {}).items() if value}
    if told and len(texts) != 1:
        raise CallError.about(
            ", ".join(_OPTION_OF[key] for key in told), expected="one source", found=f"{len(texts)}"
        )
    return tuple(_parse_source(text, told) for text in texts)


def _parse_source(text: str, told: Mapping[str, Any]) -> tuple[str, Source]:
    name, equals, folders = text.partition("=")
    if name not in READERS or not equals:
        raise CallError.about(
            repr(text),
            expected=f"READER=FOLDER with a reader of {', '.join(READERS)}",
            found=f"reader {name!r}" if equals else "no =",
        )
    root, _, labels = folders.partition(",")
    for folder in (root, labels) if labels else (root,):
        if not Path(folder).is_dir():
            raise CallError.about(repr(text), expected="a folder", found=f"none at {folder!r}")
    return name, Source(root=Path(root), labels=Path(labels) if labels else None, **told)
