"""The reference data: which VOIs are scored, which are clicks on one lesion, and their masks.

Three JSON files beside the reference stacks describe ONE stack as lists, or SEVERAL as objects
with those lists under the stacks' names. An optional lesions.csv says more of the lesions.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, FiniteFloat, Strict, TypeAdapter

from evaluation.scoring.lesion_table import LESION_FILE, with_rows
from evaluation.scoring.options import BAKED_IN_GROUND_TRUTH, UPLOADED_GROUND_TRUTH
from evaluation.scoring.reference_stack import ClickPair, ReferenceStack
from evaluation.scoring.strict_json import read_json, validated
from uls.images.stack import IMAGE_SUFFIXES, StackHeader, read_header, stack_name
from uls.platform.sockets import check_spacings
from uls.workshop.errors import InputError
from uls.workshop.folder_scan import listed

__all__ = ["ClickPair", "ReferenceStack", "find_ground_truth", "read_ground_truth"]

SINGLE_FILE = "single_sample.json"
MULTI_FILE = "multi_sample.json"
SPACING_FILE = "stacked_spacing.json"

_log = logging.getLogger(__name__)

_Index = Annotated[int, Strict(), Field(ge=0)]
_Millimetres = Annotated[FiniteFloat, Strict()]
_Lesions = TypeAdapter(list[_Index])
_Clicks = TypeAdapter(
    list[
        Annotated[
            list[tuple[_Index, _Index, tuple[_Millimetres, _Millimetres, _Millimetres]]],
            Field(min_length=1),
        ]
    ]
)


def find_ground_truth(asked_for: Path | None) -> Path:
    """Choose the folder of the reference data: the one asked for, the uploaded, the baked-in.

    Raises:
        InputError: the folder is not there.
    """
    usual = UPLOADED_GROUND_TRUTH if UPLOADED_GROUND_TRUTH.is_dir() else BAKED_IN_GROUND_TRUTH
    folder = asked_for or usual
    if not folder.is_dir():
        raise InputError.about(
            folder,
            expected="the folder with the reference data",
            found="no folder",
            hint="Name it by --ground-truth, or mount it at "
            f"{UPLOADED_GROUND_TRUTH} (or {BAKED_IN_GROUND_TRUTH}).",
        )
    return folder


def read_ground_truth(folder: Path) -> tuple[ReferenceStack, ...]:
    """Read and verify the reference data, all but the masks' voxels.

    Returns:
        The stacks, in the order in which `single_sample.json` has them.

    Raises:
        InputError: a file is missing or damaged, a value in it cannot be, or nothing is scored.
    """
    single, multi, spacing = (
        read_json(folder / f) for f in (SINGLE_FILE, MULTI_FILE, SPACING_FILE)
    )
    if all(isinstance(document, list) for document in (single, multi, spacing)):
        path = _only_image(folder)
        stacks = [_reference_stack(path, single, multi, spacing, place="")]
    else:
        keys = _common_keys(folder, {SINGLE_FILE: single, MULTI_FILE: multi, SPACING_FILE: spacing})
        stacks = [
            _reference_stack(
                _image_named(folder, key), single[key], multi[key], spacing[key], place=f", {key!r}"
            )
            for key in keys
        ]
    _check_stacks(folder, stacks)
    return with_rows(folder / LESION_FILE, stacks)


def _common_keys(folder: Path, documents: dict[str, Any]) -> list[str]:
    """Verify that the three objects have the same keys; give them in the first one's order."""
    for file, document in documents.items():
        if not isinstance(document, dict):
            raise InputError.about(
                folder / file,
                expected="a list in all three files (one stack) or an object in all (several)",
                found=type(document).__name__,
            )
    keys = list(documents[SINGLE_FILE])
    for file, document in documents.items():
        if set(document) != set(keys):
            raise InputError.about(
                folder / file,
                expected=f"the stacks of {SINGLE_FILE}: {', '.join(keys)}",
                found=", ".join(document) or "none",
                hint="A stack without such entries has an empty list.",
            )
    return keys


def _images(folder: Path) -> list[Path]:
    return listed(folder, IMAGE_SUFFIXES)


def _only_image(folder: Path) -> Path:
    images = _images(folder)
    if len(images) != 1:
        raise InputError.about(
            folder,
            expected="one stack of reference masks",
            found=", ".join(path.name for path in images) or "none",
            hint="Several stacks need objects keyed by stack name in the JSON files.",
        )
    return images[0]


def _image_named(folder: Path, key: str) -> Path:
    """Find the stack of a key, which may be its file's name or that name without the suffix."""
    images = [path for path in _images(folder) if key in (path.name, stack_name(path))]
    if len(images) != 1:
        raise InputError.about(
            folder,
            expected=f"one stack of reference masks named {key!r}",
            found=", ".join(path.name for path in images) or "none",
        )
    return images[0]


def _check_stacks(folder: Path, stacks: Sequence[ReferenceStack]) -> None:
    names = Counter(stack.name for stack in stacks)
    if len(names) < len(stacks):
        raise InputError.about(
            folder / SINGLE_FILE,
            expected="every stack once",
            found=f"{names.most_common(1)[0][0]!r} twice",
        )
    if not any(stack.lesions for stack in stacks):
        raise InputError.about(
            folder / SINGLE_FILE, expected="at least one VOI to score", found="none"
        )
    unused = {path.name for path in _images(folder)} - {stack.header.path.name for stack in stacks}
    if unused:
        _log.warning("%s: no JSON file names %s; not scored", folder, ", ".join(sorted(unused)))


def _reference_stack(
    path: Path, single: Any, multi: Any, spacing: Any, *, place: str
) -> ReferenceStack:
    """Verify one stack's entries against each other; `place` says where they stand in the files."""
    folder = path.parent
    header = read_header(path)
    lesions = validated(_Lesions, single, f"{folder / SINGLE_FILE}{place}")
    clicks = validated(_Clicks, multi, f"{folder / MULTI_FILE}{place}")
    stack = ReferenceStack(
        header=header,
        spacings_mm=check_spacings(spacing, header.n_vois, f"{folder / SPACING_FILE}{place}"),
        lesions=tuple(lesions),
        clicks=tuple(tuple(ClickPair(*pair) for pair in pairs) for pairs in clicks),
    )
    _check_indices(stack.lesions, header, f"{folder / SINGLE_FILE}{place}")
    in_pairs = [voi for pairs in stack.clicks for pair in pairs for voi in (pair.a, pair.b)]
    _check_indices(in_pairs, header, f"{folder / MULTI_FILE}{place}")
    repeated = [voi for voi, times in Counter(lesions).items() if times > 1]
    if repeated:
        _log.warning("%s%s: VOI %s counts more than once", folder / SINGLE_FILE, place, repeated)
    return stack


def _check_indices(vois: Sequence[int], header: StackHeader, subject: str) -> None:
    outside = [voi for voi in vois if voi >= header.n_vois]
    if outside:
        raise InputError.about(
            subject,
            expected=f"VOI indices below {header.n_vois}, as {header.path.name} has them",
            found=f"{outside[0]}",
        )
