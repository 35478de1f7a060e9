"""Warnings about VOIs that can be read and predicted, but look wrong: no HU, padding of 0 HU."""

import logging
from collections.abc import Iterator
from typing import Any

import numpy.typing as npt

from uls.images.plausible import not_hu, zero_border

__all__ = ["watched"]

_log = logging.getLogger(__name__)


def watched(vois: Iterator[npt.NDArray[Any]], stack: str) -> Iterator[npt.NDArray[Any]]:
    """Give the same VOIs; log what looks wrong in them, in full for the first, then in number.

    Args:
        vois: Hounsfield units, (z, y, x).
        stack: its name, for the log.
    """
    seen = {"do not look like Hounsfield units": 0, "have border planes of exactly 0 HU": 0}
    for index, voi in enumerate(vois):
        for what, text in zip(seen, (not_hu(voi), _about_border(voi)), strict=True):
            if text and not seen[what]:
                _log.warning("%s: VOI %d: %s", stack, index + 1, text)
            seen[what] += bool(text)
        yield voi
    for what, count in seen.items():
        if count > 1:
            _log.warning("%s: %d VOIs %s", stack, count, what)


def _about_border(voi: npt.NDArray[Any]) -> str:
    planes = zero_border(voi)
    if not planes:
        return ""
    return (
        f"border planes of exactly 0 HU ({planes}), which is soft tissue: pad with the scan's "
        "minimum minus one; nnU-Net would crop them and so move the click out of the centre, this "
        "does not"
    )
