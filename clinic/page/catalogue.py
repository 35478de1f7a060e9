"""What the page can open: each scan and series under a number, never under a path."""

from dataclasses import dataclass
from pathlib import Path

from clinic.dicom.read import study_series
from clinic.dicom.series import Series
from clinic.page.demo import demo_scan
from clinic.reading.image_file import format_of
from clinic.reading.read import read_scan
from clinic.scans.scan import Scan
from uls.workshop.errors import InputError, UserError

__all__ = ["Entry", "demo_catalogue", "list_entries"]

_MOST_ENTRIES = 2000


@dataclass(frozen=True, repr=False)
class Entry:
    """One scan. It has no `repr`: it holds who the patient is.

    Attributes:
        path: of file or study; None of the demo.
        series: its number in the study; empty of a file.
        identity: who it is of, as the page must show it.
        title: what it is.
        problem: why it cannot be opened; empty where it can.
    """

    path: Path | None
    series: str
    identity: str
    title: str
    problem: str = ""

    def read(self) -> Scan:
        """Read the scan."""
        if self.path is None:
            return demo_scan()
        try:
            return read_scan(self.path, series=self.series or None)
        except UserError as error:  # a folder's name may be a patient's
            raise InputError(str(error).replace(str(self.path), "the scan")) from None


def demo_catalogue() -> list[Entry]:
    """Give the one entry of `--demo`."""
    return [Entry(None, "", "Nobody (synthetic)", "Demo: chest with three lesions")]


def list_entries(studies: Path) -> list[Entry]:
    """List what lies in a folder of studies, in one study, or in a file.

    Raises:
        InputError: there is nothing.
    """
    if not studies.exists():
        raise InputError.about(studies, expected="studies", found="nothing there")
    inside = sorted(studies.iterdir()) if studies.is_dir() else []
    parts = [p for p in inside if not p.is_symlink() and (p.is_dir() or format_of(p) is not None)]
    is_study = not inside or any(
        p.is_file() and not p.name.startswith(".") and format_of(p) is None for p in inside
    )
    entries = _entries_of(studies) if is_study else [e for p in parts for e in _entries_of(p)]
    if not entries:
        raise InputError.about(studies, expected="studies", found="an empty folder")
    return entries[:_MOST_ENTRIES]


def _entries_of(path: Path) -> list[Entry]:
    if path.is_file() and format_of(path) is not None:
        return [Entry(path, "", "no patient data in the file", path.name)]
    try:
        return [_entry(path, series) for series in study_series(path)]
    except UserError as error:
        why = str(error).replace(str(path), "the study")
        return [Entry(path, "", "unknown", "A study that cannot be read", why)]


def _entry(path: Path, series: Series) -> Entry:
    header = series.headers[0]
    who = [header.text(k) for k in ("PatientName", "PatientID", "PatientBirthDate", "StudyDate")]
    name, number, born, date = (_shown(text) for text in who)
    identity = f"{name or 'no name'} · ID {number or 'none'} · born {born or '?'}"
    what = [f"{series.number}: {series.modality}", _shown(header.text("SeriesDescription"))]
    what += [series.phase, f"{len(series.headers)} slices", date]
    return Entry(
        path, str(series.number), identity, ", ".join(w for w in what if w), series.problem
    )


def _shown(text: str) -> str:
    return "".join(c for c in text.replace("^", " ") if c.isprintable())[:120].strip()
