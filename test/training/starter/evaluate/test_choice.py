from pathlib import Path

import numpy as np
import pytest
from cube_lesions import write_cube

from training.starter.evaluate import synthetic
from training.starter.evaluate.choice import choose_lesions, choose_tuning_lesions
from training.starter.evaluate.synthetic import draw_lesion
from training.starter.settings.recipe import VALIDATION_LESIONS
from uls.workshop.errors import InputError

HELD = VALIDATION_LESIONS[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for case in ("STS_001", "STS_005", "STS_007", HELD, "4DLung-1", "patient_7"):
        write_cube(tmp_path, case)
    return tmp_path


def test_only_lesions_that_no_training_reads_are_evaluated(folder: Path) -> None:
    chosen = choose_lesions([folder], n_synthetic=2)
    assert {files.case for files in chosen.files} == {HELD, "patient_7"}
    assert len(chosen) == 4
    everything = choose_lesions([folder], n_synthetic=0, all_lesions=True)
    assert len(everything) == 6


def test_what_a_model_names_is_left_out_and_peers_are_tuned_on_it(folder: Path) -> None:
    seen = ("patient_7", "STS_005")
    evaluated = choose_lesions([folder], n_synthetic=0, seen=seen)
    assert {files.case for files in evaluated.files} == {"STS_001", "STS_007", HELD, "4DLung-1"}
    tuning = choose_tuning_lesions([folder], evaluated, count=9, seen=seen)
    assert {files.case for files in tuning.files} == set(seen)


def test_training_lesions_alone_are_refused(tmp_path: Path) -> None:
    write_cube(tmp_path, "STS_001")
    with pytest.raises(InputError, match="--all-lesions"):
        choose_lesions([tmp_path], n_synthetic=0)
    with pytest.raises(InputError, match=r"found 1 that it was trained on\. .*--hold-out"):
        choose_lesions([tmp_path], n_synthetic=0, seen=("STS_001",))


def test_peers_are_tuned_on_training_lesions_of_every_group(folder: Path) -> None:
    evaluated = choose_lesions([folder], n_synthetic=0)
    tuning = choose_tuning_lesions([folder], evaluated, count=3)
    cases = {files.case for files in tuning.files}
    assert len(cases) == 3
    assert "4DLung-1" in cases
    assert cases < {"STS_001", "STS_005", "STS_007", "4DLung-1"}


def test_no_lesion_is_both_tuned_on_and_evaluated(folder: Path) -> None:
    evaluated = choose_lesions([folder], n_synthetic=0, all_lesions=True)
    tuning = choose_tuning_lesions([folder], evaluated, count=3)
    assert tuning.files == ()
    assert (tuning.n_synthetic, tuning.family) == (3, synthetic.TUNING)
    assert evaluated.family == synthetic.VALIDATION


def test_synthetic_lesions_are_the_same_in_every_run_and_differ_by_family() -> None:
    first, again = draw_lesion(2), draw_lesion(2)
    np.testing.assert_array_equal(first.scan_hu, again.scan_hu)
    other = draw_lesion(2, family=synthetic.TUNING)
    assert first.name == again.name != other.name
    assert first.mask.any()
    assert first.mask.shape == first.scan_hu.shape
    assert first.padding_hu == first.scan_hu.min() - 1
    assert other.scan_hu.shape != first.scan_hu.shape or (other.scan_hu != first.scan_hu).any()
