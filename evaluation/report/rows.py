"""From a job's files to the rows of a picture; stacks are read one VOI at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from evaluation.report.names import Names
from evaluation.report.picture import Row
from evaluation.report.views import view_of
from evaluation.scoring.strict_json import read_json
from uls.geometry.cropped import cropped
from uls.geometry.overlap import dice
from uls.geometry.voi import Spacing
from uls.images.stack import StackHeader, read_header, read_vois
from uls.platform.sockets import check_spacings
from uls.workshop.errors import CallError, InputError

__all__ = ["PictureFiles", "read_rows"]


@dataclass(frozen=True)
class PictureFiles:
    """The files of one stack: HU, spacings, predicted masks, and references if there are any."""

    images: Path
    spacings: Path
    predictions: Path
    reference: Path | None = None


def read_rows(files: PictureFiles, names: Names, *, vois: Sequence[int] | None = None) -> list[Row]:
    """Read the rows of a picture.

    Args:
        files: the stack's files.
        names: titles and order of the VOIs.
        vois: the VOIs to show, in this order; by default all, in the order of `names`.

    Raises:
        InputError: a file is missing, unreadable, or of another length than the images.
        CallError: a VOI that is not in the stack is asked for.
    """
    images = read_header(files.images)
    spacings = check_spacings(read_json(files.spacings), images.n_vois, str(files.spacings))
    order = list(names.order(images.n_vois) if vois is None else vois)
    if beyond := [voi for voi in order if not 0 <= voi < images.n_vois]:
        expected = f"VOIs from 0 to {images.n_vois - 1}, as {images.path.name} has them"
        raise CallError.about("--voi", expected=expected, found=f"{beyond[0]}")
    rows: dict[int, Row] = {}
    masks = zip(_masks(files.predictions, images), _masks(files.reference, images), strict=False)
    for voi, (hu, (prediction, reference)) in enumerate(zip(read_vois(images), masks, strict=True)):
        if voi in order and prediction is not None:
            title = names.title(voi) + _figures(prediction, reference, spacings[voi])
            rows[voi] = Row(title, view_of(hu, prediction, reference, spacings[voi]))
    return [rows[voi] for voi in order]


def _masks(path: Path | None, images: StackHeader) -> Iterator[npt.NDArray[np.bool_] | None]:
    """Give the masks of a stack that must be as long as the images; without a file, Nones."""
    if path is None:
        return repeat(None, images.n_vois)
    header = read_header(path)
    if header.n_vois != images.n_vois:
        raise InputError.about(
            path, expected=f"{images.n_vois} VOIs, as in {images.path}", found=f"{header.n_vois}"
        )
    return (voi != 0 for voi in read_vois(header))


def _figures(
    prediction: npt.NDArray[np.bool_], reference: npt.NDArray[Any] | None, spacing: Spacing
) -> str:
    """Say what stands behind a row's name: Dice and volumes."""
    voxel_ml = float(np.prod(spacing)) / 1000
    volume = np.count_nonzero(prediction) * voxel_ml
    predicted = f"{volume:.1f} ml" if volume else "nothing predicted"
    if reference is None:
        return f"   {predicted}"
    score = dice(cropped(prediction), cropped(reference))
    return f"   Dice {score:.3f}   {predicted} (reference {reference.sum() * voxel_ml:.1f} ml)"
