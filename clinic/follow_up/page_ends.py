"""The last sections of the HCUCH report: every patient, every lesion, and what the words mean."""

from collections.abc import Sequence

from clinic.follow_up.findings import Described, Findings
from clinic.follow_up.min_area_box import Extent
from uls.report.page import Section, Table
from uls.report.text import millimetres, number

__all__ = ["definitions", "lesions_section", "patients_section"]

_EXTENTS = {
    Extent.BORDERS: "Pixels are squares: lengths go from border to border.",
    Extent.CENTRES: "Pixels are points: lengths go from centre to centre.",
}


def lesions_section(findings: Findings) -> Section:
    """List every lesion."""
    headings = ("series", "value", "label", "region", "diameter mm", "volume ml", "slices")
    rows = [
        (
            lesion.series,
            f"{lesion.value}" if lesion.component == 1 else f"{lesion.value}, {lesion.component}",
            f"{lesion.type},{lesion.location}",
            f"{lesion.region}, {lesion.subset}",
            millimetres(lesion.diameter_mm),
            number(lesion.volume_ml, 2),
            str(lesion.slices),
        )
        for lesion in findings.lesions
    ]
    return Section(
        title="Every lesion",
        anchor="every-lesion",
        tables=[Table(headings=headings, rows=rows, words=4)],
        folded=True,
    )


def patients_section(described: Sequence[Described]) -> Section:
    """List every patient, as patients.csv describes them."""
    headings = ("patient", "sex", "age", "diagnosis", "histology", "series", "lesions")
    rows = [
        (
            one.patient,
            one.sex or "",
            number(one.age, 0),
            one.diagnosis or "",
            one.histology or "",
            str(one.series),
            str(one.lesions),
        )
        for one in described
    ]
    table = Table(headings=headings, rows=rows, words=5)
    return Section(title="Patients", anchor="patients", tables=[table], folded=True)


def definitions(findings: Findings) -> Section:
    """Say what the words of the page mean."""
    smallest = findings.smallest_voxels
    return Section(
        title="Definitions",
        anchor="definitions",
        definitions=[
            (
                "Lesion",
                f"26-connected component of one value of a mask, of at least {smallest} voxels.",
            ),
            (
                "Diameter",
                "Of the smallest rectangle around all parts of the lesion in an axial slice, "
                "turned freely: the largest major axis of all slices; for adenopathies the minor "
                "axis on that slice. " + _EXTENTS[findings.extent],
            ),
            ("Category", "RECIST 1.1: tumours from 10 mm (or two thick slices); nodes from 15 mm."),
            (
                "Response",
                "RECIST 1.1 on the sum of the diameters that the table lists, by date. Nothing but "
                "these target lesions is looked at, so it is no reading of the whole patient: a "
                "lesion that the baseline lacks counts as new without a reader's decision, there "
                "are no non-targets, and a lesion without a diameter was not evaluated. "
                "`uls23 recist` counts these as a trial does, with the same code.",
            ),
        ],
    )
