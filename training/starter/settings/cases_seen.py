"""Which cases a model was trained on: only where that is known, others give fair results."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatch

from algorithm.models.manifest import AnyManifest, ZoomManifest
from training.starter.settings.recipe import VALIDATION_LESIONS

__all__ = ["CasesSeen", "cases_of", "is_held_out", "joined"]

CasesSeen = tuple[str, ...] | None
"""Names of cases, sorted; None where they are not known."""


def cases_of(manifest: AnyManifest) -> CasesSeen:
    """Give the cases that a model says it was trained on; nnU-Net models do not say."""
    return manifest.origin.trained_on if isinstance(manifest, ZoomManifest) else None


def joined(*seen: Iterable[str] | None) -> CasesSeen:
    """Join what several pieces of training read; unknown as soon as one of them is."""
    known = [cases for cases in seen if cases is not None]
    if len(known) < len(seen):
        return None
    return tuple(sorted({case for cases in known for case in cases}))


def is_held_out(case: str, patterns: Sequence[str]) -> bool:
    """Say whether a case is one of the protocol's validation cases, or fits a pattern."""
    return case in VALIDATION_LESIONS or any(fnmatch(case, pattern) for pattern in patterns)
