"""The worst lesions as images: the CT around each click with both outlines, as small JPEGs."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt

from evaluation.report.panel_drawing import draw_panel
from evaluation.report.views import View, view_of
from evaluation.results.metrics import Lesion
from uls.images.stack import IMAGE_SUFFIXES, StackHeader, read_header, read_vois, stack_name
from uls.report.drawing import data_uri
from uls.report.page import Figure, Panels
from uls.report.text import number
from uls.workshop.errors import CallError, InputError
from uls.workshop.folder_scan import listed

__all__ = ["ImageFiles", "draw_panels", "find_files", "find_stacks", "views_of"]

_log = logging.getLogger(__name__)

_PANEL_INCHES = 2.3
_DPI = 150
_JPEG = {"quality": 82, "subsampling": 0}
"""No colour subsampling: it would wash out the outlines, a pixel or two wide."""


@dataclass(frozen=True)
class ImageFiles:
    """Stacks by name: the CT, the predicted masks, and the reference masks if there are any."""

    images: Mapping[str, Path] = field(default_factory=dict)
    predictions: Mapping[str, Path] = field(default_factory=dict)
    references: Mapping[str, Path] = field(default_factory=dict)


def find_files(
    images: Sequence[Path] | None,
    predictions: Sequence[Path] | None,
    references: Sequence[Path] | None,
) -> ImageFiles | None:
    """Find the stacks of each kind among files and folders, by name; None if none are asked for.

    One CT stack and one stack of masks belong together, whatever they are called.

    Raises:
        CallError: a place is not there, a folder holds no stack, a name comes twice, or one of
            CT and predictions is given without the other.
    """
    if not images and not predictions and not references:
        return None
    if not images or not predictions:
        raise CallError.about(
            "--images",
            expected="CT stacks by --images and their masks by --predictions",
            found="only one of the two" if images or predictions else "only --reference",
        )
    scans = find_stacks(images, "--images")
    return ImageFiles(
        scans,
        _named_as(scans, find_stacks(predictions, "--predictions")),
        _named_as(scans, find_stacks(references or (), "--reference")),
    )


def _named_as(scans: Mapping[str, Path], masks: dict[str, Path]) -> dict[str, Path]:
    """Put one stack of masks under the name of the one CT stack: platforms rename outputs."""
    if len(scans) == 1 and len(masks) == 1:
        return dict(zip(scans, masks.values(), strict=True))
    return masks


def find_stacks(places: Sequence[Path], option: str) -> dict[str, Path]:
    """Find the stacks among files and folders, by name.

    Raises:
        CallError: a place is not there, a folder holds no stack, or a name comes twice.
    """
    found: dict[str, Path] = {}
    for path in chain.from_iterable(_stacks_at(place, option) for place in places):
        name = stack_name(path)
        if name in found:
            raise CallError.about(
                option, expected="every stack once", found=f"{found[name]} and {path}"
            )
        found[name] = path
    return found


def _stacks_at(place: Path, option: str) -> list[Path]:
    if place.is_file():
        return [place]
    if not place.is_dir():
        raise CallError.about(option, expected="a stack or a folder of stacks", found=f"{place}")
    stacks = listed(place, IMAGE_SUFFIXES)
    if not stacks:
        raise CallError.about(option, expected="a folder of stacks", found=f"none in {place}")
    return stacks


def draw_panels(lesions: Sequence[Lesion], files: ImageFiles) -> dict[str, Panels]:
    """Draw lesions, by their `fn`; those whose CT or prediction is not there are left out.

    Raises:
        InputError: a file is damaged, or is not of the lesions' stack.
    """
    return {lesion.fn: _panels(lesion, view) for lesion, view in views_of(lesions, files)}


def views_of(lesions: Sequence[Lesion], files: ImageFiles) -> Iterator[tuple[Lesion, View]]:
    """Give the lesions with their planes, stack by stack; those without a CT or mask are left out.

    Raises:
        InputError: a file is damaged, or is not of the lesions' stack.
    """
    by_stack: dict[str, list[Lesion]] = {}
    for lesion in lesions:
        by_stack.setdefault(lesion.stack, []).append(lesion)
    for stack, its_lesions in by_stack.items():
        if stack not in files.images or stack not in files.predictions:
            _log.warning("No images of stack %s: its lesions are shown without", stack)
            continue
        yield from _views(its_lesions, stack, files)


def _views(
    lesions: Sequence[Lesion], stack: str, files: ImageFiles
) -> Iterator[tuple[Lesion, View]]:
    """Read a stack up to the last VOI that is wanted."""
    wanted = {lesion.voi for lesion in lesions}
    images = read_header(files.images[stack])
    predictions = _masks(files.predictions[stack], images)
    reference = files.references.get(stack)
    references = _masks(reference, images) if reference else None
    if max(wanted) >= images.n_vois:
        expected = f"a stack that has a VOI {max(wanted)}, as metrics.json names it"
        raise InputError.about(images.path, expected=expected, found=f"{images.n_vois} VOIs")
    for index, hu in zip(range(max(wanted) + 1), read_vois(images), strict=False):
        prediction = next(predictions)
        expected_mask = next(references) if references else None
        for lesion in (lesion for lesion in lesions if lesion.voi == index):
            yield lesion, view_of(hu, prediction, expected_mask, lesion.spacing_mm)


def _masks(path: Path, images: StackHeader) -> Iterator[npt.NDArray[np.bool_]]:
    header = read_header(path)
    if header.n_vois != images.n_vois:
        raise InputError.about(
            path, expected=f"{images.n_vois} VOIs, as in {images.path}", found=f"{header.n_vois}"
        )
    return (voi != 0 for voi in read_vois(header))


def _panels(lesion: Lesion, view: View) -> Panels:
    planes = ["whole axial slice", *(f"{panel.plane} plane" for panel in view.slices)]
    images = [
        Figure(
            source=data_uri(_jpeg(view, index, whole=column == 0), "jpeg"),
            alt=f"{lesion.fn}, {planes[column]}, {view.window.name} window",
            caption="",
        )
        for column, index in enumerate((0, 0, 1, 2))
    ]
    details = "; ".join(
        [*lesion.attributes.values(), f"stack {lesion.stack}, VOI {lesion.voi}", *lesion.notes]
    )
    title = f"{lesion.fn}: Dice {number(lesion.dice)}"
    return Panels(title=title, details=details, images=images)


def _jpeg(view: View, index: int, *, whole: bool) -> bytes:
    from matplotlib.figure import Figure as Drawing  # noqa: PLC0415  (scoring needs no matplotlib)

    drawing = Drawing(figsize=(_PANEL_INCHES, _PANEL_INCHES))
    draw_panel(drawing.add_axes((0, 0, 1, 1)), view.slices[index], view, whole=whole)
    file = BytesIO()
    drawing.savefig(file, format="jpeg", dpi=_DPI, facecolor="black", pil_kwargs=_JPEG)
    return file.getvalue()
