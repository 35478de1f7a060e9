"""Stacks with their JSON files: what `algorithm` and `evaluation` read."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaluation.scoring.ground_truth import MULTI_FILE, SINGLE_FILE, SPACING_FILE
from evaluation.scoring.lesion_table import LESION_FILE
from training.data.cases.records import CaseRecord, LesionRecord, VoiRecord
from training.data.prepare.clicks import pairs_of
from training.data.prepare.plan import WORK
from training.data.prepare.stack_file import write_stack
from uls.geometry.voi import Spacing
from uls.images.stack import read_header, read_vois
from uls.platform.slugs import SPACINGS_FILE, SPACINGS_SLUG, STACK_FOLDER, STACK_SLUG
from uls.workshop.atomic import write_file
from uls.workshop.files import sha256, write_json
from uls.workshop.progress import Progress

__all__ = ["Stack", "plan_stacks", "write_stacks"]


@dataclass(frozen=True)
class Entry:
    """A lesion of a stack."""

    lesion: LesionRecord
    case: CaseRecord


@dataclass(frozen=True)
class Stack:
    """Lesions whose VOIs make up one stack, in its order; a lesion's VOIs follow each other."""

    name: str
    entries: tuple[Entry, ...]

    @property
    def vois(self) -> tuple[VoiRecord, ...]:
        """All VOIs in the order of the stack."""
        return tuple(voi for entry in self.entries for voi in entry.lesion.vois)

    @property
    def first_vois(self) -> list[int]:
        """The stack index of each lesion's first VOI: `single_sample.json`."""
        starts = [0]
        for entry in self.entries[:-1]:
            starts.append(starts[-1] + len(entry.lesion.vois))
        return starts

    @property
    def spacings(self) -> list[Spacing]:
        """Per VOI, along (x, y, z) in mm."""
        return [entry.case.spacing_mm for entry in self.entries for _ in entry.lesion.vois]

    @property
    def pairs(self) -> list[Any]:
        """`multi_sample.json`: per lesion with several clicks, all pairs of them."""
        return [
            pairs_of([voi.click_zyx for voi in entry.lesion.vois], first, entry.case.spacing_mm)
            for entry, first in zip(self.entries, self.first_vois, strict=True)
            if len(entry.lesion.vois) > 1
        ]


def plan_stacks(records: Sequence[CaseRecord], *, name: str, largest: int) -> list[Stack]:
    """Share lesions out to stacks of at most `largest` VOIs; a lesion's clicks stay together."""
    groups: list[list[Entry]] = [[]]
    room = largest
    for entry in (Entry(lesion, case) for case in records for lesion in case.lesions):
        if len(entry.lesion.vois) > room:
            groups.append([])
            room = largest
        groups[-1].append(entry)
        room -= len(entry.lesion.vois)
    groups = [group for group in groups if group]
    if len(groups) == 1:
        return [Stack(name, tuple(groups[0]))]
    digits = len(str(len(groups)))
    return [
        Stack(f"{name}_{index:0{digits}d}", tuple(group)) for index, group in enumerate(groups, 1)
    ]


def write_stacks(stacks: Sequence[Stack], output: Path, folder: Path) -> dict[str, str]:
    """Write `input/` and `ground-truth/`; stacks that are there already are not written again.

    Args:
        stacks: at least one.
        output: folder that the VOIs' paths are relative to.
        folder: gets both folders.

    Returns:
        The SHA-256 of every file, by its path relative to `output`.
    """
    job, truth = folder / "input", folder / "ground-truth"
    files: list[Path] = []
    vois = sum(len(stack.vois) for stack in stacks)
    with Progress("Stacks", total=2 * vois, unit="VOI") as shown:
        for stack in stacks:
            scans = [(voi.image, voi.image_sha256) for voi in stack.vois]
            masks = [(voi.label, voi.label_sha256) for voi in stack.vois]
            files.append(_stack(scans, job / STACK_FOLDER / f"{stack.name}.mha", "int16", output))
            shown.update(len(scans))
            files.append(_stack(masks, truth / f"{stack.name}.mha", "uint8", output))
            shown.update(len(masks))
    spacings = _by_name(stacks, [stack.spacings for stack in stacks])
    files += [
        write_json(job / SPACINGS_FILE, spacings),
        write_json(job / "inputs.json", _sockets(stacks, spacings)),
        write_json(truth / SINGLE_FILE, _by_name(stacks, [s.first_vois for s in stacks])),
        write_json(truth / MULTI_FILE, _by_name(stacks, [s.pairs for s in stacks])),
        write_json(truth / SPACING_FILE, spacings),
        write_file(truth / LESION_FILE, _lesion_table(stacks), make_folder=True),
    ]
    return {str(path.relative_to(output)): sha256(path) for path in files}


def _stack(vois: Sequence[tuple[str, str]], path: Path, dtype: str, output: Path) -> Path:
    """Write a stack of VOIs, each given by file and SHA-256, unless these very ones are in it."""
    note = output / WORK / "stacks" / f"{path.stem}_{dtype}.json"
    hashes = [sha256 for _, sha256 in vois]
    if path.is_file() and _noted(note) == [path.stat().st_size, *hashes]:
        return path
    note.unlink(missing_ok=True)
    files = (output / file for file, _ in vois)
    arrays = (voi for file in files for voi in read_vois(read_header(file)))
    write_stack(arrays, path, count=len(vois), dtype=dtype)
    write_json(note, [path.stat().st_size, *hashes])
    return path


def _noted(note: Path) -> Any:
    try:
        return json.loads(note.read_bytes())
    except (OSError, ValueError):
        return None


def _by_name(stacks: Sequence[Stack], documents: Sequence[Any]) -> Any:
    """Give the one stack's document as it is; those of several under the stacks' names."""
    if len(stacks) == 1:
        return documents[0]
    return {stack.name: document for stack, document in zip(stacks, documents, strict=True)}


def _sockets(stacks: Sequence[Stack], spacings: Any) -> list[dict[str, Any]]:
    """List the job's inputs as the platform does: `inputs.json`."""
    image = {
        **{"slug": STACK_SLUG, "relative_path": STACK_FOLDER},
        **{"kind": "Image", "super_kind": "Image"},
        **{"is_image_kind": True, "is_json_kind": False, "is_file_kind": False},
    }
    values = {
        **{"slug": SPACINGS_SLUG, "relative_path": SPACINGS_FILE},
        **{"kind": "Anything", "super_kind": "Value"},
        **{"is_image_kind": False, "is_json_kind": True, "is_file_kind": False},
    }
    images = [
        {"socket": image, "file": None, "image": {"name": f"{stack.name}.mha"}, "value": None}
        for stack in stacks
    ]
    return [*images, {"socket": values, "file": None, "image": None, "value": spacings}]


def _lesion_table(stacks: Sequence[Stack]) -> str:
    """Write lesions.csv: a row a VOI, with its patient and what the evaluation may group by."""
    text = io.StringIO()
    extra = sorted({k for s in stacks for e in s.entries for k in e.case.attributes})
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["stack", "voi", "patient", "type", "group", "dataset", "name", *extra])
    for stack in stacks:
        index = 0
        for entry in stack.entries:
            for voi in entry.lesion.vois:
                case = entry.case
                more = [case.attributes.get(key, "") for key in extra]
                patient = f"{case.dataset} {case.patient}"
                lesion = [entry.lesion.type, entry.lesion.group]
                row = [stack.name, index, patient, *lesion, case.dataset, voi.name]
                writer.writerow([*row, *more])
                index += 1
    return text.getvalue()
