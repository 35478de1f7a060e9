"""The kinds of lesions that the paper tells apart: adenopathies, and tumours by their organ."""

from collections.abc import Sequence

from clinic.follow_up.findings import Lesion

__all__ = ["ADENOPATHY", "by_kind", "kind_of"]

ADENOPATHY = "adenopathy"
_MOST_KINDS = 5
"""With the adenopathies; of rarer organs the tumours are called other."""


def kind_of(lesion: Lesion) -> str:
    """Name a lesion's kind."""
    return ADENOPATHY if lesion.type.is_node else lesion.location


def by_kind(lesions: Sequence[Lesion]) -> dict[str, list[Lesion]]:
    """Part lesions by kind, the most frequent first, `other` last."""
    parts: dict[str, list[Lesion]] = {}
    for lesion in lesions:
        parts.setdefault(kind_of(lesion), []).append(lesion)
    ordered = sorted(parts, key=lambda kind: (-len(parts[kind]), kind))
    shown = {kind: parts[kind] for kind in ordered[:_MOST_KINDS]}
    if rest := [lesion for kind in ordered[_MOST_KINDS:] for lesion in parts[kind]]:
        shown["other"] = rest
    return shown
