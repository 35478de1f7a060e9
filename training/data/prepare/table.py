"""The lesions of a manifest, and the columns of the challenge's table of data sets."""

from collections.abc import Iterator, Sequence
from statistics import fmean, stdev

from pydantic import BaseModel, ConfigDict

from training.data.cases.records import Measured, Triple, VoiRecord, Voxel
from training.data.splits import Part

__all__ = ["Lesion", "Row", "table_rows", "table_text"]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Lesion(_Entry):
    """A lesion, with what it shares with others of its scan: see `training.data.cases.records`."""

    name: str
    case: str
    series: str
    dataset: str
    patient: str
    challenge_number: int | None
    part: Part
    type: str
    group: str
    number: int
    value: int
    spacing_mm: Triple
    scan_shape_zyx: Voxel
    voxels: int
    volume_mm3: float
    long_axis_px: float
    short_axis_px: float
    ellipse_long_px: float
    ellipse_short_px: float
    slice_z: int
    source: str
    candidate_errors: dict[str, float | None]
    measured: Measured | None
    attributes: dict[str, str]
    vois: tuple[VoiRecord, ...]


class Row(_Entry):
    """A line of the table: sizes in pixels, as mean and sample standard deviation.

    Sizes are what was measured, or where nothing was, the mask's axes as the evaluation measures
    them; `None` stands for the deviation of one lesion.
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
