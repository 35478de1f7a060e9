"""The series of a study: which there are, which are CT volumes, and why the others are not."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from clinic.dicom.checks import problem_of
from clinic.dicom.header import Header
from clinic.dicom.phases import phases
from clinic.dicom.stacking import Stacked, StackError, stack
from clinic.dicom.study import Study

__all__ = ["Series", "list_series"]

_SCOUTS = {"LOCALIZER", "SCOUT", "TOPOGRAM", "SURVIEW"}


@dataclass(frozen=True, eq=False, repr=False)
class Series:
    """One series of a study, or one phase of a series that holds several at the same places.

    Attributes:
        number: in the study's list, from 1.
        uid: SeriesInstanceUID.
        modality: such as CT.
        headers: of its slices; left-out ones are not among them.
        phase: which phase, such as "acquisition 2"; empty where the series has one.
        problem: why it cannot be used; empty where it can.
        warnings: what was left out, and the like.
        stacked: the slices in order, and their grid; None where there is a problem.
        even_run: the longest run of evenly spaced slices, of a series that has gaps.
    """

    number: int
    uid: str
    modality: str
    headers: tuple[Header, ...]
    phase: str = ""
    problem: str = ""
    warnings: tuple[str, ...] = ()
    stacked: Stacked | None = field(default=None)
    even_run: Stacked | None = field(default=None)


def list_series(study: Study) -> list[Series]:
    """Give the study's series, by number and UID, each with what is wrong with it, if anything."""
    by_uid: dict[str, list[Header]] = {}
    for header in study.headers:
        by_uid.setdefault(header.text("SeriesInstanceUID"), []).append(header)
    found: list[Series] = []
    for uid, headers in sorted(by_uid.items(), key=lambda item: _order(item[1])):
        kept, warnings = _without_scouts(headers)
        for phase, slices in phases(kept):
            found.append(_checked(len(found) + 1, uid, phase, slices, warnings))
    return found


def _order(headers: Sequence[Header]) -> tuple[int, int]:
    return min(h.number_of("SeriesNumber") for h in headers), headers[0].number


def _without_scouts(headers: list[Header]) -> tuple[list[Header], tuple[str, ...]]:
    """Leave localizers out, unless the series has nothing else."""
    kept = [h for h in headers if not _SCOUTS & set(h.image_type)]
    n_left_out = len(headers) - len(kept)
    if not kept or not n_left_out:
        return headers, ()
    return kept, (f"{n_left_out} localizer{'s' * (n_left_out > 1)} left out",)


def _checked(
    number: int, uid: str, phase: str, headers: Sequence[Header], warnings: tuple[str, ...]
) -> Series:
    modality = headers[0].code("Modality")
    slices = tuple(headers)
    if all(_SCOUTS & set(h.image_type) for h in headers):
        return Series(number, uid, modality, slices, phase, "a localizer, no volume")
    if problem := problem_of(headers):
        return Series(number, uid, modality, slices, phase, problem, warnings)
    try:
        stacked = stack(headers)
    except StackError as error:
        problem, run = str(error), error.even_run
        return Series(number, uid, modality, slices, phase, problem, warnings, None, run)
    warnings += stacked.warnings
    return Series(number, uid, modality, slices, phase, "", warnings, stacked)
