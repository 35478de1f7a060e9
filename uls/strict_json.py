"""JSON read strictly: of two equal keys in an object Python's own reader would drop the first."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

__all__ = ["parse_json"]


def parse_json(text: bytes) -> Any:
    """Read UTF-8 JSON, with or without a byte order mark.

    Raises:
        ValueError: it is not JSON, is nested too deeply, or an object in it has a key twice.
    """
    try:
        return json.loads(text.decode("utf-8-sig"), object_pairs_hook=_distinct)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _distinct(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    repeated = [key for key, times in Counter(key for key, _ in pairs).items() if times > 1]
    if repeated:
        raise ValueError(f"the key {repeated[0]!r} more than once")
    return dict(pairs)
