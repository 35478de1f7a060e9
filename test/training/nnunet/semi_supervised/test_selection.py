from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from synthetic_raw_sets import image

from training.nnunet.semi_supervised.measurements import Measured, read_measurements
from training.nnunet.semi_supervised.selection import judge, selected, table
from uls.workshop.errors import InputError


def write_mask(folder: Path, case: str, *, long: int, short: int) -> None:
    """A slice with a cross whose arms' ends are `long` and `short` pixels apart; -1 for none."""
    folder.mkdir(exist_ok=True)
    mask = np.zeros((3, 40, 40), dtype=np.uint8)
    if long >= 0:
        mask[1, 20, 20 - long // 2 : 21 + long // 2] = 1
        mask[1, 20 - short // 2 : 21 + short // 2, 20] = 1
    sitk.WriteImage(image(mask), str(folder / f"{case}.nii.gz"))


def test_both_axes_must_agree_within_5_pixels(tmp_path: Path) -> None:
    masks = tmp_path / "masks"
    for case in ("fits", "long", "short"):
        write_mask(masks, case, long=12, short=6)
    write_mask(masks, "empty", long=-1, short=-1)
    judged = judge(
        masks,
        {
            "fits": Measured(17.0, 11.0),
            "long": Measured(17.1, 6.0),
            "short": Measured(12.0, 11.1),
            "empty": Measured(3.0, 2.0),
            "not predicted": Measured(1.0, 1.0),
        },
    )
    assert selected(judged) == ["fits"]
    assert {one.case: one.predicted_long_px for one in judged} == {
        **{"fits": 12, "long": 12, "short": 12, "empty": 0}
    }
    assert "short,12.000,11.100,12.000,6.000,false" in table(judged).splitlines()


def test_another_tolerance_keeps_more(tmp_path: Path) -> None:
    write_mask(tmp_path / "masks", "a", long=12, short=6)
    measured = {"a": Measured(20.0, 8.0)}
    assert selected(judge(tmp_path / "masks", measured)) == []
    assert selected(judge(tmp_path / "masks", measured, tolerance_px=8.0)) == ["a"]


def test_a_mask_that_nobody_measured_is_told(tmp_path: Path) -> None:
    write_mask(tmp_path / "masks", "a", long=4, short=2)
    with pytest.raises(InputError, match="a measurement for every mask, found none for a"):
        judge(tmp_path / "masks", {})


def test_measurements_are_read_and_checked(tmp_path: Path) -> None:
    path = tmp_path / "measurements.csv"
    path.write_text("case,note,long_axis_px,short_axis_px\na,x,12.5,7\n")
    assert read_measurements(path) == {"a": Measured(12.5, 7.0)}
    path.write_text("case,long_axis_px,short_axis_px\na,12.5,wide\n")
    with pytest.raises(InputError, match="short_axis_px in pixels, found 'wide'"):
        read_measurements(path)
    path.write_text("case,long_axis_px\na,12.5\n")
    with pytest.raises(InputError, match="found no short_axis_px"):
        read_measurements(path)
    with pytest.raises(InputError, match="--measurements"):
        read_measurements(tmp_path / "none.csv")
