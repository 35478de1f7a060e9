"""The labels of a `dataset.json`, in every form that people write, and which of them is the lesion.

The Medical Segmentation Decathlon and nnU-Net's version 1 write `{"1": "tumour"}`, version 2 writes
`{"tumour": 1}`; values come as numbers, as text, as floats, and as lists (regions of several
values). Whatever has no certain meaning is refused: a label that is passed over makes an organ a
lesion.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from uls.workshop.errors import CallError, InputError
from uls.workshop.strict_json import parse_json

__all__ = ["DatasetJson", "LesionLabels", "is_lesion_name", "lesion_labels", "read_dataset_json"]

FILE = "dataset.json"

_BACKGROUND, _IGNORE = "background", "ignore"
_LESION = re.compile(
    r"lesion|tumou?r|cancer|carcinom|sarcom|nodul|metasta|neoplas|malign|adenopath"
    r"|nodes?\b|mass(es)?\b",
    re.IGNORECASE,
)
_DENIED = re.compile(r"\b(no|non|not|without)\b", re.IGNORECASE)
_ORGAN = re.compile(
    r"liver|lung|kidney|renal|pancrea|colon|spleen|bone|organ|body|heart|aorta|stomach|bladder"
    r"|prostate|brain|vessel|airway|lobe|gland|muscle|tissue|thorax|abdomen",
    re.IGNORECASE,
)
_HINT = "Say --label with the lesion's value, once for each."


@dataclass(frozen=True)
class DatasetJson:
    """A `dataset.json`: where it lies, and what it holds."""

    path: Path
    content: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The data set's name in it; empty where there is none."""
        name = self.content.get("name")
        return name if isinstance(name, str) else ""


@dataclass(frozen=True)
class LesionLabels:
    """What a mask's values mean.

    Attributes:
        lesion: the values of lesions.
        ignore: the values of voxels that nobody annotated.
        declared: all values that a label has; a mask with others does not fit.
    """

    lesion: tuple[int, ...]
    ignore: tuple[int, ...]
    declared: tuple[int, ...]


def read_dataset_json(root: Path) -> DatasetJson | None:
    """Return the `dataset.json` of a folder; None where there is none.

    Raises:
        InputError: it is no JSON object.
    """
    path = root / FILE
    if not path.exists():
        return None
    try:
        content = parse_json(path.read_bytes())
    except (OSError, ValueError) as error:
        raise InputError.about(path, expected="JSON", found=str(error)) from error
    if not isinstance(content, dict):
        raise InputError.about(path, expected="a JSON object", found=type(content).__name__)
    return DatasetJson(path, content)


def lesion_labels(document: DatasetJson) -> LesionLabels | None:
    """Return which values are lesions, as the labels' names tell; None for a file without labels.

    Raises:
        InputError: a label has no certain meaning.
        CallError: the names do not tell.
    """
    if "labels" not in document.content:
        return None
    labels = dict(_labels(document.path, document.content["labels"]))
    ignored = {name for name in labels if _is(name, _IGNORE)}
    foreground = {k: v for k, v in labels.items() if v != (0,) and k not in ignored}
    ignore = tuple(value for name in ignored for value in labels[name])
    declared = tuple(sorted({0, *(value for values in labels.values() for value in values)}))
    return LesionLabels(_lesion_values(document.path, foreground), ignore, declared)


def _lesion_values(path: Path, labels: Mapping[str, tuple[int, ...]]) -> tuple[int, ...]:
    named = {values for name, values in labels.items() if is_lesion_name(name)}
    if len(named) == 1:
        return named.pop()
    if not named and len(labels) == 1:
        name, values = next(iter(labels.items()))
        if not _ORGAN.search(name):
            return values
    raise CallError.about(
        f"{path}, labels",
        expected="to see which one is the lesion",
        found=", ".join(f"{name} = {_shown(v)}" for name, v in labels.items()) or "none",
        hint=_HINT,
    )


def is_lesion_name(name: str) -> bool:
    """Return whether a label's name is a word for lesions."""
    words = re.sub(r"[\W_]+", " ", name)
    return bool(_LESION.search(words)) and not _DENIED.search(words)


def _labels(path: Path, labels: Any) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield each label's name and values, background included."""
    if not isinstance(labels, dict) or not labels:
        raise InputError.about(
            f"{path}, labels",
            expected='an object such as {"background": 0, "lesion": 1}',
            found=f"{labels!r}",
            hint=_HINT,
        )
    pairs = [(str(v), k) for k, v in labels.items()] if _by_value(labels) else labels.items()
    named = [(name, _values(path, name, value)) for name, value in pairs]
    _check_background(path, named)
    yield from named


def _by_value(labels: Mapping[str, Any]) -> bool:
    """Return whether labels are written as `{"1": "tumour"}`."""
    return all(
        isinstance(value, str) and key.strip().isdecimal() and not value.strip().isdecimal()
        for key, value in labels.items()
    )


def _values(path: Path, name: str, value: Any) -> tuple[int, ...]:
    parts = value if isinstance(value, list) else [value]
    numbers = [_whole(part) for part in parts]
    if not numbers or None in numbers:
        raise InputError.about(
            f"{path}, label {name!r}",
            expected="a whole number from 0, or a list of such",
            found=f"{value!r}",
            hint=_HINT,
        )
    return tuple(sorted({number for number in numbers if number is not None}))


def _whole(value: Any) -> int | None:
    """Return a number that may be written as text or as a float; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return int(number) if number.is_integer() and number >= 0 else None


def _check_background(path: Path, named: list[tuple[str, tuple[int, ...]]]) -> None:
    """Refuse labels of which 0 is a lesion: what a mask does not mark would be one."""
    for name, values in named:
        if (0 in values) != _is(name, _BACKGROUND) and (is_lesion_name(name) or values != (0,)):
            raise InputError.about(
                f"{path}, label {name!r}",
                expected="0 for the background alone",
                found=_shown(values),
                hint=_HINT,
            )


def _is(name: str, word: str) -> bool:
    return name.strip().lower() == word


def _shown(values: tuple[int, ...]) -> str:
    return str(values[0]) if len(values) == 1 else str(list(values))
