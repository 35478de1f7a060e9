"""Axes that a reader can read."""

import re

import pytest

from clinic.follow_up.figures import volume_against_diameter
from clinic.follow_up.findings import Lesion
from clinic.follow_up.labels import LesionType


def lesion(diameter_mm: float, volume_ml: float) -> Lesion:
    return Lesion(
        series="1_2", patient="1", region="thorax", subset="train", value=1, component=1,
        type=LesionType.METASTASIS, location="lung", voxels=1, volume_ml=volume_ml, slices=1,
        slice_mm=1, diameter_mm=diameter_mm, major_mm=diameter_mm, minor_mm=1, slice_z=0,
        corners_yx=(),
    )  # fmt: skip


def texts(svg: str) -> list[str]:
    """Give what is written in a figure: beside its outlines each text stands as a comment."""
    return re.findall(r"<!-- (.*?) -->", svg)


@pytest.mark.parametrize(
    ("sizes", "labels"),
    [
        ([(4, 0.02), (30, 9), (120, 700)], {"10", "100", "0.1", "1"}),
        ([(12, 2), (14, 3), (18, 4)], {"12", "14"}),  # less than a decade: all labels are minor
    ],
)
def test_powers_of_ten_are_numbers(sizes: list[tuple[float, float]], labels: set[str]) -> None:
    written = texts(volume_against_diameter([lesion(*size) for size in sizes]))
    assert "diameter (mm)" in written
    assert not [text for text in written if "$" in text or "math" in text]
    assert labels <= set(written)
