"""A study and a choice of series → a scan."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from clinic.dicom.decode import Limits, decode
from clinic.dicom.series import Series, list_series
from clinic.dicom.stacking import Stacked
from clinic.dicom.study import DamagedFile, Study, read_study
from clinic.scans.scan import Place, Scan, SliceSource, WhenChecked
from uls.workshop.errors import InputError

__all__ = ["read_dicom", "study_series"]

_log = logging.getLogger(__name__)


def study_series(path: Path) -> list[Series]:
    """List the series of a study; those that a damaged file may belong to are not usable.

    Raises:
        InputError: see `clinic.dicom.study.read_study`.
    """
    study = read_study(path)
    found = [_with_strangers(_with_damage(s, study), study) for s in list_series(study)]
    if not found:
        raise _nothing(study)
    return found


def read_dicom(
    path: Path,
    *,
    series: str | None = None,
    longest_run: bool = False,
    limits: Limits | None = None,
    when_checked: WhenChecked | None = None,
) -> Scan:
    """Read one series of a study.

    Args:
        path: a folder, a DICOMDIR, or one file of a series.
        series: its number in the study's list, or its UID; not needed where one is usable.
        longest_run: of a series with gaps, take the longest run of evenly spaced slices.
        limits: for decoding.
        when_checked: is called before the pixels are decoded.

    Raises:
        InputError: there is no such series, or it cannot be used, or none or several can.
    """
    chosen = _chosen(study_series(path), series, longest_run=longest_run)
    stacked, warnings = _stacked(chosen, longest_run=longest_run)
    slices = tuple(SliceSource(h.path, h.text("SOPInstanceUID")) for h in stacked.headers)
    if when_checked is not None:
        when_checked(Place(stacked.grid, "dicom", slices))
    decoded = decode(stacked.headers, limits)
    if decoded.n_clipped:
        warnings += (f"{decoded.n_clipped} voxels beyond ±32,767 HU were set to that",)
    for warning in warnings:
        _log.warning("Series %d: %s", chosen.number, warning)
    return Scan(
        hu=decoded.hu,
        grid=stacked.grid,
        format="dicom",
        warnings=warnings,
        slices=slices,
        series_uid=chosen.uid,
    )


def _with_damage(series: Series, study: Study) -> Series:
    damaged = [d for d in study.damaged if d.series_uid in ("", series.uid)]
    if not damaged:
        return series
    problem = _sentence(damaged[0], study.n_files)
    more = f", and {len(damaged) - 1} more" if len(damaged) > 1 else ""
    return replace(series, problem=problem + more, stacked=None, even_run=None)


def _with_strangers(series: Series, study: Study) -> Series:
    """Say that files were left out that may be slices too damaged to be known as DICOM."""
    if not study.n_strange:
        return series
    text = f"{study.n_strange} of {study.n_files} files left out: not DICOM, whatever they are"
    return replace(series, warnings=(*series.warnings, text))


def _sentence(damaged: DamagedFile, n_files: int) -> str:
    return f"file {damaged.number} of {n_files} (by name) {damaged.why}"


def _nothing(study: Study) -> InputError:
    damaged = study.damaged[0] if study.damaged else None
    found = _sentence(damaged, study.n_files) if damaged else "none"
    return InputError.about("the study", expected="a series of CT images", found=found)


def _chosen(found: Sequence[Series], wanted: str | None, *, longest_run: bool) -> Series:
    if wanted is not None:
        fitting = [s for s in found if wanted.strip() in (str(s.number), s.uid)]
        if len(fitting) == 1:
            return fitting[0]
        what = f"{len(fitting)} phases under this UID" if fitting else "no such series"
        raise InputError.about(
            "--series",
            expected=f"a number from 1 to {len(found)}, or a UID of the study",
            found=what,
            hint="`look` lists the study's series.",
        )
    usable = [s for s in found if not s.problem or (longest_run and s.even_run)]
    if len(usable) == 1:
        return usable[0]
    if not usable:
        cts = [s for s in found if s.modality == "CT"] or list(found)
        return max(cts, key=lambda s: len(s.headers))
    listed = "; ".join(f"{s.number}: {len(s.headers)} slices {s.phase}".strip() for s in usable)
    raise InputError.about(
        "the study",
        expected="one CT series, or a choice by --series",
        found=f"{len(usable)} ({listed})",
        hint="`look` lists the study's series.",
    )


def _stacked(series: Series, *, longest_run: bool) -> tuple[Stacked, tuple[str, ...]]:
    if series.stacked is not None:
        return series.stacked, series.warnings
    run = series.even_run
    if longest_run and run is not None:
        n, of = len(run.headers), len(series.headers)
        text = f"only {n} of {of} slices are used, the longest even run: {series.problem}"
        return run, (*series.warnings, text)
    hint = (
        f" Use --longest-run for the {len(run.headers)} slices that are even."
        if run is not None
        else ""
    )
    raise InputError(f"Series {series.number} of the study: {series.problem}.{hint}")
