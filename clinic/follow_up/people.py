"""The patients: what patients.csv says of them, beside the series and lesions that there are."""

from collections import Counter
from collections.abc import Mapping, Sequence

from clinic.follow_up.dataset import Series
from clinic.follow_up.findings import Described, Lesion
from clinic.follow_up.metadata import PATIENTS_FILE, Person
from clinic.follow_up.recist_table import Measurement

__all__ = ["described", "people_warnings"]

_SUBSETS = {"training": "train", "train": "train", "test": "test"}
"""Names in the table, and those of the folders."""


def described(
    people: Mapping[str, Person], lesions: Sequence[Lesion], series: Sequence[Series]
) -> tuple[Described, ...]:
    """Describe every patient that has a series, in the order of their numbers."""
    if not people:
        return ()
    n_series = Counter(one.patient for one in series)
    n_lesions = Counter(lesion.patient for lesion in lesions)
    return tuple(
        _described(patient, people.get(patient), n_series[patient], n_lesions[patient])
        for patient in sorted(n_series, key=int)
    )


def _described(patient: str, person: Person | None, n_series: int, n_lesions: int) -> Described:
    known = {} if person is None else person.model_dump(include=_TOLD)
    return Described(patient=patient, series=n_series, lesions=n_lesions, **known)


_TOLD = {"sex", "age", "diagnosis", "histology", "first_study_date"}


def people_warnings(
    people: Mapping[str, Person], series: Sequence[Series], rows: Sequence[Measurement]
) -> list[str]:
    """Say where patients.csv and the other files of the data set disagree."""
    patients = sorted({one.patient for one in series}, key=int)
    missing = [patient for patient in patients if patient not in people]
    warnings = [f"{PATIENTS_FILE} has no row for patient {', '.join(missing)}"] if missing else []
    for one in series:
        told = people[one.patient].subset if one.patient in people else None
        if told is not None and _SUBSETS.get(told.lower(), told) != one.subset:
            warnings.append(
                f"{one.name}: {PATIENTS_FILE} has patient {one.patient} in {told!r}, "
                f"its folder is {one.subset}"
            )
    for patient in patients:
        days = [row.study_date for row in rows if str(row.patient) == patient]
        first = people[patient].first_study_date if patient in people else None
        if days and first is not None and first != min(days):
            warnings.append(
                f"Patient {patient}: {PATIENTS_FILE} has {first} as the first study, "
                f"the first one that was measured is of {min(days)}"
            )
    return warnings
