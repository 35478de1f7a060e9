"""One patient by several names."""

import pytest

from training.data.patients import Likeness, likeness, names_of

SAME, MAYBE, OTHER = Likeness.SAME, Likeness.MAYBE, Likeness.OTHER


@pytest.mark.parametrize(
    ("patient", "expected"),
    [
        ("sts8 STS_001", SAME),
        ("STS_001", SAME),
        ("sts8/STS_001", SAME),
        ("sts-1", SAME),
        ("STS001", SAME),
        ("sts8_STS_001", SAME),
        (" STS  1 ", SAME),
        ("STS_001_followup", MAYBE),
        ("ct of STS 001", MAYBE),
        ("STS_0010", OTHER),
        ("STS_002", OTHER),
        ("STS", OTHER),
        ("001", OTHER),
        ("", OTHER),
    ],
)
def test_a_patient_of_a_prepared_test_set(patient: str, expected: Likeness) -> None:
    known = names_of("sts8 STS_001", dataset="sts8")

    assert likeness(patient, known) is expected


@pytest.mark.parametrize(
    ("patient", "expected"), [("7", SAME), ("07", SAME), ("ct 7", OTHER), ("17", OTHER)]
)
def test_a_bare_number_is_itself_only(patient: str, expected: Likeness) -> None:
    assert likeness(patient, names_of("7")) is expected


def test_without_a_data_set_the_whole_name_counts() -> None:
    known = names_of("sts8 STS_001")

    assert likeness("sts8_STS_1", known) is SAME
    assert likeness("STS_001", known) is MAYBE


def test_a_data_sets_name_that_is_part_of_a_word_is_no_prefix() -> None:
    assert names_of("livermore 7", dataset="liver") == {
        ("livermore", "7"),
        ("liver", "livermore", "7"),
    }
