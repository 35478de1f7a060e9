"""Which patients are held out, and folds of the others: always whole patients, never single scans.

The challenge's own list (10 % of the patients of each fully annotated data set) comes with the
package. Other data sets are split by a seed: the same patients give the same split, in any order.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

from uls.workshop.errors import CallError, InputError

__all__ = [
    "DEFAULT_SHARE",
    "CaseKey",
    "Part",
    "Split",
    "challenge_patients",
    "check_no_leak",
    "split_patients",
]

Part = Literal["train", "held-out"]

DEFAULT_SHARE = 0.1
"""The challenge held out 10 % of each fully annotated data set."""

DEFAULT_SEED = 23

_SAME_PATIENTS = {"DeepLesion": "DeepLesion3D"}
"""DeepLesion3D's scans are DeepLesion's: who is held out of one is held out of the other."""


@dataclass(frozen=True)
class CaseKey:
    """What a split needs to know of a case.

    Attributes:
        dataset: name of the data set, as the challenge's list has it.
        patient: the patient, by a name that is the same in all of the patient's cases.
        challenge_number: the patient's number in the challenge's list; None where the case's name
            does not tell it (the list numbers some data sets anew).
        released_part: the part that the data set itself puts the case in; None where it does not.
    """

    dataset: str
    patient: str
    challenge_number: int | None = None
    released_part: Part | None = None


@dataclass(frozen=True)
class Split:
    """Who is held out of each data set, and by which rule."""

    held_out: frozenset[tuple[str, str]]
    rules: dict[str, str]

    def part(self, key: CaseKey) -> Part:
        """Tell in which part a case is: all of a patient's cases are in the same."""
        return "held-out" if (key.dataset, key.patient) in self.held_out else "train"


@cache
def challenge_patients() -> Mapping[str, frozenset[int]]:
    """Give the patients that the challenge held out, by data set."""
    text = resources.files("training.data").joinpath("held_out_patients.json").read_text("utf-8")
    lists = {name: frozenset(entry["patients"]) for name, entry in json.loads(text).items()}
    return lists | {twin: lists[name] for twin, name in _SAME_PATIENTS.items()}


def split_patients(
    keys: Iterable[CaseKey], *, rule: str = "auto", seed: int = DEFAULT_SEED
) -> Split:
    """Decide who is held out.

    Args:
        keys: of all cases.
        rule: `auto` takes the data set's own parts where it has some, else the challenge's list
            where it applies, else 10 % of the patients; `challenge` insists on the list; a number
            from 0 to below 1 is the share of patients drawn by the seed; `none` holds nobody out.
        seed: of the draw.

    Raises:
        CallError: there is no such rule, or the challenge's list does not apply.
        InputError: a data set has one patient in both of its parts.
    """
    by_dataset: dict[str, list[CaseKey]] = {}
    for key in keys:
        by_dataset.setdefault(key.dataset, []).append(key)
    held_out: set[tuple[str, str]] = set()
    rules: dict[str, str] = {}
    for dataset, members in sorted(by_dataset.items()):
        if rule == "auto" and all(key.released_part for key in members):
            chosen, rules[dataset] = _as_released(dataset, members)
        else:
            patients = {key.patient: key.challenge_number for key in members}
            chosen, rules[dataset] = _held_out(dataset, patients, rule, seed)
        held_out |= {(dataset, patient) for patient in chosen}
    return Split(frozenset(held_out), rules)


def _as_released(dataset: str, keys: Sequence[CaseKey]) -> tuple[set[str], str]:
    """Hold out whom the data set itself puts in its test folder."""
    chosen = {key.patient for key in keys if key.released_part == "held-out"}
    both = sorted(chosen & {key.patient for key in keys if key.released_part == "train"})
    if both:
        raise InputError.about(
            f"{dataset}, as released",
            expected="every patient in one of its parts",
            found=f"patient {both[0]} in both (and {len(both) - 1} more)",
            hint="Give a share instead, as --held-out 0.1: patients are then kept whole.",
        )
    total = len({key.patient for key in keys})
    return chosen, f"as released: {len(chosen)} of {total} patients"


def _held_out(
    dataset: str, patients: Mapping[str, int | None], rule: str, seed: int
) -> tuple[set[str], str]:
    if rule == "none":
        return set(), "nobody is held out"
    listed = challenge_patients().get(dataset)
    applies = listed is not None and None not in patients.values()
    if rule == "challenge" and not applies:
        raise CallError.about(
            f"--held-out challenge, data set {dataset!r}",
            expected=f"cases numbered as in {', '.join(sorted(challenge_patients()))}",
            found="a data set that the challenge's list does not describe",
            hint="Give a share instead, as --held-out 0.1; or name the data set, as "
            "--dataset LiTS, if these are its scans under their own names.",
        )
    if listed is not None and applies and rule in ("auto", "challenge"):
        chosen = {patient for patient, number in patients.items() if number in listed}
        return chosen, f"challenge's list: {len(chosen)} of its {len(listed)} patients are here"
    share = DEFAULT_SHARE if rule == "auto" else _share(rule)
    chosen = _drawn(dataset, patients, share, seed)
    return chosen, f"{share:g} of the patients, seed {seed}: {len(chosen)} of {len(patients)}"


def _share(rule: str) -> float:
    try:
        share = float(rule)
    except ValueError:
        share = -1.0
    if not 0 <= share < 1:
        raise CallError.about(
            "--held-out", expected="auto, challenge, none or a share from 0 to 1", found=repr(rule)
        )
    return share


def _drawn(dataset: str, patients: Iterable[str], share: float, seed: int) -> set[str]:
    """Draw a share of the patients, rounded; at least one if anybody can be spared."""
    ranked = shuffled(dataset, patients, seed)
    count = round(share * len(ranked))
    if share > 0 and len(ranked) > 1:
        count = min(max(count, 1), len(ranked) - 1)
    return set(ranked[:count])


def shuffled(dataset: str, patients: Iterable[str], seed: int) -> list[str]:
    """Order patients by a hash of their names: no platform's or library's generator takes part."""
    name = _SAME_PATIENTS.get(dataset, dataset)

    def rank(patient: str) -> bytes:
        return hashlib.sha256(f"{seed}\0{name}\0{patient}".encode()).digest()

    return sorted(set(patients), key=rank)


def check_no_leak(train: Iterable[CaseKey], held_out: Sequence[CaseKey]) -> None:
    """Make sure that nobody is in both parts, be it under the name of another data set.

    Raises:
        InputError: somebody is; the message says who.
    """
    both = {_person(key) for key in train} & {_person(key) for key in held_out}
    if both:
        dataset, patient = sorted(both)[0]
        raise InputError.about(
            "split",
            expected="every patient either in training or held out",
            found=f"patient {patient} of {dataset} in both (and {len(both) - 1} more)",
        )


def _person(key: CaseKey) -> tuple[str, str]:
    number = key.challenge_number
    name = key.patient if number is None else str(number)
    return _SAME_PATIENTS.get(key.dataset, key.dataset), name
