"""A table of cases: scan after scan with one model; one that fails does not stop the rest."""

import csv
import io
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from clinic.lesions.clicks_file import read_rows, target_of_row
from clinic.lesions.targets import Target, Units
from clinic.output.output_folder import output_folder
from clinic.output.write import check_format, write_results
from clinic.reading.image_file import FORMATS
from clinic.reading.read import read_scan
from clinic.scans.scan import Format
from clinic.segmentation.model import LoadedModel
from clinic.segmentation.session import Session
from uls.workshop.errors import InputError, UserError

__all__ = ["Case", "cases_table", "read_cases", "segment_cases", "segmented"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Case:
    """One scan of the table, and the lesions to segment in it.

    Attributes:
        name: of its folder of results.
        scan: the file or folder.
        series: of a DICOM study; empty where one is usable.
        targets: what was pointed at.
    """

    name: str
    scan: Path
    series: str
    targets: tuple[Target, ...]


def read_cases(path: Path, units: Units, scans: Path | None = None) -> list[Case]:
    """Read a table of cases: columns `scan`, `x`, `y`, `z` (or a box), and, if wanted, more.

    Rows with the same scan and series are one case. `case` names its folder of results, `series`
    chooses one of a DICOM study, `lesion` names the lesion.

    Args:
        path: the table.
        units: of its numbers.
        scans: the folder that scans are named from on, where their names may lack the ending; by
            default the table's own, with their whole names.

    Raises:
        InputError: the table is damaged, a row has no scan, or a name cannot be a folder's.
    """
    groups: dict[tuple[str, str, str], list[Target]] = {}
    for n, row in enumerate(read_rows(path), 1):
        subject = f"{path}, row {n}"
        if "scan" not in row:
            raise InputError.about(subject, expected="a value in column scan", found="none")
        key = (row.get("case", ""), row["scan"], row.get("series", ""))
        targets = groups.setdefault(key, [])
        targets.append(target_of_row(row, subject, len(targets) + 1, units))
    cases = []
    for n, ((name, scan, series), targets) in enumerate(groups.items(), 1):
        if name and not _NAME.fullmatch(name):
            raise InputError.about(
                f"{path}, case {n}",
                expected="a name of letters, digits, points, hyphens and underscores",
                found="another",
            )
        place = path.parent / scan if scans is None else _scan_in(scans, scan)
        cases.append(Case(name or f"case-{n}", place, series, tuple(targets)))
    if not cases or len({case.name.lower() for case in cases}) < len(cases):
        expected = "cases, each with a name of its own, on rows of one scan and series"
        raise InputError.about(path, expected=expected, found="none, or a name twice")
    return cases


def _scan_in(folder: Path, name: str) -> Path:
    """Find a scan by its name, or by its name without the ending where one file has it."""
    whole = folder / name
    found = [] if whole.exists() else [folder / f"{name}{ending}" for ending in FORMATS]
    there = [path for path in found if path.is_file()]
    return there[0] if len(there) == 1 else whole


def segment_cases(
    cases: Sequence[Case],
    model: LoadedModel,
    folder: Path,
    *,
    kind: Format | None = None,
    overwrite: bool = False,
) -> None:
    """Segment the lesions of all cases, each into its own folder, and list them in `cases.csv`.

    Raises:
        InputError: cases failed; all others are done, and `cases.csv` says why these are not.
        OutputError: the results cannot be written.
    """
    problems: dict[str, str] = {}
    with output_folder(folder, overwrite=overwrite) as beside:
        for n, case in enumerate(cases, 1):
            _log.info("Case %d of %d: %d lesions", n, len(cases), len(case.targets))
            try:
                _segment_case(case, model, beside, kind)
            except UserError as error:
                if error.exit_code not in (2, 3):
                    raise
                problems[case.name] = str(error)
                _log.warning("Case %d of %d: %s", n, len(cases), error)
        (beside / "cases.csv").write_text(cases_table(cases, problems), encoding="utf-8")
    if problems:
        raise InputError.about(
            f"{len(cases)} cases",
            expected="that all can be segmented",
            found=f"{len(problems)} that cannot",
            hint=f"{folder / 'cases.csv'} says why; the others are done.",
        )


def _segment_case(case: Case, model: LoadedModel, beside: Path, kind: Format | None) -> None:
    session, chosen = segmented(case, model, kind)
    (beside / case.name).mkdir()
    write_results(session.scan, session.lesions, model, beside / case.name, chosen)


def segmented(case: Case, model: LoadedModel, kind: Format | None) -> tuple[Session, Format]:
    """Segment the lesions of one case; return them in their session, and the masks' format.

    Raises:
        UserError: the scan, or a place in it, cannot be used, or the model failed.
    """
    scan = read_scan(case.scan, series=case.series or None)
    chosen = check_format(scan.format, kind)
    session = Session(scan, model=model)
    for target in case.targets:
        session.add(target)
    return session, chosen


def cases_table(cases: Sequence[Case], problems: Mapping[str, str]) -> str:
    """Return CSV text: a row per case with its number of lesions done, or what went wrong."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["case", "lesions", "problem"])
    for case in cases:
        done = 0 if case.name in problems else len(case.targets)
        writer.writerow([case.name, done, problems.get(case.name, "")])
    return text.getvalue()
