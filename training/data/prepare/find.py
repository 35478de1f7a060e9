"""All cases of a call: found by their readers, named apart, and split by patient."""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from training.data.cases.case import Case, Found
from training.data.prepare.folder import KnownSplit
from training.data.prepare.options import Options
from training.data.readers import READERS
from training.data.readers.base import read_table
from training.data.splits import CaseKey, Part, check_no_leak, split_patients
from uls.workshop.errors import CallError, InputError

__all__ = ["find_cases", "person", "split_cases", "taken"]

_log = logging.getLogger(__name__)

_CASE, _PATIENT = "case", "patient"


def find_cases(options: Options) -> Found:
    """Find the cases of all sources; what was left out is told in the log.

    Raises:
        InputError: a folder is not laid out as its reader expects.
        CallError: a source has masks where only measurements are wanted.
    """
    skip = options.skip_damaged
    found = [READERS[n].find(replace(s, skip_damaged=skip)) for n, s in options.read_sources]
    for (name, source), one in zip(options.read_sources, found, strict=True):
        _tell(name, source.root, one)
        if options.measured_only and any(case.mask for case in one.cases):
            raise CallError.about(
                f"{name}={source.root}",
                expected="a data set of measurements (deeplesion or ccc18)",
                found="one with masks",
                hint="`python -m training prepare` is for those.",
            )
    cases = _named_apart([case for one in found for case in one.cases])
    if options.patients is not None:
        cases = _with_patients(cases, options.patients)
    return Found(
        cases=tuple(sorted(cases, key=lambda case: case.name)),
        without_mask=tuple(path for one in found for path in one.without_mask),
        without_image=tuple(name for one in found for name in one.without_image),
        skipped=sum((Counter(one.skipped) for one in found), Counter[str]()),
        damaged={place: reason for one in found for place, reason in one.damaged.items()},
    )


def _tell(name: str, root: Path, found: Found) -> None:
    _log.info("%s=%s: %d cases", name, root, len(found.cases))
    missing = (
        ("images without a mask or measurement", [str(p) for p in found.without_mask]),
        ("masks or measurements without an image", list(found.without_image)),
    )
    for what, names in missing:
        if names:
            more = ", …" if len(names) > 3 else ""
            shown = ", ".join(names[:3]) + more
            _log.warning("%s: %d %s, left out: %s", root, len(names), what, shown)
    for reason in found.damaged.values():
        _log.warning("left out: %s", reason)
    for reason, count in found.skipped.items():
        _log.warning("%s: %d skipped: %s", root, count, reason)


def _named_apart(cases: Sequence[Case]) -> list[Case]:
    """Put the data set before names that several data sets have.

    Raises:
        InputError: one data set has a name twice.
    """
    times = Counter(case.name for case in cases)
    named = [
        replace(case, name=f"{case.dataset}_{case.name}", series=case.series or case.name)
        if times[case.name] > 1
        else case
        for case in cases
    ]
    name, count = Counter(case.name for case in named).most_common(1)[0]
    if count > 1:
        raise InputError.about(
            "sources", expected="every case once", found=f"{name!r} {count} times"
        )
    return named


def _with_patients(cases: Iterable[Case], table: Path) -> list[Case]:
    patients = _patients(table)
    cases = list(cases)
    unknown = [case.name for case in cases if not patients.get(case.name)]
    if unknown:
        raise InputError.about(
            table,
            expected="the patient of every case",
            found=f"none for {unknown[0]!r} (and {len(unknown) - 1} more)",
        )
    return [replace(case, patient=patients[case.name]) for case in cases]


def _patients(table: Path) -> dict[str, str]:
    """Read whose scan each case is.

    Raises:
        InputError: a case has two patients.
    """
    patients: dict[str, str] = {}
    for row in read_table(table, (_CASE, _PATIENT)):
        case, patient = row[_CASE].strip(), row[_PATIENT].strip()
        if patients.setdefault(case, patient) != patient:
            found = f"{patients[case]!r} and {patient!r} for {case!r}"
            raise InputError.about(table, expected="one patient a case", found=found)
    return patients


def split_cases(cases: Sequence[Case], options: Options, known: KnownSplit) -> KnownSplit:
    """Say in which part every patient is.

    Args:
        cases: all of them.
        options: have the rule and the seed.
        known: the split of earlier runs in this folder: nobody changes sides when scans are added.

    Raises:
        InputError: somebody would be in both parts.
    """
    new = [case.key for case in cases if person(case) not in known.parts]
    split = split_patients(new, rule=options.held_out, seed=options.seed)
    for dataset, rule in split.rules.items():
        _log.info("%s: %s", dataset, rule)
    parts = {person(c): known.parts.get(person(c)) or split.part(c.key) for c in cases}
    sides: dict[Part, list[CaseKey]] = {"train": [], "held-out": []}
    for case in cases:
        sides[parts[person(case)]].append(case.key)
    check_no_leak(sides["train"], sides["held-out"])
    return KnownSplit(parts=parts, rules=split.rules | known.rules)


def person(case: Case) -> str:
    """Name a case's patient apart from those of other data sets."""
    return f"{case.dataset}/{case.patient}"


def taken(found: Found, parts: Mapping[str, Part], take: str) -> Found:
    """Keep the cases of one part.

    Raises:
        InputError: there is none.
    """
    cases = tuple(case for case in found.cases if take in ("all", parts[case.name]))
    if not cases:
        raise InputError.about(
            f"--take {take}", expected="patients in this part", found=f"none of {len(found.cases)}"
        )
    return replace(found, cases=cases)
