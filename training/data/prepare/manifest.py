"""The manifest: every lesion, every file, every count of a preparation."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from training.data.cases.case import Found
from training.data.cases.records import CaseRecord, InputFile
from training.data.prepare.table import Lesion, Row, table_rows
from uls.workshop.atomic import write_file
from uls.workshop.errors import InputError

__all__ = [
    "MANIFEST_FILE",
    "LeftOut",
    "Lesion",
    "Manifest",
    "make_manifest",
    "read_manifest",
    "write_manifest",
]

MANIFEST_FILE = "manifest.json"


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LeftOut(_Entry):
    """What has no VOI, and why."""

    lesions: dict[str, tuple[str, ...]]
    images_without_mask: tuple[str, ...]
    masks_without_image: tuple[str, ...]
    skipped: dict[str, int]
    no_lesion: tuple[str, ...]
    damaged: dict[str, str]


class Manifest(_Entry):
    """All of a run: it is written last, so that where it is, the run is complete."""

    settings: dict[str, Any]
    split: dict[str, str]
    table: tuple[Row, ...]
    lesions: tuple[Lesion, ...]
    left_out: LeftOut
    cases: dict[str, str]
    """By case, the digest of what its data set says of it."""
    inputs: dict[str, tuple[InputFile, ...]]
    outputs: dict[str, str]
    """SHA-256 of the files beside the VOIs."""


def make_manifest(
    records: Sequence[CaseRecord],
    found: Found,
    *,
    settings: Mapping[str, Any],
    split: Mapping[str, str],
    damaged: Mapping[str, str],
    outputs: Mapping[str, str],
) -> Manifest:
    """Gather the records of a run."""
    lesions = tuple(_lesions(records))
    return Manifest(
        settings=dict(settings),
        split=dict(split),
        table=tuple(table_rows(lesions)),
        lesions=lesions,
        left_out=LeftOut(
            lesions=_dropped(records),
            images_without_mask=tuple(str(path) for path in found.without_mask),
            masks_without_image=found.without_image,
            skipped=dict(found.skipped),
            no_lesion=tuple(r.case for r in records if r.notes),
            damaged=dict(damaged),
        ),
        cases={record.case: record.case_sha256 for record in records},
        inputs={record.case: record.inputs for record in records},
        outputs=dict(outputs),
    )


def _lesions(records: Iterable[CaseRecord]) -> Iterator[Lesion]:
    for record in records:
        shared = {
            "scan_shape_zyx": record.shape_zyx,
            **record.model_dump(
                include={
                    *("case", "series", "dataset", "patient", "challenge_number"),
                    *("part", "spacing_mm", "attributes"),
                }
            ),
        }
        for lesion in record.lesions:
            yield Lesion(**shared, **lesion.model_dump())


def _dropped(records: Iterable[CaseRecord]) -> dict[str, tuple[str, ...]]:
    dropped: dict[str, tuple[str, ...]] = {}
    for record in records:
        for reason, names in record.dropped.items():
            dropped[reason] = (*dropped.get(reason, ()), *names)
    return dropped


def write_manifest(manifest: Manifest, folder: Path) -> Path:
    """Write the manifest into the output folder."""
    return write_file(
        folder / MANIFEST_FILE, manifest.model_dump_json(indent=1) + "\n", make_folder=True
    )


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a prepared folder.

    Raises:
        InputError: there is none, because the preparation did not end, or it is damaged.
    """
    path = folder / MANIFEST_FILE
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise InputError.about(
            path,
            expected="the manifest of a finished preparation",
            found="no file",
            hint="Run `python -m training prepare` again: it goes on where it was stopped.",
        ) from error
    except (OSError, ValidationError) as error:
        raise InputError.about(path, expected="a manifest", found=str(error)) from error
