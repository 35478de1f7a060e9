"""Whether what an nnU-Net data set asks of its network is ours: one CT channel, lesion or not.

Labels are read as nnunetv2's `LabelManager` reads them, so that what it runs as two classes runs
here: a region of one label is that label, a label to ignore takes no channel of the network. A
region of several labels is another network (one channel, sigmoid), and is refused.
"""

from pathlib import Path
from typing import Any

from uls.workshop.errors import ModelError

__all__ = ["check_task"]

_EXPECTED = "two labels, background 0 and one other 1 (beside an ignore label 2, if any)"
_NEXT = (
    "This program runs networks that tell one kind of lesion from the rest: train one with such "
    "labels (`python -m training nnunet`)."
)


def check_task(path: Path, dataset: dict[str, Any]) -> None:
    """Make sure that a `dataset.json` describes our task.

    Raises:
        ModelError: it describes another.
    """
    labels = dataset.get("labels")
    if not isinstance(labels, dict) or not _is_lesion_or_not(labels):
        raise ModelError.about(path, expected=_EXPECTED, found=f"labels {labels}", hint=_NEXT)
    channels = dataset.get("channel_names", dataset.get("modality"))
    if not isinstance(channels, dict) or len(channels) != 1:
        found = f"{channels}"
        raise ModelError.about(path, expected="one input channel, CT", found=found, hint=_NEXT)


def _is_lesion_or_not(labels: dict[str, Any]) -> bool:
    """Say whether nnunetv2 makes two classes of these labels, 0 and 1."""
    if "ignore" in labels and (type(labels["ignore"]) is not int or labels["ignore"] != 2):
        return False
    classes = {name: label for name, label in labels.items() if name != "ignore"}
    if _number(classes.get("background")) != 0:
        return False
    return {_of_region(label) for label in classes.values()} == {0, 1}


def _of_region(label: Any) -> int | None:
    """Give the label that a region of one label stands for; None for a larger region."""
    if isinstance(label, list):
        return _number(label[0]) if len(label) == 1 else None
    return _number(label)


def _number(label: Any) -> int | None:
    """Read a label that is written as a whole number or as the text of one."""
    if isinstance(label, str):
        return int(label) if label.strip().isdecimal() else None
    if isinstance(label, bool) or not isinstance(label, int | float):
        return None
    return int(label) if float(label).is_integer() else None
