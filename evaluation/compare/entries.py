"""The submissions that are compared, their lesions brought into one order."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TypeVar

import numpy as np

from evaluation.analysis.units import Units, units_of
from evaluation.results.metrics import Clicks, Lesion, Metrics
from evaluation.results.metrics_file import read_metrics
from uls.statistics.bootstrap import Floats
from uls.workshop.errors import CallError, InputError

__all__ = ["HIGHER_IS_BETTER", "METRICS", "Entries", "Entry", "read_entries"]

METRICS = (
    "SegmentationDice",
    "LongAxisErrorPercentage",
    "ShortAxisErrorPercentage",
    "ConsistencyDice",
)
"""What is compared, by the names of metrics.json, in the order of `Entry.scores`."""

HIGHER_IS_BETTER = ("SegmentationDice", "ConsistencyDice")
"""Of the others less is better."""

_SHOWN = 5

_LesionKey = tuple[str, int, int]
_ClicksKey = tuple[str, tuple[tuple[int, int], ...], int]
_Key = TypeVar("_Key", _LesionKey, _ClicksKey)
"""Stack, VOI or pairs of VOIs, and how often the same came before."""


@dataclass(frozen=True, eq=False)
class Entry:
    """One submission.

    Attributes:
        name: what it is called.
        file: its metrics.json.
        scores: per metric the values of all lesions (or lesions with several clicks), in an order
            that all entries share.
        zeroed: lesions that were scored worst for want of a usable mask.
    """

    name: str
    file: Path
    scores: tuple[Floats, Floats, Floats, Floats]
    zeroed: int


@dataclass(frozen=True, eq=False)
class Entries:
    """All submissions, and which of their lesions are drawn together (patients, if known).

    Attributes:
        entries: the submissions, in the order of their files.
        units: what is drawn together.
        attributes: per lesion what lesions.csv says of it, in the order of `Entry.scores`.
    """

    entries: tuple[Entry, ...]
    units: Units
    attributes: tuple[Mapping[str, str], ...] = ()


def read_entries(files: Sequence[Path], names: Sequence[str] = (), *, least: int = 2) -> Entries:
    """Read the submissions and match their lesions by stack and VOI.

    Raises:
        CallError: fewer files than `least`; not a name for each; a name twice.
        InputError: a file is no metrics.json, or has other lesions or references than the first.
    """
    if len(files) < least:
        raise CallError.about("compare", expected="two metrics.json or more", found=f"{len(files)}")
    called = _names(files, names)
    documents = [read_metrics(file) for file in files]
    for file, document in zip(files, documents, strict=True):
        _check_same_lesions(files[0], documents[0], file, document)
    entries = [_entry(*parts) for parts in zip(called, files, documents, strict=True)]
    with_patients = (d for d in documents if any(lesion.patient for lesion in d.lesions))
    described = next(with_patients, documents[0])
    clicks = _keyed_clicks(described)
    units = units_of(_in_order(described), [clicks[k] for k in sorted(clicks)])
    with_types = (d for d in documents if any(lesion.attributes for lesion in d.lesions))
    attributes = [lesion.attributes for lesion in _in_order(next(with_types, described))]
    return Entries(tuple(entries), units, tuple(attributes))


def _in_order(metrics: Metrics) -> list[Lesion]:
    """List the lesions in the order that all submissions share."""
    lesions = _keyed_lesions(metrics)
    return [lesions[key] for key in sorted(lesions)]


def _names(files: Sequence[Path], names: Sequence[str]) -> list[str]:
    if names and len(names) != len(files):
        raise CallError.about(
            "--names", expected=f"{len(files)} names, one a file", found=f"{len(names)}"
        )
    called = list(names) or [file.resolve().parent.name for file in files]
    name, times = Counter(called).most_common(1)[0]
    if times > 1:
        raise CallError.about(
            "compare",
            expected="a name of its own for each file",
            found=f"{name!r} {times} times",
            hint="Name them by --names a,b,… in the order of the files.",
        )
    return called


def _keyed_lesions(metrics: Metrics) -> dict[_LesionKey, Lesion]:
    """Key lesions by stack, VOI, and how often the same VOI came before."""
    seen: dict[Hashable, count[int]] = {}
    return {
        (
            lesion.stack,
            lesion.voi,
            next(seen.setdefault((lesion.stack, lesion.voi), count())),
        ): lesion
        for lesion in metrics.lesions
    }


def _keyed_clicks(metrics: Metrics) -> dict[_ClicksKey, Clicks]:
    seen: dict[Hashable, count[int]] = {}
    keyed = {}
    for entry in metrics.clicks:
        pairs = tuple((pair.a, pair.b) for pair in entry.pairs)
        keyed[entry.stack, pairs, next(seen.setdefault((entry.stack, pairs), count()))] = entry
    return keyed


def _check_same_lesions(first_file: Path, first: Metrics, file: Path, other: Metrics) -> None:
    expected, found = _keyed_lesions(first), _keyed_lesions(other)
    _check_same_keys(first_file, file, "lesions", set(expected), set(found))
    clicked = "lesions with several clicks"
    _check_same_keys(
        first_file, file, clicked, set(_keyed_clicks(first)), set(_keyed_clicks(other))
    )
    for key, lesion in expected.items():
        if lesion.reference.voxels != found[key].reference.voxels:
            raise InputError.about(
                f"{file}, stack {lesion.stack!r}, VOI {lesion.voi}",
                expected=f"a reference of {lesion.reference.voxels} voxels, as {first_file} has it",
                found=f"{found[key].reference.voxels}: other reference data",
            )


def _check_same_keys(
    first_file: Path, file: Path, what: str, expected: set[_Key], found: set[_Key]
) -> None:
    if expected != found:
        raise InputError.about(
            file,
            expected=f"the {len(expected)} {what} of {first_file}",
            found=_difference(expected, found),
            hint="Only submissions that were scored against the same reference data compare.",
        )


def _difference(expected: set[_Key], found: set[_Key]) -> str:
    """Say which keys one side lacks."""
    lacking, beyond = sorted(expected - found), sorted(found - expected)
    parts = []
    for text, keys in (("without", lacking), ("with also", beyond)):
        if keys:
            shown = ", ".join(f"{stack} VOI {where}" for stack, where, _ in keys[:_SHOWN])
            more = f" and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else ""
            parts.append(f"{text} {shown}{more}")
    return f"{len(found)}, " + "; ".join(parts)


def _entry(name: str, file: Path, metrics: Metrics) -> Entry:
    lesions, keyed_clicks = _in_order(metrics), _keyed_clicks(metrics)
    clicks = [keyed_clicks[key] for key in sorted(keyed_clicks)]
    return Entry(
        name=name,
        file=file,
        scores=(
            np.array([lesion.dice for lesion in lesions], dtype=np.float64),
            np.array([lesion.long_axis_error for lesion in lesions], dtype=np.float64),
            np.array([lesion.short_axis_error for lesion in lesions], dtype=np.float64),
            np.array([entry.dice for entry in clicks], dtype=np.float64),
        ),
        zeroed=sum(missing.lesions for missing in metrics.missing),
    )
