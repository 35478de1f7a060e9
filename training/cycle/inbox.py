"""Which mask belongs to which scan, where folders are handed in."""

from collections.abc import Iterator
from pathlib import Path

from training.cycle.segments import SUFFIXES
from uls.images.stack import IMAGE_SUFFIXES
from uls.workshop.errors import CallError, InputError
from uls.workshop.folder_scan import listed, shown

__all__ = ["case_name", "pairs"]

_SCAN_SUFFIXES = (*IMAGE_SUFFIXES, ".nrrd")


def pairs(masks: Path, scans: Path) -> list[tuple[Path, Path]]:
    """Pair masks with scans: two files, or the files of two folders by their names.

    A mask's name begins with its scan's, as `<scan>.seg.nrrd` or `<scan>-segmentation.seg.nrrd`;
    of several such scans the one with the longest name is meant.

    Raises:
        CallError: one is a file and the other a folder.
        InputError: a folder holds no mask, or a mask has no scan.
    """
    if masks.is_dir() != scans.is_dir():
        raise CallError.about(
            masks, expected="two files or two folders", found=f"one of each, with {scans}"
        )
    if not masks.is_dir():
        return [(masks, scans)]
    found = sorted(_files(masks, SUFFIXES))
    if not found:
        expected = f"masks ({', '.join(SUFFIXES)})"
        raise InputError.about(masks, expected=expected, found=f"none ({shown(masks)})")
    candidates = {_stem(path, _SCAN_SUFFIXES): path for path in _files(scans, _SCAN_SUFFIXES)}
    return [(mask, _scan_of(mask, candidates, scans)) for mask in found]


def _files(folder: Path, suffixes: tuple[str, ...]) -> Iterator[Path]:
    for path in listed(folder, suffixes):
        is_other = suffixes is not SUFFIXES and path.name.lower().endswith(".seg.nrrd")
        if not is_other:
            yield path


def _scan_of(mask: Path, candidates: dict[str, Path], scans: Path) -> Path:
    stem = _stem(mask, SUFFIXES)
    fitting = [name for name in candidates if _begins_with(stem, name)]
    if not fitting:
        raise InputError.about(
            mask,
            expected=f"a scan in {scans} whose name its own begins with",
            found="none",
            hint="Hand it in alone, with --scan.",
        )
    return candidates[max(fitting, key=len)]


def _begins_with(stem: str, scan: str) -> bool:
    """Tell "ct1-segmentation" and "ct1" as of "ct1", but not "ct10"."""
    return stem == scan or (stem.startswith(scan) and not stem[len(scan)].isalnum())


def case_name(scan: Path) -> str:
    """Name a case after its scan's file."""
    return _stem(scan, _SCAN_SUFFIXES)


def _stem(path: Path, suffixes: tuple[str, ...]) -> str:
    suffix = next((s for s in suffixes if path.name.lower().endswith(s)), "")
    return path.name[: len(path.name) - len(suffix)] if suffix else path.stem
