"""Normalisation by hand; nnunetv2's own judges it in models/test_parity_with_nnunet.py."""

import numpy as np

from algorithm.inference.normalisation import normalise
from algorithm.models.architecture import CTNormalisation, NoNormalisation, ZScoreNormalisation

BASELINE = CTNormalisation(low_hu=-910, high_hu=1672, mean_hu=21.7, std_hu=331.6)


def test_ct_clips_then_subtracts_then_divides() -> None:
    hu = np.array([-1024, -910, 21.7, 353.3, 1672, 3071])

    normalised = normalise(hu, BASELINE)

    # (-910 - 21.7) / 331.6, the same, 0, 331.6 / 331.6, (1672 - 21.7) / 331.6, the same
    expected = [-931.7 / 331.6, -931.7 / 331.6, 0, 1, 1650.3 / 331.6, 1650.3 / 331.6]
    np.testing.assert_allclose(normalised, expected, atol=1e-6)
    assert normalised.dtype == np.float32


def test_zscore_is_by_the_image_itself() -> None:
    # Mean 5, standard deviation (of all, not n - 1) 3.
    np.testing.assert_allclose(normalise(np.array([2, 8]), ZScoreNormalisation()), [-1, 1])


def test_zscore_of_a_constant_image_is_zero() -> None:
    np.testing.assert_array_equal(normalise(np.full(4, 7), ZScoreNormalisation()), np.zeros(4))


def test_no_normalisation_only_changes_the_dtype() -> None:
    normalised = normalise(np.array([-1000, 40], dtype=np.int16), NoNormalisation())

    assert normalised.dtype == np.float32
    assert normalised.tolist() == [-1000, 40]


def test_the_input_is_not_changed() -> None:
    hu = np.array([-2000.0, 2000.0], dtype=np.float32)

    normalise(hu, BASELINE)

    assert hu.tolist() == [-2000, 2000]
