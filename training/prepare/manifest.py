"""The manifest: every lesion, every count, and the columns of the challenge's table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from training.prepare.case import Found
from training.prepare.files import write_text
from training.prepare.records import (
    CaseRecord,
    InputFile,
    Measured,
    Triple,
    VoiRecord,
    Voxel,
)
from training.splits import Part
from uls.errors import InputError

__all__ = [
    "MANIFEST_FILE",
    "LeftOut",
    "Lesion",
    "Manifest",
    "Row",
    "make_manifest",
    "read_manifest",
    "table_rows",
    "table_text",
    "write_manifest",
]

MANIFEST_FILE = "manifest.json"


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Lesion(_Entry):
    """A lesion, with what it shares with others of its scan: see `training.prepare.records`."""

    name: str
    case: str
    series: str
    dataset: str
    patient: str
    challenge_number: int | None
    part: Part
    type: str
    number: int
    value: int
    spacing_mm: Triple
    scan_shape_zyx: Voxel
    voxels: int
    volume_mm3: float
    long_axis_px: float
    short_axis_px: float
    slice_z: int
    source: str
    candidate_errors: dict[str, float | None]
    measured: Measured | None
    attributes: dict[str, str]
    vois: tuple[VoiRecord, ...]


class Row(_Entry):
    """A line of the table: sizes in pixels, as mean and sample standard deviation.

    Sizes are what was measured, or where nothing was, ellipse axes; `None` stands for the
    deviation of one lesion.
    """

    dataset: str
    type: str
    part: str
    series: int
    patients: int
    lesions: int
    long_axis_px_mean: float
    long_axis_px_sd: float | None
    short_axis_px_mean: float
    short_axis_px_sd: float | None


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


def table_rows(lesions: Sequence[Lesion]) -> Iterator[Row]:
    """Give a line per data set, lesion type and part, sorted."""
    groups: dict[tuple[str, str, str], list[Lesion]] = {}
    for lesion in lesions:
        groups.setdefault((lesion.dataset, lesion.type, lesion.part), []).append(lesion)
    for (dataset, lesion_type, part), members in sorted(groups.items()):
        long = [m.measured.long_px if m.measured else m.long_axis_px for m in members]
        short = [m.measured.short_px if m.measured else m.short_axis_px for m in members]
        yield Row(
            dataset=dataset,
            type=lesion_type,
            part=part,
            series=len({member.series for member in members}),
            patients=len({member.patient for member in members}),
            lesions=len(members),
            long_axis_px_mean=fmean(long),
            long_axis_px_sd=stdev(long) if len(long) > 1 else None,
            short_axis_px_mean=fmean(short),
            short_axis_px_sd=stdev(short) if len(short) > 1 else None,
        )


def table_text(rows: Sequence[Row]) -> str:
    """Lay the table out for a terminal."""
    head = ("data set", "type", "part", "series", "lesions", "long axis px", "short axis px")
    lines = [
        head,
        *(
            (
                *(row.dataset, row.type, row.part, str(row.series), str(row.lesions)),
                _mean_and_sd(row.long_axis_px_mean, row.long_axis_px_sd),
                _mean_and_sd(row.short_axis_px_mean, row.short_axis_px_sd),
            )
            for row in rows
        ),
    ]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _mean_and_sd(mean: float, sd: float | None) -> str:
    return f"{mean:.2f}" if sd is None else f"{mean:.2f} ± {sd:.2f}"


def write_manifest(manifest: Manifest, folder: Path) -> Path:
    """Write the manifest into the output folder."""
    return write_text(folder / MANIFEST_FILE, manifest.model_dump_json(indent=1) + "\n")


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
