"""Boxes that a user drew around lesions: one for a VOI, or a file with one for each VOI of a job.

The file is a list with an entry for every VOI of the stack, in the stack's order: six whole numbers
`[z0, y0, x0, z1, y1, x1]` in voxels of the VOI, the second corner not included, or `null` where
there is no box. For several stacks it is an object that holds such a list under each stack's name;
a stack that it does not name has no boxes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from uls.geometry.voi import CLICK_ZYX, VOI_SHAPE_ZYX
from uls.platform.sockets import StackInput
from uls.workshop.errors import CallError, InputError
from uls.workshop.strict_json import parse_json

__all__ = ["Box", "Boxes", "check_none", "parse_box", "read_boxes", "single_box"]

Zyx = tuple[int, int, int]

_SIX = "six whole numbers z0,y0,x0,z1,y1,x1, voxels of the VOI"


@dataclass(frozen=True)
class Box:
    """A box around a lesion, in voxels of its VOI.

    Attributes:
        start_zyx: the first voxel in it.
        stop_zyx: the first voxel beyond it, along every axis.
    """

    start_zyx: Zyx
    stop_zyx: Zyx

    @property
    def click_zyx(self) -> Zyx:
        """The VOI's click where the box holds it, else the box's own centre."""
        sides = list(zip(self.start_zyx, self.stop_zyx, strict=True))
        if all(start <= at < stop for at, (start, stop) in zip(CLICK_ZYX, sides, strict=True)):
            return CLICK_ZYX
        z, y, x = ((start + stop) // 2 for start, stop in sides)
        return z, y, x


Boxes = tuple[Box | None, ...]
"""A box, or none, for every VOI of a stack."""


def parse_box(text: str) -> Box:
    """Read `--box`.

    Raises:
        CallError: not six whole numbers, or no box within a VOI.
    """
    try:
        numbers = [int(part) for part in text.split(",")]
    except ValueError as error:
        raise CallError.about("--box", expected=_SIX, found=repr(text)) from error
    if problem := _problem(numbers):
        raise CallError.about("--box", expected=_SIX, found=f"{text!r}: {problem}")
    return _box(numbers)


def single_box(box: Box, stacks: Sequence[StackInput]) -> tuple[Boxes, ...]:
    """Give the one VOI of a job its box.

    Raises:
        CallError: the job has several VOIs.
    """
    n_vois = sum(stack.header.n_vois for stack in stacks)
    if n_vois != 1:
        raise CallError.about(
            "--box",
            expected="a job of one VOI",
            found=f"{n_vois} VOIs",
            hint="Give a box for each of them by --boxes FILE.json.",
        )
    return ((box,),)


def read_boxes(path: Path, stacks: Sequence[StackInput]) -> tuple[Boxes, ...]:
    """Read the file of `--boxes`: for every stack, a box or none for every VOI.

    Raises:
        InputError: the file is missing, is not JSON, or does not fit the job; the entry is named.
    """
    try:
        document = parse_json(path.read_bytes())
    except (OSError, ValueError) as error:
        raise InputError.about(path, expected="a JSON file of boxes", found=f"{error}") from error
    if not isinstance(document, dict):
        if len(stacks) != 1:
            raise InputError.about(
                path,
                expected="an object with a list of boxes under each stack's name",
                found=type(document).__name__,
                hint="One list alone does not say which stack it is for.",
            )
        document = {stacks[0].header.name: document}
    names = [stack.header.name for stack in stacks]
    if unknown := sorted(set(document) - set(names)):
        expected = f"stacks of this job ({', '.join(names)})"
        raise InputError.about(path, expected=expected, found=", ".join(unknown))
    return tuple(_boxes_of(stack, document, path) for stack in stacks)


def check_none(boxes: Sequence[Boxes]) -> None:
    """Refuse boxes, for a model that knows clicks only.

    Raises:
        CallError: there is a box.
    """
    if n_boxes := sum(box is not None for of_stack in boxes for box in of_stack):
        raise CallError.about(
            "--box, --boxes",
            expected="a model that takes boxes (kind zoom)",
            found=f"one that knows clicks only, and {n_boxes} boxes",
            hint="Leave the boxes out, or name another model by --model.",
        )


def _boxes_of(stack: StackInput, document: dict[str, Any], path: Path) -> Boxes:
    name, n_vois = stack.header.name, stack.header.n_vois
    if name not in document:
        return (None,) * n_vois
    entries = document[name]
    if not isinstance(entries, list) or len(entries) != n_vois:
        found = len(entries) if isinstance(entries, list) else type(entries).__name__
        raise InputError.about(
            f"{path}, {name}",
            expected=f"a list of {n_vois} boxes, one a VOI, null where there is none",
            found=f"{found}",
        )
    return tuple(_entry(entry, f"{path}, {name}, VOI {at}") for at, entry in enumerate(entries))


def _entry(entry: Any, subject: str) -> Box | None:
    if entry is None:
        return None
    if problem := _problem(entry):
        found = f"{entry}: {problem}"
        raise InputError.about(subject, expected=f"null, or {_SIX}", found=found)
    return _box(entry)


def _problem(numbers: Any) -> str:
    """Say why something is no box within a VOI; empty where it is one."""
    if not isinstance(numbers, list) or any(type(number) is not int for number in numbers):
        return "not a list of whole numbers"
    if len(numbers) != 6:
        return f"{len(numbers)} numbers"
    for axis, start, stop, size in zip("zyx", numbers[:3], numbers[3:], VOI_SHAPE_ZYX, strict=True):
        if not 0 <= start < stop <= size:
            return f"along {axis}, 0 <= {start} < {stop} <= {size} is not so"
    return ""


def _box(numbers: Sequence[int]) -> Box:
    z0, y0, x0, z1, y1, x1 = numbers
    return Box((z0, y0, x0), (z1, y1, x1))
