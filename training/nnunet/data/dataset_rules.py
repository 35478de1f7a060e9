"""What a `dataset.json` must say so that the trained model can run: CT alone, and one lesion.

`algorithm` runs networks of one channel (HU) and two classes. nnU-Net itself would plan and train
other sets for weeks.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from uls.workshop.errors import InputError

__all__ = ["check_channels", "check_ending", "check_labels", "has_ignore"]

_BACKGROUND, _IGNORE = "background", "ignore"
_EXPECTED = '{"background": 0, "lesion": 1}'
_PREPARE = "`python -m training prepare nnunet=FOLDER` makes VOIs with one label of such a set."


def check_labels(path: Path, content: Mapping[str, Any]) -> None:
    """Make sure that the labels are background 0 and one lesion 1, beside which `ignore` may be 2.

    Raises:
        InputError: they are not; the message says what is in the way.
    """
    if "labels" not in content:
        raise _refused(path, "labels", _EXPECTED, "none", f"Write them into the file. {_PREPARE}")
    labels = content["labels"]
    if not isinstance(labels, dict):
        raise _refused(path, "labels", _EXPECTED, repr(labels), _PREPARE)
    if labels and all(isinstance(value, str) for value in labels.values()):
        hint = f"Write names before values, and values as numbers, as version 2 does. {_PREPARE}"
        raise _refused(path, "labels", _EXPECTED, _shown(labels), hint)
    _check_values(path, labels)
    lesions = [name for name in labels if name not in (_BACKGROUND, _IGNORE)]
    if labels.get(_BACKGROUND) != 0:
        raise _refused(path, "labels", '"background": 0 among them', _shown(labels), _PREPARE)
    if len(lesions) != 1:
        why = "one label beside the background, since `algorithm` runs models of two classes"
        raise _refused(path, "labels", why, _shown(labels), _PREPARE)
    expected = {_BACKGROUND: 0, lesions[0]: 1, **({_IGNORE: 2} if _IGNORE in labels else {})}
    if labels != expected:
        raise _refused(path, "labels", _shown(expected), _shown(labels), _PREPARE)


def _check_values(path: Path, labels: Mapping[str, Any]) -> None:
    for name, value in labels.items():
        if isinstance(value, list):
            expected = "one number, since networks of regions are not planned here"
            raise _refused(path, f"label {name!r}", expected, repr(value), _PREPARE)
        if isinstance(value, bool) or not isinstance(value, int):
            raise _refused(path, f"label {name!r}", "a whole number", repr(value), _PREPARE)


def has_ignore(content: Mapping[str, Any]) -> bool:
    """Return whether a label marks voxels that nobody annotated."""
    return _IGNORE in content["labels"]


def check_channels(path: Path, content: Mapping[str, Any]) -> None:
    """Make sure that the set has one channel, and that it is CT.

    Raises:
        InputError: it has others.
    """
    key = "channel_names" if "channel_names" in content else "modality"
    names = content.get(key)
    if names is None:
        return
    values = list(names.values()) if isinstance(names, dict) else []
    if len(values) == 1 and re.search(r"(?<![a-z])(ct|hu)(?![a-z])", str(values[0]), re.IGNORECASE):
        return
    hint = "A network of other or of further channels is none that `algorithm` runs."
    raise _refused(path, key, '{"0": "CT"}, one channel of HU', repr(names), hint)


def check_ending(path: Path, content: Mapping[str, Any]) -> None:
    """Make sure that the files' ending is one.

    Raises:
        InputError: it is not.
    """
    ending = content.get("file_ending", ".nii.gz")
    if not isinstance(ending, str) or not ending.startswith("."):
        raise _refused(path, "file_ending", "an ending such as .nii.gz", repr(ending), "")


def _shown(labels: Mapping[str, Any]) -> str:
    return "{" + ", ".join(f'"{name}": {value!r}' for name, value in labels.items()) + "}"


def _refused(path: Path, what: str, expected: str, found: str, hint: str) -> InputError:
    return InputError.about(f"{path}, {what}", expected=expected, found=found, hint=hint)
