"""JSON read strictly: of two equal keys in an object Python's own reader would drop the first."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import ValidationError

__all__ = ["first_reason", "parse_json"]

_MOST_LEVELS = 50
"""Of lists and objects within each other: files of the platform and of ours have at most ten."""
_TOO_DEEP = f"lists or objects nested more than {_MOST_LEVELS} levels deep"


def parse_json(text: bytes) -> Any:
    """Read UTF-8 JSON, with or without a byte order mark.

    Raises:
        ValueError: it is not JSON, is nested too deeply, or an object in it has a key twice.
    """
    try:
        document = json.loads(text.decode("utf-8-sig"), object_pairs_hook=_distinct)
    except RecursionError as error:
        raise ValueError(_TOO_DEEP) from error
    _check_depth(document)
    return document


def _check_depth(document: Any) -> None:
    """Refuse what checking and showing it would fail on, as both go from level to level."""
    level = [document]
    for _ in range(_MOST_LEVELS + 1):
        level = [item for value in level for item in _items(value)]
        if not level:
            return
    raise ValueError(_TOO_DEEP)


def _items(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _distinct(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    repeated = [key for key, times in Counter(key for key, _ in pairs).items() if times > 1]
    if repeated:
        raise ValueError(f"the key {repeated[0]!r} more than once")
    return dict(pairs)


def first_reason(error: Exception) -> str:
    """Say the first thing that is wrong, and where: `[0].inputs.1.socket.slug: Field required`."""
    if not isinstance(error, ValidationError):
        return str(error)
    first, *others = error.errors(include_url=False)
    place = ".".join(str(step) for step in first["loc"])
    also = f" (and {len(others)} more)" if others else ""
    return f"{f'entry {place}: ' if place else ''}{first['msg']}{also}"
