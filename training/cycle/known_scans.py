"""Whether a scan is one that the test set's VOIs were cut from, by their voxels alone.

Names, file formats, compression and orientation hide nothing: a VOI is a piece of its scan. Of each
VOI a few rows of voxels are remembered. A scan that has such a row is compared with the whole VOI,
laid where the row says.
"""

import itertools
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from training.cycle.project import Work, read_record, write_record
from uls.geometry.voi import CLICK_ZYX
from uls.images.stack import read_vois
from uls.platform.sockets import find_job

__all__ = ["KnownRows", "known_rows", "voi_in_scan"]

_log = logging.getLogger(__name__)

Voxels = npt.NDArray[np.int16]
Voxel = tuple[int, int, int]

_ROW = 8
"""Voxels of a row: with the noise of a CT they are found nowhere by chance."""

_SHIFTS = (0, -24, 24)
"""Where rows are taken, in voxels from the click along y and x."""

_FEWEST_VALUES = 5
"""Different values that a row needs; rows of air or padding say nothing."""

_LEAST_SHARED = 4096
"""Voxels that a VOI and a scan must have in common for a judgement."""

_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_FILE = "known-scans.json"


class Row(BaseModel):
    """Voxels along x of one VOI; its name for messages, and where in the VOI it begins."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stack: str
    voi: int
    place_zyx: Voxel
    values: tuple[int, ...]


class KnownRows(BaseModel):
    """The rows of a test set; `blank` counts the VOIs that have none, as made-up ones may."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    test_set_sha256: str
    rows: tuple[Row, ...]
    blank: int


def known_rows(work: Work) -> KnownRows:
    """Give the rows of a cycle's test set, kept in its folder, as reading takes a while."""
    path = work.root / _FILE
    if path.exists():
        kept = read_record(KnownRows, path)
        if kept.test_set_sha256 == work.project.test_set_sha256:
            return kept
    rows: list[Row] = []
    blank = 0
    for stack in find_job(work.test_set / "input"):
        for number, voi in enumerate(read_vois(stack.header)):
            found = list(_rows_of(_whole_hu(voi), stack.header.name, number))
            blank += not found
            rows += found
    made = KnownRows(test_set_sha256=work.project.test_set_sha256, rows=tuple(rows), blank=blank)
    if blank:
        _log.warning(
            "%s: %d VOIs hold too few different values to be found in a scan",
            work.test_set / "input",
            blank,
        )
    write_record(path, made)
    return made


def voi_in_scan(work: Work, known: KnownRows, scan_hu: npt.NDArray[np.generic]) -> str | None:
    """Name a VOI of the test set that was cut from a scan; None where none was.

    Args:
        work: the cycle, whose test set holds the VOIs.
        known: their rows.
        scan_hu: HU, (z, y, x), in any of the eight orders along its axes.
    """
    scan = _whole_hu(scan_hu)
    for row, place, turned in _hits(known.rows, scan):
        voi = _voi(work.test_set, row)
        if any(_lies_in(voi, scan, row, place, flips) for flips in _flips(turned=turned)):
            return f"VOI {row.voi} of {row.stack}"
    return None


def _whole_hu(voxels: npt.NDArray[np.generic]) -> Voxels:
    if voxels.dtype == np.int16:
        return np.asarray(voxels, dtype=np.int16)
    limits = np.iinfo(np.int16)
    numbers = np.rint(np.nan_to_num(voxels.astype(np.float64)))
    return np.clip(numbers, limits.min, limits.max).astype(np.int16)


def _rows_of(voi: Voxels, stack: str, number: int) -> Iterator[Row]:
    z, y, x = CLICK_ZYX
    for down, right in itertools.product(_SHIFTS, _SHIFTS):
        line = voi[z, y + down, x + right - _ROW : x + right + _ROW]
        best = max(range(_ROW), key=lambda start: len(set(line[start : start + _ROW].tolist())))
        values = line[best : best + _ROW].tolist()
        if len(set(values)) >= _FEWEST_VALUES:
            place = (z, y + down, x + right - _ROW + best)
            yield Row(stack=stack, voi=number, place_zyx=place, values=tuple(values))


def _hits(rows: Sequence[Row], scan: Voxels) -> Iterator[tuple[Row, Voxel, bool]]:
    """Find rows in a scan, as they are and reversed; give where each begins, and how it lies."""
    if scan.shape[2] < _ROW or not rows:
        return
    by_hash: dict[int, list[tuple[Row, bool]]] = {}
    for row, turned in itertools.product(rows, (False, True)):
        values = np.array(row.values[::-1] if turned else row.values, dtype=np.int16)
        by_hash.setdefault(int(_hashes(values[None])[0, 0]), []).append((row, turned))
    wanted = np.array(sorted(by_hash), dtype=np.uint64)
    few = np.zeros(1 << 16, dtype=bool)
    few[wanted >> np.uint64(48)] = True
    for z, piece in enumerate(scan):
        hashes = _hashes(piece)
        maybe = np.argwhere(few[hashes >> np.uint64(48)])
        found = np.isin(hashes[tuple(maybe.T)], wanted)
        for y, x in maybe[found].tolist():
            for row, turned in by_hash[int(hashes[y, x])]:
                yield row, (z, y, x), turned


def _hashes(lines: npt.NDArray[np.int16]) -> npt.NDArray[np.uint64]:
    """Hash every row of voxels along the last axis."""
    values = lines.astype(np.uint64)
    count = values.shape[-1] - _ROW + 1
    total = np.zeros((*values.shape[:-1], count), dtype=np.uint64)
    for step in range(_ROW):
        total = total * _FACTOR + values[..., step : step + count]
    return total * _FACTOR


def _flips(*, turned: bool) -> Iterator[tuple[int, int, int]]:
    """List how a VOI may lie along (z, y, x) in a scan: 1 as it is, -1 reversed."""
    x = -1 if turned else 1
    yield from ((z, y, x) for z, y in itertools.product((1, -1), (1, -1)))


def _voi(test_set: Path, row: Row) -> Voxels:
    (header,) = (
        stack.header for stack in find_job(test_set / "input") if stack.header.name == row.stack
    )
    return _whole_hu(next(itertools.islice(read_vois(header), row.voi, None)))


@dataclass(frozen=True)
class _Shared:
    """Where a VOI and a scan lie on each other along one axis, as slices of both."""

    voi: slice
    scan: slice

    @classmethod
    def of(cls, voi_size: int, scan_size: int, corner: int) -> "_Shared":
        first, last = max(corner, 0), min(corner + voi_size, scan_size)
        return cls(slice(first - corner, last - corner), slice(first, last))


def _lies_in(voi: Voxels, scan: Voxels, row: Row, place: Voxel, flips: Voxel) -> bool:
    """Say whether a VOI's voxels are the scan's, where the row is laid on its place."""
    lying = voi[:: flips[0], :: flips[1], :: flips[2]]
    inside = list(row.place_zyx)
    for axis, flip in enumerate(flips):
        if flip < 0:
            last = inside[axis] + (_ROW - 1 if axis == 2 else 0)
            inside[axis] = voi.shape[axis] - 1 - last
    corner = [at - within for at, within in zip(place, inside, strict=True)]
    shared = [
        _Shared.of(size, whole, start)
        for size, whole, start in zip(voi.shape, scan.shape, corner, strict=True)
    ]
    part = lying[tuple(one.voi for one in shared)]
    if part.size < _LEAST_SHARED:
        return False
    return np.array_equal(part, scan[tuple(one.scan for one in shared)])
