"""Which lesion it is: an identifier of its own, or that of the lesion that it continues."""

import re
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

import numpy as np

from clinic.lesions.lesion import Lesion
from clinic.lesions.targets import Target
from clinic.scans.scan import Scan
from uls.workshop.errors import CallError, UserError

__all__ = ["NEW", "check_uid", "content_uid", "derived_uid", "tracked", "tracking_uid"]

NEW = "new"
"""Stands for the identifier of a lesion that continues none."""

_UID = re.compile(r"(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*))+")
_LONGEST = 64


def check_uid(text: str, subject: str = "--track", *, error: type[UserError] = CallError) -> str:
    """Return an identifier as DICOM allows it.

    Raises:
        UserError: it is none; of the kind `error`.
    """
    if len(text) > _LONGEST or not _UID.fullmatch(text):
        raise error.about(
            subject,
            expected="a tracking UID: at most 64 digits and dots, such as 2.25.1234",
            found=repr(text),
            hint="The column tracking_uid of an earlier lesions.csv holds it.",
        )
    return text


def tracked(targets: Sequence[Target], uids: Sequence[str]) -> list[Target]:
    """Let lesions continue earlier ones: an identifier for each, in their order, or `new`.

    Raises:
        CallError: there are more or fewer of them than lesions, or one is no identifier.
    """
    if uids and len(uids) != len(targets):
        raise CallError.about(
            "--track",
            expected=f"one for each of {len(targets)} lesions, or none at all",
            found=f"{len(uids)}",
            hint=f"Write {NEW} for a lesion that continues none.",
        )
    named = ["" if uid == NEW else check_uid(uid) for uid in uids] or [""] * len(targets)
    return [
        replace(target, tracking_uid=uid or target.tracking_uid)
        for target, uid in zip(targets, named, strict=True)
    ]


def derived_uid(*parts: object) -> str:
    """Return an identifier that follows from its parts."""
    text = "\n".join(map(str, parts))
    return f"2.25.{int.from_bytes(sha256(text.encode()).digest()[:16], 'big')}"


def content_uid(scan: Scan, model_sha256: str, number: int, lesion: Lesion) -> str:
    """Return an identifier of a lesion's mask: the same scan, model and click give the same one."""
    source = scan.series_uid or scan.sha256
    return derived_uid(source, model_sha256, "lesion", number, _digest(lesion))


def tracking_uid(scan: Scan, model_sha256: str, number: int, lesion: Lesion) -> str:
    """Return the identifier that a lesion keeps over time: its predecessor's, else its own."""
    return lesion.target.tracking_uid or content_uid(scan, model_sha256, number, lesion)


def _digest(lesion: Lesion) -> str:
    """Give a hash of a lesion's mask and of all else that its objects show."""
    mask, target = lesion.mask, lesion.target
    shown = (mask.corner_zyx, mask.voxels.shape, target.click_xyz, target.box, lesion.warnings)
    text = repr(shown).encode()
    return sha256(text + np.packbits(mask.voxels).tobytes()).hexdigest()
