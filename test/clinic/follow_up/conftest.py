"""A small data set in the layout of HCUCH: two patients, four series, blocks as lesions."""

from pathlib import Path

import pytest
from synthetic_hcuch import Dataset, block


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
