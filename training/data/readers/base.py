"""What a reader is, and what readers share: listing images, pairing them with masks."""

import csv
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from training.data.cases.case import Case, Found, LesionClass
from uls.workshop.errors import InputError
from uls.workshop.folder_scan import listed, shown

__all__ = [
    "IMAGE_SUFFIXES",
    "Reader",
    "Source",
    "by_stem",
    "case_number",
    "found_pairs",
    "image_files",
    "image_stem",
    "lesions_as_told",
    "read_table",
]

IMAGE_SUFFIXES = (".nii.gz", ".nii.gz.zip", ".nii.zip", ".nii", ".mha", ".mhd", ".nrrd")
"""Files that are read as images; a zip file holds one image."""


@dataclass(frozen=True)
class Source:
    """Where a data set lies, and what the caller says of it.

    Attributes:
        root: its folder.
        labels: another folder for the labels, laid out alike; None where they are under the root.
        dataset: its name in the manifest; None takes the reader's.
        lesion_type: such as `liver`; None takes the reader's.
        values: the mask's values that are lesions; None takes the reader's.
        instances: whether each value is one lesion, where the reader does not know.
        skip_damaged: whether damaged rows of a table are left out, instead of ending all.
    """

    root: Path
    labels: Path | None = None
    dataset: str | None = None
    lesion_type: str | None = None
    values: tuple[int, ...] | None = None
    instances: bool = False
    skip_damaged: bool = False


class Reader(Protocol):
    """Finds the cases of one folder layout. To add one: a file here, a line in the registry."""

    @property
    def name(self) -> str:
        """How the command line calls it."""

    @property
    def layout(self) -> str:
        """The files that it reads, in one line."""

    def find(self, source: Source) -> Found:
        """Find the cases.

        Raises:
            InputError: the folder is not laid out like this.
        """


def image_files(folder: Path, *, deep: bool = False) -> list[Path]:
    """Return a folder's images, sorted, as `uls.workshop.folder_scan` lists files."""
    return listed(folder, IMAGE_SUFFIXES, deep=deep)


def image_stem(path: Path) -> str:
    """Give a file's name without its image suffix."""
    longest = max((s for s in IMAGE_SUFFIXES if path.name.lower().endswith(s)), key=len, default="")
    return path.name[: len(path.name) - len(longest)]


def by_stem(
    paths: Iterable[Path], stem: Callable[[Path], str | None] = image_stem
) -> dict[str, Path]:
    """Key files by their case; those of which `stem` gives None are left out.

    Raises:
        InputError: two files are of the same case.
    """
    files: dict[str, Path] = {}
    for path in paths:
        case = stem(path)
        if case is None:
            continue
        other = files.setdefault(case, path)
        if other != path:
            raise InputError.about(
                path, expected="one file a case", found=f"{other} for {case!r} as well"
            )
    return files


def found_pairs(
    images: Mapping[str, Path],
    masks: Mapping[str, Path],
    case: Callable[[str, Path, Path], Case],
    reader: Reader,
    root: Path,
) -> Found:
    """Pair images with masks of the same case; what has no partner is listed.

    Raises:
        InputError: there is no pair at all.
    """
    common = sorted(set(images) & set(masks))
    if not common:
        raise InputError.about(
            root,
            expected=f"the layout of {reader.name!r}: {reader.layout}",
            found=f"{len(images)} images and {len(masks)} masks, and no pair among them "
            f"({shown(root, deep=True)})",
            hint="`python -m training prepare --help` lists the readers.",
        )
    return Found(
        cases=tuple(case(name, images[name], masks[name]) for name in common),
        without_mask=tuple(images[name] for name in sorted(set(images) - set(masks))),
        without_image=tuple(str(masks[name]) for name in sorted(set(masks) - set(images))),
    )


def lesions_as_told(lesions: LesionClass, source: Source) -> LesionClass:
    """Change what is known of a data set's lesions by what the caller says of them."""
    if source.values is not None or source.instances:
        lesions = replace(lesions, values=source.values)
    if source.lesion_type is not None:
        limit = "short" if "node" in source.lesion_type else lesions.limit
        lesions = replace(lesions, lesion_type=source.lesion_type, limit=limit)
    return lesions


def case_number(name: str) -> int | None:
    """Give the last number of a case's name, as in `case_00003`; None without one."""
    numbers = re.findall(r"\d+", name)
    return int(numbers[-1]) if numbers else None


def read_table(path: Path, columns: Iterable[str]) -> list[dict[str, str]]:
    """Read a CSV file that has, among others, these columns.

    Raises:
        InputError: the file is missing or damaged, or a column is.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            missing = [name for name in columns if name not in (rows.fieldnames or [])]
            if missing:
                raise InputError.about(
                    path,
                    expected=f"a column {missing[0]!r}",
                    found=", ".join(rows.fieldnames or []) or "an empty file",
                )
            return [{k: v or "" for k, v in row.items() if k is not None} for row in rows]
    except FileNotFoundError as error:
        raise InputError.about(path, expected="a CSV file", found="no file") from error
    except (OSError, ValueError, csv.Error) as error:
        raise InputError.about(path, expected="a CSV file in UTF-8", found=str(error)) from error
