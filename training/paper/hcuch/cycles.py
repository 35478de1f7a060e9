"""The predictions of every cycle, read beside the reference: Dice per 2D component and cycle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from clinic.follow_up.dataset import Series
from clinic.follow_up.measure import read_axial
from training.paper.hcuch.components import (
    Component,
    components,
    dice_in_box,
    drawn_for,
    values_are_labels,
)
from uls.images.grid import check_same_grid
from uls.images.image_header import read_geometry
from uls.images.stack import stack_name
from uls.images.voxels import label_array
from uls.workshop.errors import CallError, InputError
from uls.workshop.folder_scan import listed
from uls.workshop.progress import progress

__all__ = ["Cycles", "Scored", "parse_cycle", "read_cycles", "read_prediction"]

_SUFFIXES = (".nii.gz", ".nii", ".mha", ".nrrd")

Numbers = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True, eq=False)
class Scored:
    """One component with its Dice by every cycle, in the cycles' order."""

    series: Series
    component: Component
    dice: tuple[float, ...]

    @property
    def kind(self) -> str:
        """What the paper tells apart: adenopathies, and tumours by organ."""
        label = self.series.labels[self.component.value]
        return "adenopathy" if label.type.is_node else label.location


@dataclass(frozen=True, eq=False)
class Cycles:
    """All that was scored.

    Attributes:
        names: of the cycles, the first being what others are tested against.
        files: by cycle, the predictions by series.
        scored: components in the order of series, slice and value.
    """

    names: tuple[str, ...]
    files: Mapping[str, Mapping[str, Path]]
    scored: tuple[Scored, ...]


def parse_cycle(text: str) -> tuple[str, Path]:
    """Read `NAME=FOLDER`.

    Raises:
        CallError: it has another form, or the folder is not there.
    """
    name, equals, folder = text.partition("=")
    if not equals or not name.strip() or not Path(folder).is_dir():
        raise CallError.about(
            "--cycle", expected="NAME=FOLDER with a folder of masks", found=repr(text)
        )
    return name.strip(), Path(folder)


def read_cycles(folders: Sequence[tuple[str, Path]], series: Sequence[Series]) -> Cycles:
    """Score the series of which the first cycle has a prediction; all cycles must have these.

    Raises:
        CallError: a cycle's name twice.
        InputError: a prediction is missing, damaged, of another grid, or has unknown values.
    """
    names = [name for name, _ in folders]
    if len(set(names)) < len(names):
        raise CallError.about("--cycle", expected="every name once", found=", ".join(names))
    files = {name: _masks(folder, series) for name, folder in folders}
    first = files[names[0]]
    for name, folder in folders:
        if odd := sorted(set(first) ^ set(files[name])):
            raise InputError.about(
                folder,
                expected=f"masks of the {len(first)} series that cycle {names[0]} has",
                found=f"{len(files[name])}; {odd[0]} is in one of the two only",
            )
    shown = [one for one in series if one.name in first]
    if not shown:
        raise InputError.about(
            folders[0][1], expected="masks named like the series", found="none of them"
        )
    scored: list[Scored] = []
    for one in progress(shown, about="Comparing", total=len(shown), unit="series"):
        scored += _scored(one, [files[name][one.name] for name in names])
    return Cycles(tuple(names), files, tuple(scored))


def _masks(folder: Path, series: Sequence[Series]) -> dict[str, Path]:
    known = {one.name for one in series}
    found = {stack_name(path): path for path in listed(folder, _SUFFIXES, deep=True)}
    return {name: path for name, path in found.items() if name in known}


def read_prediction(series: Series, path: Path) -> tuple[Numbers, bool]:
    """Read a prediction, (z, y, x), and whether its values are the reference's.

    Raises:
        InputError: it is damaged, lies elsewhere than the mask, or has unknown values.
    """
    check_same_grid(read_geometry(series.mask), read_geometry(path), path)
    values = label_array(read_axial(path), path)
    try:
        return values, values_are_labels(values, series.labels)
    except ValueError as error:
        raise InputError.about(
            path,
            expected=f"0 and 1, or the values of the labels: {sorted(series.labels)}",
            found=str(error),
        ) from error


def _scored(series: Series, paths: Sequence[Path]) -> list[Scored]:
    found = list(components(label_array(read_axial(series.mask), series.mask)))
    columns = []
    for path in paths:
        values, by_value = read_prediction(series, path)
        drawn = (drawn_for(one, values, by_value=by_value) for one in found)
        columns.append([dice_in_box(one, d) for one, d in zip(found, drawn, strict=True)])
    rows = zip(*columns, strict=True)
    return [Scored(series, one, tuple(dice)) for one, dice in zip(found, rows, strict=True)]
