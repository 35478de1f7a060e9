"""A small data set in the layout of HCUCH: two patients, four series, blocks as lesions."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from synthetic_stacks import write_image

SPACING_MM = (0.5, 0.5, 2.0)
SHAPE_ZYX = (8, 40, 48)

COLUMNS = (
    "patient_id,subset,study_date,study_uuid,uuid,filename,region,final_3d_objects,"
    "lesion_label_value,lesion_label_alias,recist_measurement_mm,study_order"
)

Block = tuple[slice, slice, slice]


def block(z: int, y: int, x: int, *, size_zyx: tuple[int, int, int]) -> Block:
    """A block that begins at (z, y, x)."""
    starts = zip((z, y, x), size_zyx, strict=True)
    first, second, third = (slice(start, start + length) for start, length in starts)
    return first, second, third


@dataclass
class Dataset:
    """A folder in the making."""

    root: Path
    rows: list[str] = field(default_factory=list)

    def series(
        self,
        name: str,
        blocks: Mapping[int, list[Block]],
        labels: Mapping[int, str],
        *,
        region: str = "thorax",
        subset: str = "train",
        with_image: bool = True,
    ) -> None:
        mask = np.zeros(SHAPE_ZYX, dtype=np.uint8)
        for value, places in blocks.items():
            for place in places:
                mask[place] = value
        folder = self.root / region / subset
        write_image(folder / "masks" / f"{name}.nii.gz", mask, spacing=SPACING_MM)
        if with_image:
            hu = np.where(mask > 0, 40, -800).astype(np.int16)
            write_image(folder / "images" / f"{name}.nii.gz", hu, spacing=SPACING_MM)
        (folder / "labels").mkdir(exist_ok=True)
        text = json.dumps({str(value): label for value, label in labels.items()})
        (folder / "labels" / f"{name}.json").write_text(text)

    def row(
        self, series: str, day: str, order: str, *, value: object, alias: str, mm: object
    ) -> None:
        patient, uid = series.split("_")
        cells = [int(patient), "training", day, "study", uid, f"{series}.nii.gz", "thorax", 1]
        self.rows.append(",".join(map(str, [*cells, value, alias, mm, order])))

    def write_table(self) -> None:
        text = "\n".join([COLUMNS, *self.rows]) + "\n"
        (self.root / "recist_measurements.csv").write_text(text)


@pytest.fixture
def data(tmp_path: Path) -> Dataset:
    """Two patients, all blocks of 0.5 mm pixels and 2 mm slices.

    Patient 1, 2020-01-01: value 1, m,lung: 3 × 24 × 10 pixels (12 × 5 mm); value 2, n,mediastinum:
    2 × 32 × 20 (16 × 10 mm); value 3, m,lung: 1 × 5 × 5 pixels, too small.
    Patient 1, 2020-03-01: value 1: 3 × 32 × 10 (16 × 5 mm); value 2: 2 × 32 × 16 (16 × 8 mm).
    Patient 2, 2021-05-05, abdomen: value 4, m,liver: 4 × 30 × 30 (15 × 15 mm).
    """
    made = Dataset(tmp_path / "hcuch")
    labels = {1: "m,lung", 2: "n,mediastinum"}
    made.series(
        "001_1.2.3",
        {
            1: [block(0, 0, 0, size_zyx=(3, 24, 10))],
            2: [block(4, 0, 20, size_zyx=(2, 32, 20))],
            3: [block(7, 34, 0, size_zyx=(1, 5, 5))],
        },
        {**labels, 3: "m, lung"},
    )
    made.series(
        "001_1.2.4",
        {
            1: [block(0, 0, 0, size_zyx=(3, 32, 10))],
            2: [block(4, 0, 20, size_zyx=(2, 32, 16))],
        },
        labels,
        subset="test",
    )
    made.series(
        "002_9.9",
        {4: [block(0, 0, 0, size_zyx=(4, 30, 30))]},
        {4: "m,liver"},
        region="abdomen",
        with_image=False,
    )
    made.row("001_1.2.3", "20200101", "baseline", value=1, alias="A", mm=11)
    made.row("001_1.2.3", "20200101", "baseline", value=2, alias="B", mm=12)
    made.row("001_1.2.4", "20200301", "follow-up-1", value="1.0", alias="A", mm=12)
    made.row("001_1.2.4", "20200301", "follow-up-1", value=2, alias="B", mm=9)
    made.row("002_9.9", "20210505", "baseline", value=4, alias="A", mm="")
    made.write_table()
    return made
