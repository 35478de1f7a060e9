"""What there is to do: a case of the table, or a stack of VOIs; and what its results depend on."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from clinic.dicom.files import study_files
from clinic.many.cases import Case, read_cases
from clinic.many.options import SegmentMany
from clinic.reading.image_file import format_of
from clinic.reading.read import read_scan
from clinic.scans.scan import Format
from uls.images.image_header import IMAGE_SUFFIXES, read_image_header
from uls.images.stack import stack_name
from uls.platform.slugs import SPACINGS_FILE, STACK_FOLDER
from uls.workshop.errors import CallError, InputError
from uls.workshop.files import sha256
from uls.workshop.folder_scan import is_clutter, listed

__all__ = ["Item", "ScanItem", "StackItem", "key_of", "read_items"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


@dataclass(frozen=True)
class ScanItem:
    """A case: a scan and the places in it; and the format of its masks, None for the scan's."""

    case: Case
    kind: Format | None

    @property
    def name(self) -> str:
        """Of its folder of results."""
        return self.case.name

    def content(self) -> list[str]:
        """Return hashes of all bytes that the scan is read from.

        Raises:
            InputError: there is no such scan.
        """
        path = self.case.scan
        kind = format_of(path)
        if path.is_dir() or (kind is None and path.exists()):
            return sorted(map(sha256, study_files(path)))
        if path.name.lower().endswith(IMAGE_SUFFIXES):
            return [sha256(one) for one in _with_voxels(path)]
        if kind == "nrrd" and path.is_file() and not _is_detached(path):
            return [sha256(path)]
        return [read_scan(path).sha256]  # its voxels lie in files that only its reader knows


@dataclass(frozen=True)
class StackItem:
    """One stack of a job's input folder."""

    name: str
    folder: Path
    stack: str

    def content(self) -> list[str]:
        """Return hashes of the stack's bytes, and of the files that say its spacings.

        Raises:
            InputError: the stack cannot be read.
        """
        said = [self.folder / name for name in (SPACINGS_FILE, "inputs.json")]
        files = [*_with_voxels(self.folder / STACK_FOLDER / self.stack), *said]
        return [sha256(path) for path in files if path.is_file()]


Item = ScanItem | StackItem


def key_of(item: Item, made_by: Sequence[str]) -> str:
    """Return a hash of all that an item's results depend on.

    Args:
        item: its bytes, places and format count, not where it lies.
        made_by: release, model and engine.

    Raises:
        InputError: it cannot be read.
    """
    what: dict[str, object] = {"made by": list(made_by), "input": item.content()}
    if isinstance(item, ScanItem):
        targets = [asdict(target) for target in item.case.targets]
        what |= {"targets": targets, "series": item.case.series, "format": item.kind}
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


def read_items(settings: SegmentMany) -> list[Item]:
    """Read what there is to do, in the order in which it is listed.

    Raises:
        CallError: neither a table nor stacks, or both.
        InputError: the table or the folder cannot be used, or two items have one name.
    """
    if (settings.table is None) == (settings.stacks is None):
        found = "neither" if settings.table is None else "both"
        raise CallError.about("segment-many", expected="a table, or --stacks", found=found)
    if settings.table is not None:
        scans = None if settings.scans is None else settings.scans.absolute()
        cases = read_cases(settings.table.absolute(), settings.mm, scans)
        return [ScanItem(case, settings.mask_format) for case in cases]
    if settings.scans is not None or settings.mm is not None or settings.mask_format is not None:
        raise CallError.about(
            "--stacks", expected="that stacks say all themselves", found="--scans, --mm or --format"
        )
    return _stacks_of(settings.stacks) if settings.stacks is not None else []


def _stacks_of(folder: Path) -> list[Item]:
    folder = folder.absolute()
    if not folder.is_dir():
        raise InputError.about(folder, expected="a folder with stacks of VOIs", found="none")
    jobs = [folder]
    if not (folder / STACK_FOLDER).is_dir():
        jobs = sorted(p for p in folder.iterdir() if p.is_dir() and not is_clutter(p.name))
    items: list[Item] = []
    for job in jobs:
        stacks = job / STACK_FOLDER
        for path in listed(stacks, IMAGE_SUFFIXES) if stacks.is_dir() else ():
            own = stack_name(path)
            items.append(StackItem(own if job is folder else f"{job.name}.{own}", job, path.name))
    names = [item.name for item in items]
    if not names or len({name.lower() for name in names}) < len(names):
        found = "two of one name" if names else "none"
        expected = f"stacks of different names, in {STACK_FOLDER} here or one folder below"
        raise InputError.about(folder, expected=expected, found=found)
    for name in names:
        if not _NAME.fullmatch(name):
            expected = "names of letters, digits, points, hyphens and underscores"
            raise InputError.about(folder, expected=expected, found=name)
    return items


def _with_voxels(path: Path) -> list[Path]:
    """Return an image's file, and those that its voxels lie in if these are others."""
    return list(dict.fromkeys([path, *read_image_header(path).pixels.paths]))


def _is_detached(path: Path) -> bool:
    """Return whether an NRRD file's header says that the voxels lie elsewhere."""
    with path.open("rb") as file:
        head = file.read(1 << 16).partition(b"\n\n")[0].lower()
    return b"\ndata file:" in head or b"\ndatafile:" in head
