"""Phases of one series: told apart by an attribute, or not at all."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dicom_series import body, renew, save, synthetic_series

from clinic.dicom.read import read_dicom, study_series
from uls.workshop.errors import InputError

_HU = body(6, 16, 24)


def _phases(n: int, **by: Any) -> list:
    """n phases at the same places; `by` gives an attribute's values, phase by phase."""
    first = synthetic_series(_HU)
    found = []
    for phase in range(n):
        for dataset, plane in zip(first, _HU, strict=True):
            copy = renew(dataset)
            copy.PixelData = (plane + 1024 + 100 * phase).astype("<u2").tobytes()
            for keyword, values in by.items():
                setattr(copy, keyword, values[phase])
            found.append(copy)
    return found


@pytest.mark.parametrize(
    ("by", "names"),
    [
        ({"AcquisitionNumber": [3, 1, 2]}, ["acquisition 1", "acquisition 2", "acquisition 3"]),
        (
            {"TemporalPositionIdentifier": [1, 2, 3]},
            [f"temporal position {n}" for n in (1, 2, 3)],
        ),
        (
            {"AcquisitionTime": ["101500", "101530", "101600"]},
            [f"acquisition time no. {n}" for n in (1, 2, 3)],
        ),
        (
            {"ContentTime": ["101500", "101530", "101600"]},
            [f"content time no. {n}" for n in (1, 2, 3)],
        ),
    ],
)
def test_each_phase_is_a_series_of_its_own(by: dict, names: list[str], tmp_path: Path) -> None:
    study = save(_phases(3, **by), tmp_path)

    assert [s.phase for s in study_series(study)] == names
    levels = [read_dicom(study, series=str(n)).hu for n in (1, 2, 3)]
    order = np.argsort(next(iter(by.values())))
    for hu, phase in zip(levels, order.tolist(), strict=True):
        np.testing.assert_array_equal(hu, _HU + 100 * phase)


def test_what_no_attribute_tells_apart_is_refused(tmp_path: Path) -> None:
    study = save(_phases(2), tmp_path)

    assert len(study_series(study)) == 1
    with pytest.raises(InputError, match="two different slices at"):
        read_dicom(study)


def test_times_that_differ_from_slice_to_slice_are_no_phases(tmp_path: Path) -> None:
    slices = _phases(2)
    for index, dataset in enumerate(slices):
        dataset.ContentTime = f"10{(index * 7) % 6:02d}00"  # six times, two slices each

    assert len(study_series(save(slices, tmp_path))) == 1


def test_one_slice_twice_is_no_phase(tmp_path: Path) -> None:
    slices = synthetic_series(_HU)
    other = renew(slices[2])
    other.PixelData, other.AcquisitionNumber = slices[3].PixelData, 2
    study = save([*slices, other], tmp_path)

    with pytest.raises(InputError, match="two different slices at"):
        read_dicom(study)
