"""Slices in order along their normal, and the grid that they lie on; gaps and tilt are refused."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clinic.dicom.gaps import Gap, describe_gaps, gaps_of, longest_even_run
from clinic.dicom.header import Header
from clinic.scans.grid import Grid
from uls.workshop.errors import InputError

__all__ = ["StackError", "Stacked", "stack"]

_Floats = npt.NDArray[np.float64]

_SAME_PLACE_MM = 1e-3

_SIDEWAYS_MM = 0.15
"""By how much slices may lie sideways of the first one's normal: positions rounded to 0.1 mm do."""


@dataclass(frozen=True, eq=False, repr=False)
class Stacked:
    """Slices that fill a grid, the first at its origin.

    Attributes:
        headers: of the slices, in the order of the array's first axis.
        grid: where the voxels lie.
        warnings: what was left out.
    """

    headers: tuple[Header, ...]
    grid: Grid
    warnings: tuple[str, ...] = ()


class StackError(Exception):
    """Slices that fill no grid; the message says why.

    Attributes:
        even_run: the longest run of evenly spaced slices, where gaps are the trouble.
    """

    def __init__(self, message: str, even_run: Stacked | None = None) -> None:
        super().__init__(message)
        self.even_run = even_run


def stack(headers: Sequence[Header]) -> Stacked:
    """Put the slices of a series in order, and lay the grid.

    Args:
        headers: of slices with the same size, spacing and orientation, see `checks`.

    Raises:
        StackError: two different slices at one place, slices missing, uneven spacing, a tilted
            gantry, or numbers that are no grid.
    """
    row, column, normal = _directions(headers[0])
    places = np.array([h.values["ImagePositionPatient"] for h in headers], dtype=np.float64)
    if not np.isfinite(places).all():
        raise StackError("the position of a slice is not a number")
    along = places @ normal
    order = np.lexsort((np.array([h.number for h in headers]), along))
    kept, warnings = _without_repeats([headers[i] for i in order], along[order])
    if len({h.text("SOPInstanceUID") for h in kept} - {""}) < len(kept):
        raise StackError("slices without an identifier (SOPInstanceUID) of their own")
    places = np.array([h.values["ImagePositionPatient"] for h in kept], dtype=np.float64)
    _check_tilt(places, row, column, normal)
    turn = np.stack([row, column, normal], axis=1)
    gaps = gaps_of(places @ normal)
    if gaps:
        first, stop = longest_even_run(places @ normal)
        run = _laid(kept[first:stop], places[first:stop], turn) if stop - first > 1 else None
        raise StackError(_described(gaps, kept, places), run)
    stacked = _laid(kept, places, turn)
    return Stacked(stacked.headers, stacked.grid, warnings)


def _directions(header: Header) -> tuple[_Floats, _Floats, _Floats]:
    """Give the unit vectors along a row, down a column, and from slice to slice."""
    cosines = np.array(header.values["ImageOrientationPatient"], dtype=np.float64).reshape(2, 3)
    lengths = np.linalg.norm(cosines, axis=1)
    if not (np.isfinite(cosines).all() and np.abs(lengths - 1).max() < 1e-2):
        raise StackError("the orientation of the slices is no pair of directions")
    row, column = cosines / lengths[:, None]
    if abs(row @ column) > 1e-3:
        raise StackError("rows and columns of the slices are not at right angles")
    normal = np.cross(row, column)
    return row, column, normal / np.linalg.norm(normal)


def _without_repeats(headers: list[Header], along: _Floats) -> tuple[list[Header], tuple[str, ...]]:
    """Leave out all but the first of equal slices at one place.

    Raises:
        StackError: slices at one place that are not equal.
    """
    kept = headers[:1]
    n_left_out = 0
    for header, at, before in zip(headers[1:], along[1:], along[:-1], strict=True):
        if at - before > _SAME_PLACE_MM:
            kept.append(header)
        elif header.pixels_digest() == kept[-1].pixels_digest():
            n_left_out += 1
        else:
            raise StackError(
                f"two different slices at {at:.1f} mm along the series "
                f"(files {kept[-1].number} and {header.number})"
            )
    if len(kept) < 2:
        raise StackError("all slices lie at one place")
    text = (
        f"{n_left_out} file{'s' * (n_left_out > 1)} left out that repeated a slice, pixel for pixel"
    )
    return kept, (text,) if n_left_out else ()


def _check_tilt(places: _Floats, row: _Floats, column: _Floats, normal: _Floats) -> None:
    """Refuse slices that do not lie straight above each other."""
    away = places - places[0]
    sideways = np.stack([away @ row, away @ column], axis=1)
    if np.abs(sideways).max() <= _SIDEWAYS_MM:
        return
    height = away @ normal
    slopes = (sideways[1:].T @ height[1:]) / (height[1:] @ height[1:])
    if np.abs(sideways - height[:, None] * slopes).max() > max(_SIDEWAYS_MM, 0.01 * height[-1]):
        raise StackError("the slices are shifted sideways against each other")
    degrees = np.degrees(np.arctan(np.linalg.norm(slopes)))
    raise StackError(
        f"tilted by {degrees:.1f}° (gantry tilt): not supported; resample it first, "
        "for example by dcm2niix"
    )


def _described(gaps: Sequence[Gap], headers: Sequence[Header], places: _Floats) -> str:
    """Describe gaps, counting slices as the series numbers them: backwards, if it does."""
    first, last = headers[0].number_of("InstanceNumber"), headers[-1].number_of("InstanceNumber")
    return describe_gaps(gaps, places, backwards=last < first)


def _laid(headers: Sequence[Header], places: _Floats, turn: _Floats) -> Stacked:
    """Lay the grid through the first and the last slice."""
    rows, columns = headers[0].number_of("Rows"), headers[0].number_of("Columns")
    down_mm, right_mm = headers[0].floats("PixelSpacing", 2) or (0.0, 0.0)
    step_mm = float((places[-1] - places[0]) @ turn[:, 2]) / (len(headers) - 1)
    try:
        grid = Grid.checked(
            "the series",
            (len(headers), rows, columns),
            (right_mm, down_mm, step_mm),
            places[0],
            turn,
        )
    except InputError as error:
        raise StackError(str(error).removeprefix("the series: ")) from error
    return Stacked(tuple(headers), grid)
