"""Small data sets in the layout of HCUCH, blocks as lesions."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
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


def write_cohort(root: Path) -> None:
    """Six patients with two studies each: a node, and two tumours that shrink by a fifth.

    Sizes, and so volumes and diameters, rise with the patient's number.
    """
    made = Dataset(root)
    entries = []
    for number in range(1, 7):
        region = "thorax" if number % 2 else "abdomen"
        organ = "lung" if number % 2 else "liver"
        for visit, day in enumerate(("20200101", "20200401")):
            long = round((10 + 2 * number) * (1 - 0.2 * visit))
            name = f"{number:03d}_1.2.{number}.{visit}"
            made.series(
                name,
                {
                    1: [block(0, 2, 2, size_zyx=(3, long, 8 + number))],
                    2: [block(4, 2, 26, size_zyx=(2, long, 6 + number))],
                    3: [block(5, 28, 2, size_zyx=(2, 10, 4 + number))],
                },
                {1: f"m,{organ}", 2: f"t,{organ}", 3: "n,mediastinum"},
                region=region,
                subset="test" if number == 6 else "train",
            )
            for value, alias in ((1, "A"), (3, "B")):
                order = f"follow-up-{visit}" if visit else "baseline"
                made.row(name, day, order, value=value, alias=alias, mm=long / 2)
            entries.append(
                {
                    "uuid": name.partition("_")[2],
                    "patient_id": number,
                    "study_date": day,
                    "slice_thickness": 2.5,
                }
            )
    made.write_table()
    (root / "series.json").write_text(json.dumps(entries))
    people = [
        f"{n},{'F' if n < 3 else 'M'},{50 + n},{'melanoma' if n == 1 else 'lung cancer'}"
        for n in range(1, 7)
    ]
    text = "\n".join(["patient_id,sex,age,diagnosis", *people]) + "\n"
    (root / "patients.csv").write_text(text)
