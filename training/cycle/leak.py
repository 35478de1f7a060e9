"""Nobody of the test set may be trained on: a score on known patients says nothing."""

import logging
from collections.abc import Iterable

from training.cycle.project import Work
from training.cycle.records import Entry
from uls.errors import InputError

__all__ = ["check_no_leak", "patients_of_test_set"]

_log = logging.getLogger(__name__)


def patients_of_test_set(work: Work) -> frozenset[str]:
    """List the patients that lesions.csv of the test set names; none where it names none."""
    from evaluation.ground_truth import read_ground_truth  # noqa: PLC0415  (adding needs none)

    stacks = read_ground_truth(work.test_set / "ground-truth")
    rows = [row for stack in stacks for row in stack.rows.values()]
    return frozenset(row.patient for row in rows if row.patient is not None)


def check_no_leak(work: Work, entries: Iterable[Entry]) -> None:
    """Verify that no case of the set is of a patient of the test set.

    Raises:
        InputError: one is.
    """
    known = patients_of_test_set(work)
    if not known:
        _log.warning(
            "%s names no patients (lesions.csv): it cannot be checked that none of them is "
            "trained on",
            work.test_set / "ground-truth",
        )
    for entry in entries:
        if entry.patient in known:
            raise InputError.about(
                f"case {entry.case}",
                expected="a patient who is not in the test set",
                found=f"patient {entry.patient}, who is",
                hint="The test set is fixed: leave this case out of the set.",
            )
