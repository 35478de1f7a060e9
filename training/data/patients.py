"""Whether two names mean the same patient: one rule, for every guard against a leak.

Data sets, tables and file names write one patient in several ways: `prepare` puts the data set's
name before it (`sts8 STS_001`), a manifest parts the two by a slash, a file name by an underscore.
"""

import re
from collections.abc import Iterable
from enum import StrEnum

__all__ = ["Likeness", "likeness", "names_of"]

Name = tuple[str, ...]
"""A patient's name as its words: letters in lower case, and numbers without zeros before."""

_WORD = re.compile(r"[^\W\d_]+|\d+")
_SHORTEST = 4
"""Letters and digits that a name needs for its being part of another to mean something."""


class Likeness(StrEnum):
    """How far a name is that of a known patient."""

    SAME = "the same patient"
    MAYBE = "perhaps the same patient"
    OTHER = "another patient"


def names_of(patient: str, *, dataset: str = "") -> frozenset[Name]:
    """Give the names under which a patient of a test set may be met.

    Args:
        patient: as a table has it.
        dataset: the data set; where the patient's name begins with it, the rest is a name too.
    """
    whole, prefix = _words(patient), _words(dataset)
    rest = whole[len(prefix) :] if prefix and whole[: len(prefix)] == prefix else ()
    return frozenset(name for name in (whole, rest, prefix + whole if prefix else ()) if name)


def likeness(patient: str, known: Iterable[Name]) -> Likeness:
    """Say whether a patient is one of those known.

    Args:
        patient: as a user has it.
        known: as `names_of` gives them.

    Returns:
        `SAME` for equal words; `MAYBE` where one name holds the other, as `STS_001_followup` holds
        `STS_001`.
    """
    words = _words(patient)
    found = Likeness.OTHER
    for name in known:
        if words == name:
            return Likeness.SAME
        if _holds(words, name) or _holds(name, words):
            found = Likeness.MAYBE
    return found


def _words(text: str) -> Name:
    words = (word.casefold() for word in _WORD.findall(text))
    return tuple(word.lstrip("0") or "0" if word.isdecimal() else word for word in words)


def _holds(whole: Name, part: Name) -> bool:
    """Say whether a name's words stand in another's, one after the other."""
    if sum(map(len, part)) < _SHORTEST or len(part) >= len(whole):
        return False
    places = range(len(whole) - len(part) + 1)
    return any(whole[place : place + len(part)] == part for place in places)
