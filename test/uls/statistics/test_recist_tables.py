"""RECIST 1.1 as a whole: tables 1 and 2, written out from the paper; non-targets; sentences."""

from itertools import product

import pytest

from uls.statistics.recist import (
    NonTarget,
    Response,
    Target,
    judge_non_targets,
    judge_targets,
    overall,
)

CODES = {
    "CR": Response.COMPLETE,
    "PR": Response.PARTIAL,
    "SD": Response.STABLE,
    "PD": Response.PROGRESSION,
    "NN": Response.NEITHER,
    "NE": Response.NOT_EVALUABLE,
    "--": None,
}

NON_TARGETS = ("CR", "NN", "NE", "PD", "--")

# Rows: targets. Columns: non-targets, as above. No new lesion.
WITHOUT_NEW = {
    #      CR    NN    NE    PD    none
    "CR": ("CR", "PR", "PR", "PD", "CR"),  # table 1, rows 1 to 3
    "PR": ("PR", "PR", "PR", "PD", "PR"),  # row 4: non-PD or not all evaluated
    "SD": ("SD", "SD", "SD", "PD", "SD"),  # row 5
    "NE": ("NE", "NE", "NE", "PD", "NE"),  # row 6
    "PD": ("PD", "PD", "PD", "PD", "PD"),  # row 7
    "--": ("CR", "NN", "NE", "PD", "NE"),  # table 2; none at all: nothing to evaluate
}


@pytest.mark.parametrize(("targets", "non_targets"), list(product(WITHOUT_NEW, NON_TARGETS)))
def test_tables_1_and_2(targets: str, non_targets: str) -> None:
    expected = WITHOUT_NEW[targets][NON_TARGETS.index(non_targets)]

    without = overall(CODES[targets], CODES[non_targets], any_new=False)
    with_new = overall(CODES[targets], CODES[non_targets], any_new=True)

    assert without.response is CODES[expected]
    assert with_new.response is Response.PROGRESSION  # any, any, new: yes
    assert "new lesion" in with_new.reason
    assert without.reason.endswith(".")


GONE, PRESENT = NonTarget.GONE, NonTarget.PRESENT
PROGRESSED, UNKNOWN = NonTarget.PROGRESSED, NonTarget.NOT_EVALUABLE


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([GONE], "CR"),
        ([PRESENT], "NN"),
        ([PROGRESSED], "PD"),
        ([UNKNOWN], "NE"),
        ([GONE, PRESENT], "NN"),
        ([GONE, UNKNOWN], "NE"),
        ([PRESENT, UNKNOWN], "NE"),
        ([GONE, PROGRESSED], "PD"),
        ([UNKNOWN, PROGRESSED], "PD"),
        ([GONE, GONE], "CR"),
    ],
)
def test_non_targets_together(states: list[NonTarget], expected: str) -> None:
    assert judge_non_targets(states).response is CODES[expected]


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        # The paper's example: 50 mm in three lesions; two of them are 80 mm later, one is missing
        ([(20.0, 40.0), (20.0, 40.0), (10.0, None)], "PD"),
        ([(20.0, 20.0), (20.0, 20.0), (10.0, None)], "NE"),
        ([(20.0, 0.0), (10.0, None)], "NE"),
        ([(20.0, 36.0), (10.0, None)], "PD"),  # 36 of 30: 20 % and 6 mm, whatever is missing
        ([(20.0, 35.99), (10.0, None)], "NE"),
        ([(10.0, None)], "NE"),
    ],
)
def test_targets_that_were_not_evaluated(
    targets: list[tuple[float, float | None]], expected: str
) -> None:
    judged = judge_targets([Target(*pair, is_node=False) for pair in targets])
    assert judged.response is CODES[expected]


def test_sentences_name_the_figures_and_the_limit() -> None:
    def reason(before: float, after: float, smallest: float | None = None) -> str:
        return judge_targets([Target(before, after, is_node=False)], smallest_mm=smallest).reason

    assert reason(100, 70) == (
        "The sum of diameters is 70.0 mm, 30.0 % below the baseline, which is at least 30 %."
    )
    assert reason(100, 60, 40) == (
        "The sum of diameters is 60.0 mm, 20.0 mm (50.0 %) above the smallest so far, 40.0 mm: at "
        "least 20 % and 5 mm."
    )
    assert reason(100, 70.04).startswith(
        "The sum of diameters is 70.04 mm, 29.9 % below the baseline, and the smallest so far:"
    )
    assert "4.99 mm above the smallest so far" in reason(20, 24.996)  # and not 5.0 mm
    assert "(" not in reason(10, 5, 0)  # of 0 mm there are no percent
