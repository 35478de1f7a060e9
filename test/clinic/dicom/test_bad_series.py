"""Each series that must not be taken as it is: exit code 3, its sentence, no patient."""

from collections.abc import Callable
from pathlib import Path

import pytest
from bad_series import BAD
from dicom_series import PLANTED, SLICES, real_series, renew, save, synthetic_series

from clinic.dicom.read import read_dicom, study_series
from uls.workshop.errors import InputError

_SOURCES: dict[str, Callable[[], list]] = {"synthetic": synthetic_series, "real": real_series}


@pytest.fixture(params=list(_SOURCES))
def slices(request: pytest.FixtureRequest) -> list:
    return _SOURCES[request.param]()


@pytest.mark.parametrize("name", list(BAD))
def test_it_is_refused_with_its_sentence(name: str, slices: list, tmp_path: Path) -> None:
    identity = [str(slices[0].PatientName), str(slices[0].PatientID), *PLANTED.values()]
    study = BAD[name].make(slices, tmp_path / "study")

    with pytest.raises(InputError) as refused:
        read_dicom(study)

    assert refused.value.exit_code == 3
    assert BAD[name].is_said_in(str(refused.value)), str(refused.value)
    assert not [v for v in identity if v and v in str(refused.value)]


def test_a_good_series_is_read(slices: list, tmp_path: Path) -> None:
    scan = read_dicom(save(slices, tmp_path / "study"))

    assert scan.hu.shape == (SLICES, slices[0].Rows, slices[0].Columns)
    assert not scan.warnings


def test_a_slice_twice_and_equal_is_left_out_with_a_warning(slices: list, tmp_path: Path) -> None:
    again = renew(slices[5])

    scan = read_dicom(save([*slices, again], tmp_path / "study"))

    assert scan.hu.shape[0] == SLICES
    assert scan.warnings == ("1 file left out that repeated a slice, pixel for pixel",)
    assert scan.grid.spacing_mm[2] == pytest.approx(
        float(slices[1].ImagePositionPatient[2]) - float(slices[0].ImagePositionPatient[2])
    )


def test_a_localizer_is_left_out_with_a_warning(slices: list, tmp_path: Path) -> None:
    scout = renew(slices[0])
    scout.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
    scout.ImageOrientationPatient = [0, 1, 0, 0, 0, -1]

    scan = read_dicom(save([scout, *slices], tmp_path / "study"))

    assert scan.hu.shape[0] == SLICES
    assert scan.warnings == ("1 localizer left out",)


def test_a_phase_is_chosen_by_its_number(slices: list, tmp_path: Path) -> None:
    study = BAD["two phases"].make(slices, tmp_path / "study")

    first, second = study_series(study)

    assert (first.phase, second.phase) == ("acquisition 1", "acquisition 2")
    assert len(read_dicom(study, series="2").slices) == SLICES


def test_the_longest_even_run_is_read_where_asked_for(slices: list, tmp_path: Path) -> None:
    study = BAD["two slices missing"].make(slices, tmp_path / "study")

    scan = read_dicom(study, longest_run=True)

    assert scan.hu.shape[0] == 11
    assert scan.grid.spacing_mm[2] == pytest.approx(1.0)
    assert "only 11 of 22 slices are used" in scan.warnings[0]


def test_no_such_series(slices: list, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such series"):
        read_dicom(save(slices, tmp_path / "study"), series="7")
