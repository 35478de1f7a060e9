"""Units of a bootstrap: patients, or lesions."""

from synthetic_lesions import clicks, lesion

from evaluation.analysis.units import units_of


def test_lesions_are_units_where_no_patient_is_known() -> None:
    """Clicks belong to the lesion on one of their VOIs; without one they are a unit."""
    lesions = [lesion(voi=0), lesion(voi=1), lesion(voi=1, stack="other")]
    entries = [clicks(0.5, 7, 1), clicks(0.5, 8, 9), clicks(0.5, 1, 2, stack="other")]
    units = units_of(lesions, entries)
    assert (units.unit, units.count) == ("lesion", 4)
    assert units.of_lesions.tolist() == [0, 1, 2]
    assert units.of_clicks.tolist() == [1, 3, 2]


def test_patients_come_with_all_that_is_theirs() -> None:
    lesions = [lesion(voi=i, patient=p) for i, p in enumerate(("a", "b", "a"))]
    entries = [clicks(0.5, 8, 9, patient="a"), clicks(0.5, 1, 7), clicks(0.5, 5, 6, patient="c")]
    units = units_of(lesions, entries)
    assert (units.unit, units.count) == ("patient", 3)
    assert units.of_lesions.tolist() == [0, 1, 0]
    assert units.of_clicks.tolist() == [0, 1, 2]


def test_a_lesion_that_counts_twice_is_one_unit() -> None:
    assert units_of([lesion(voi=3), lesion(voi=3)], []).count == 1
