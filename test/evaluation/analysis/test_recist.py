"""RECIST 1.1: measurable lesions, and responses that errors alone would feign."""

import pytest
from synthetic_lesions import CUBE_MM, lesion, measures

from evaluation.analysis.recist import is_node, lesion_recist, recist_summary, response
from evaluation.results.lesion_sections import Response


@pytest.mark.parametrize(
    "name", ["lymph node", "Lymph_node", "lymphnode", "LN", "node", "nodes", "mediastinal lymph",
             "adenopathy", "Lymph-Nodes (abdominal)"]
)  # fmt: skip
def test_names_of_nodes(name: str) -> None:
    assert is_node(name)


@pytest.mark.parametrize(
    "name", [None, "", "lung nodule", "nodules", "lymphoma", "colon", "bone", "melnikov"]
)
def test_names_of_other_lesions(name: str | None) -> None:
    assert not is_node(name)


@pytest.mark.parametrize(
    ("slice_mm", "limit"), [(1.0, 10.0), (5.0, 10.0), (5.5, 11.0), (6.0, 12.0), (10.0, 20.0)]
)
def test_thick_slices_raise_the_limit_of_a_tumour_only(slice_mm: float, limit: float) -> None:
    def limit_of(lesion_type: str) -> float:
        return lesion_recist(
            measures(), None, lesion_type=lesion_type, spacing_mm=(1.0, 1.0, slice_mm)
        ).limit_mm

    assert limit_of("liver") == limit
    assert limit_of("lymph node") == 15.0


def test_a_tumour_is_measured_by_its_long_axis() -> None:
    """From 10 to 9.9 mm: −1 %, and no longer measurable."""
    found = lesion_recist(measures(10, 4), measures(9.9, 20), lesion_type=None, spacing_mm=CUBE_MM)
    assert (found.axis, found.limit_mm) == ("long", 10.0)
    assert (found.reference_mm, found.prediction_mm) == (10, 9.9)
    assert found.measurable_by_reference is True
    assert found.measurable_by_prediction is False
    assert found.change == pytest.approx(-0.01)
    assert found.response is Response.STABLE


def test_a_node_is_measured_by_its_short_axis() -> None:
    """From 14 to 21 mm: +50 % and +7 mm."""
    found = lesion_recist(measures(30, 14), measures(30, 21), lesion_type="LN", spacing_mm=CUBE_MM)
    assert (found.axis, found.reference_mm, found.prediction_mm) == ("short", 14, 21)
    assert found.measurable_by_reference is False
    assert found.measurable_by_prediction is True
    assert (found.change, found.response) == (0.5, Response.PROGRESSION)


def test_without_a_prediction_nothing_is_said_of_it() -> None:
    found = lesion_recist(measures(), None, lesion_type=None, spacing_mm=CUBE_MM)
    assert found.measurable_by_reference
    unknown = (
        found.prediction_mm,
        found.measurable_by_prediction,
        found.change,
        found.response,
    )
    assert unknown == (None, None, None, None)


def test_an_empty_reference_has_no_change() -> None:
    found = lesion_recist(measures(0, 0), measures(), lesion_type=None, spacing_mm=CUBE_MM)
    assert (found.change, found.response) == (None, None)
    assert found.measurable_by_prediction is True


@pytest.mark.parametrize(
    ("baseline", "later", "expected"),
    [
        (10, 7, Response.PARTIAL),  # −30 %
        (10, 7.1, Response.STABLE),
        (100, 70, Response.PARTIAL),
        (10, 12, Response.STABLE),  # +20 %, but 2 mm
        (10, 14.9, Response.STABLE),
        (10, 15, Response.PROGRESSION),  # +50 %, 5 mm
        (25, 30, Response.PROGRESSION),  # +20 %, 5 mm
        (40, 45, Response.STABLE),  # 5 mm, but +12.5 %
        (40, 48, Response.PROGRESSION),
        (40, 47.9, Response.STABLE),
        (10, 0, Response.COMPLETE),
        (10, 0.1, Response.PARTIAL),
    ],
)
def test_responses_of_a_tumour(baseline: float, later: float, expected: Response) -> None:
    assert response(baseline, later, node=False) is expected


@pytest.mark.parametrize(
    ("baseline", "later", "expected"),
    [
        (16, 9.9, Response.COMPLETE),  # shrunk to normal
        (16, 10, Response.PARTIAL),
        (9, 9, Response.STABLE),  # was normal before
        (9, 0, Response.COMPLETE),
    ],
)
def test_responses_of_a_node(baseline: float, later: float, expected: Response) -> None:
    assert response(baseline, later, node=True) is expected


def test_the_summary_counts_responses_among_measurable_lesions() -> None:
    lesions = [
        lesion(reference=measures(20), prediction=measures(20)),  # stable
        lesion(reference=measures(10), prediction=measures(9)),  # stable, lost
        lesion(reference=measures(20), prediction=measures(13)),  # partial response
        lesion(reference=measures(20), prediction=measures(26)),  # progression
        lesion(reference=measures(20), prediction=measures(0, 0)),  # complete response, lost
        lesion(reference=measures(9), prediction=measures(14)),  # gained; no target
        lesion(reference=measures(5), prediction=measures(5)),
        lesion(reference=measures(20), no_prediction=True),
    ]
    found = recist_summary(lesions)
    counts = {name: (value.count, value.of) for name, value in found}
    assert counts == {
        "measurable_by_reference": (6, 8),
        "measurable_by_prediction": (4, 7),
        "lost": (2, 5),
        "gained": (1, 2),
        "stable": (2, 5),
        "progression": (1, 5),
        "partial_response": (1, 5),
        "complete_response": (1, 5),
    }
