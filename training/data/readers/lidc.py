"""LIDC-IDRI as released: DICOM series and XML files of outlines; or as NIfTI, in pairs."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from training.data.cases.case import Case, DicomSeries, Found, Readings
from training.data.cases.contours import series_uid
from training.data.cases.dicom_header import DicomHeader, read_dicom_header
from training.data.readers.base import Source, lesions_as_told
from training.data.readers.datasets import named
from training.data.readers.pairs import PairsReader, lidc_pairs
from uls.workshop.errors import InputError
from uls.workshop.folder_scan import listed, shown

__all__ = ["LidcReader"]

_MARK_AT, _MARK = 128, b"DICM"


@dataclass(frozen=True)
class LidcReader:
    """Reads a CT series and the outlines of its readers, matched by the series' UID."""

    name: str = "lidc"
    layout: str = (
        "one folder a series with its .dcm files, and LIDC's .xml files beside them or in a folder "
        f"of their own (lidc=DICOM,XML); or {lidc_pairs().layout}"
    )
    pairs: PairsReader = field(default_factory=lidc_pairs)

    def find(self, source: Source) -> Found:
        """Return the series, wherever under the folder they lie."""
        annotations = listed(source.labels or source.root, (".xml",), deep=True)
        folders = _series_folders(source.root)
        if not annotations or not folders:
            return self.pairs.find(source)
        outlines = _by_series(annotations)
        headers = [read_dicom_header(files[0]) for files in folders]
        scans = [
            (header, files)
            for header, files in zip(headers, folders, strict=True)
            if header.modality == "CT"
        ]
        cases = _cases(source, scans, outlines)
        if not cases:
            raise InputError.about(
                source.root,
                expected=f"the layout of {self.name!r}: {self.layout}",
                found=f"{len(scans)} CT series and {len(outlines)} annotated ones, none of them in "
                f"both ({shown(source.root, deep=True)})",
            )
        there = {header.series for header, _ in scans}
        return Found(
            cases=cases,
            without_mask=tuple(files[0].parent for h, files in scans if h.series not in outlines),
            without_image=tuple(
                str(path) for uid, path in sorted(outlines.items()) if uid not in there
            ),
        )


def _series_folders(root: Path) -> list[list[Path]]:
    """Return the DICOM files by folder: a folder holds one series."""
    folders: dict[Path, list[Path]] = {}
    for path in listed(root, deep=True):
        if _is_dicom(path):
            folders.setdefault(path.parent, []).append(path)
    return list(folders.values())


def _is_dicom(path: Path) -> bool:
    """Return whether a file is named as DICOM, or has DICOM's mark in it (PS3.10)."""
    if path.suffix.lower() == ".dcm" or not path.is_file():
        return path.suffix.lower() == ".dcm"
    with path.open("rb") as file:
        return file.read(_MARK_AT + len(_MARK))[_MARK_AT:] == _MARK


def _by_series(paths: Iterable[Path]) -> dict[str, Path]:
    """Key annotation files by the series that they are about; those of X-rays are about none."""
    found: dict[str, Path] = {}
    for path in paths:
        uid = series_uid(path)
        other = found.setdefault(uid, path) if uid else path
        if other != path and other.read_bytes() != path.read_bytes():
            raise InputError.about(
                path, expected="one file of outlines a series", found=f"{other} for it as well"
            )
    return found


def _cases(
    source: Source, scans: list[tuple[DicomHeader, list[Path]]], outlines: dict[str, Path]
) -> tuple[Case, ...]:
    lidc = named("LIDC-IDRI")
    annotated = [(header, files) for header, files in scans if header.series in outlines]
    _check_once(annotated)
    times = Counter(header.patient for header, _ in annotated)
    return tuple(
        Case(
            name=_name(header, several=times[header.patient] > 1),
            dataset=source.dataset or lidc.name,
            patient=header.patient or header.series,
            image=DicomSeries(tuple(files), header.series),
            classes=(replace(lesions_as_told(lidc.lesions, source), values=None),),
            readings=Readings(outlines=outlines[header.series]),
        )
        for header, files in annotated
    )


def _name(header: DicomHeader, *, several: bool) -> str:
    """Name a case by its patient; where a patient has several, also by the end of the UID."""
    if not header.patient:
        return header.series
    return f"{header.patient}_{header.series[-6:]}" if several else header.patient


def _check_once(scans: Iterable[tuple[DicomHeader, list[Path]]]) -> None:
    folders: dict[str, Path] = {}
    for header, files in scans:
        folder = folders.setdefault(header.series, files[0].parent)
        if folder != files[0].parent:
            raise InputError.about(
                files[0].parent,
                expected="each series in one folder",
                found=f"{folder} with the same one",
            )
