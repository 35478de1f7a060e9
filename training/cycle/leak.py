"""Nobody of the test set may be trained on: a score on known patients says nothing.

Patients are compared by name, and scans by their voxels, as a name may be anything.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from training.cycle.known_scans import KnownRows, known_rows, voi_in_scan
from training.cycle.project import Work
from training.cycle.records import Entry
from training.data.cases.images import hu_array, image_like, oriented, read_image
from training.data.patients import Likeness, Name, likeness, names_of
from uls.workshop.errors import InputError

__all__ = ["Guard", "check_no_leak"]

_log = logging.getLogger(__name__)

_DATASET = "dataset"
"""The column of lesions.csv that `prepare` writes the data set into."""


@dataclass(frozen=True)
class Guard:
    """What a cycle's test set is known by.

    Attributes:
        names: of its patients.
        rows: of its VOIs.
    """

    work: Work
    names: frozenset[Name]
    rows: KnownRows

    @classmethod
    def of(cls, work: Work) -> "Guard":
        """Read a cycle's test set; the log says what of it cannot be compared."""
        names = _names(work)
        if not names:
            _log.warning(
                "%s names no patients (lesions.csv): only scans can be compared with it",
                work.test_set / "ground-truth",
            )
        return cls(work, names, known_rows(work))

    def check_patient(self, case: str, patient: str) -> None:
        """Make sure that a patient is not in the test set.

        Raises:
            InputError: he or she is.
        """
        alike = likeness(patient, self.names)
        if alike is Likeness.SAME:
            raise self._refusal(case, "a patient who is not", f"patient {patient}, who is")
        if alike is Likeness.MAYBE:
            _log.warning(
                "case %s: is patient %s one of the test set, by another name? If so, remove it: "
                "`cycle remove`",
                case,
                patient,
            )

    def check_scan(self, case: str, path: Path) -> None:
        """Make sure that no VOI of the test set was cut from a scan.

        Raises:
            InputError: one was, or the scan cannot be read.
        """
        if not self.rows.rows:
            return
        image = read_image(path)
        scan = hu_array(oriented(image_like(hu_array(image, path), image)), path)
        if (voi := voi_in_scan(self.work, self.rows, scan)) is not None:
            found = f"{path}, of which {voi} was cut"
            raise self._refusal(case, "a scan that is not", found)

    def _refusal(self, case: str, expected: str, found: str) -> InputError:
        return InputError.about(
            f"case {case}",
            expected=f"{expected} in the test set",
            found=found,
            hint="The test set is fixed: leave the case out, by `cycle remove` if the set has it.",
        )


def check_no_leak(work: Work, entries: Iterable[Entry]) -> None:
    """Verify that no case of the set is of a patient or a scan of the test set.

    Raises:
        InputError: one is.
    """
    guard = Guard.of(work)
    for entry in entries:
        guard.check_patient(entry.case, entry.patient)
        if entry.checked_against != work.project.test_set_sha256:
            guard.check_scan(entry.case, Path(entry.scan))


def _names(work: Work) -> frozenset[Name]:
    """List the names of the patients in the test set's lesions.csv; none where it names none."""
    from evaluation.scoring.ground_truth import read_ground_truth  # noqa: PLC0415  (--help needs none)

    stacks = read_ground_truth(work.test_set / "ground-truth")
    rows = [row for stack in stacks for row in stack.rows.values()]
    return frozenset(
        name
        for row in rows
        if row.patient is not None
        for name in names_of(row.patient, dataset=row.attributes.get(_DATASET, ""))
    )
