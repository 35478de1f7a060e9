"""lesions.csv: what it adds, and everything that can be wrong with it."""

from pathlib import Path

import pytest
from synthetic_submission import Submission, block, empty

from evaluation.scoring.ground_truth import read_ground_truth
from evaluation.scoring.job import evaluate
from evaluation.scoring.lesion_table import with_rows
from evaluation.scoring.reference_stack import ClickPair, LesionRow, ReferenceStack
from uls.images.stack import Geometry, StackHeader
from uls.workshop.errors import InputError

FIVE_VOIS = Geometry(
    size_xyz=(256, 256, 5 * 128),
    spacing_xyz=(1.0, 1.0, 1.0),
    origin_xyz=(0.0, 0.0, 0.0),
    direction=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0),
)


def stack(
    name: str, *, lesions: tuple[int, ...], clicks: tuple[tuple[int, int], ...] = ()
) -> ReferenceStack:
    """A stack of five VOIs, of which there is no file."""
    header = StackHeader(Path(f"{name}.mha"), FIVE_VOIS, pixels=None)  # type: ignore[arg-type]
    pairs = tuple((ClickPair(a, b, (0.0, 0.0, 0.0)),) for a, b in clicks)
    return ReferenceStack(header, ((1.0, 1.0, 1.0),) * 5, lesions, pairs)


ALONE = (stack("one", lesions=(1, 3), clicks=((1, 4),)),)
TWO = (stack("one", lesions=(1,)), stack("two", lesions=(0, 2)))


def read(
    folder: Path, text: str | bytes, stacks: tuple[ReferenceStack, ...] = ALONE
) -> list[dict[int, LesionRow]]:
    path = folder / "lesions.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return [dict(stack.rows) for stack in with_rows(path, stacks)]


def test_without_the_file_nothing_is_known(tmp_path: Path) -> None:
    assert [stack.rows for stack in with_rows(tmp_path / "lesions.csv", ALONE)] == [{}]


def test_columns_are_kept_as_they_stand_and_blank_cells_are_left_out(tmp_path: Path) -> None:
    text = 'voi,Type,patient,Note\n1, lung ,p1,"a, b"\n3,bone,p2,\n4,,p1,x\n'
    assert read(tmp_path, text) == [
        {
            1: LesionRow("p1", {"type": "lung", "note": "a, b"}),
            3: LesionRow("p2", {"type": "bone"}),
            4: LesionRow("p1", {"note": "x"}),
        }
    ]


def test_lesions_may_be_named_by_their_place(tmp_path: Path) -> None:
    assert read(tmp_path, "lesion,type\n1,bone\n0,lung\n") == [
        {3: LesionRow(None, {"type": "bone"}), 1: LesionRow(None, {"type": "lung"})}
    ]


def test_several_stacks(tmp_path: Path) -> None:
    text = "stack,voi,type\ntwo,0,a\none,1,b\ntwo,2,c\n"
    assert read(tmp_path, text, TWO) == [
        {1: LesionRow(None, {"type": "b"})},
        {0: LesionRow(None, {"type": "a"}), 2: LesionRow(None, {"type": "c"})},
    ]


def test_a_byte_order_mark_windows_lines_and_blank_lines(tmp_path: Path) -> None:
    found = read(tmp_path, b"\xef\xbb\xbfvoi,type\r\n1,lung\r\n,\r\n\r\n3,bone\r\n")
    assert found[0][3].attributes == {"type": "bone"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "lesions.csv: expected a row of column names, found an empty file"),
        (b"voi,type\n1,\xff\n", "lesions.csv: expected a CSV file in UTF-8"),
        ('voi,type\n1,"lung\n', "lesions.csv: expected a CSV file in UTF-8"),
        ("voi;type\n1;lung\n", "line 1: expected either a column 'voi'"),
        ("type\nlung\n", "line 1: expected either a column 'voi'"),
        ("voi,lesion\n1,0\n", "line 1: expected either a column 'voi'"),
        ("voi,type,Type\n1,a,b\n", "line 1: expected distinct column names"),
        ("voi,\n1,a\n", "line 1: expected distinct column names"),
        ("voi,type\n1,lung,a\n", "line 2: expected 2 cells, as there are columns, found 3"),
        ("voi,type\n1,lung\n3\n", "line 3: expected 2 cells, as there are columns, found 1"),
        ("voi\n1\n5\n", "line 3, column 'voi': expected a whole number from 0 to 4, found '5'"),
        ("voi\n-1\n", "line 2, column 'voi': expected a whole number from 0 to 4, found '-1'"),
        ("voi\n1.0\n", "column 'voi': expected a whole number from 0 to 4, found '1.0'"),
        ("voi,type\n,lung\n", "column 'voi': expected a whole number from 0 to 4, found ''"),
        ("voi\n²\n", "column 'voi': expected a whole number from 0 to 4, found '²'"),
        ("lesion\n2\n", "column 'lesion': expected a whole number from 0 to 1, found '2'"),
        ("voi\n1\n3\n1\n", "line 4, column 'voi': expected every VOI once, found VOI 1 of 'one'"),
        ("voi\n1\n", "expected a row for every scored lesion, found none for VOI 3 of stack 'one'"),
        ("stack,voi\nelse,1\n", "line 2, column 'stack': expected one of the stacks one, found"),
        ("voi,patient\n1,p\n3,\n", "line 3, column 'patient': expected a patient in every row"),
        (
            "voi,patient\n1,p\n3,q\n4,r\n",
            "column 'patient': expected one patient for VOIs [1, 4] of stack 'one', clicks on a "
            "lesion, found 'p', 'r'",
        ),
    ],
)
def test_says_what_is_wrong_and_where(tmp_path: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    assert message in str(caught.value)


def test_several_stacks_need_to_be_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"column 'stack': .* one, two, found no such column"):
        read(tmp_path, "voi\n1\n", TWO)


def test_all_of_it_reaches_the_metrics(tmp_path: Path) -> None:
    """Two patients; the repeated clicks on VOIs 0 and 1 are the first one's."""
    made = Submission(tmp_path)
    made.add_stack(
        references=[block(), block(), block()],
        predictions=[block(), block(right=5), empty()],
        single=[0, 2],
        multi=[[[0, 1, [2.5, 0.0, 0.0]]]],
    )
    text = "voi,type,patient\n0,lung,p1\n2,lymph node,p2\n"
    (made.ground_truth / "lesions.csv").write_text(text)
    made.jobs[0]["exec_duration"] = "PT30S"
    metrics = evaluate(made.options())
    first, second = metrics.lesions
    assert (first.patient, first.attributes) == ("p1", {"type": "lung"})
    assert first.recist is not None
    assert second.recist is not None
    assert (first.recist.axis, second.recist.axis) == ("long", "short")
    assert metrics.clicks[0].patient == "p1"
    analysis = metrics.analysis
    assert analysis is not None
    assert (analysis.intervals.unit, analysis.intervals.units) == ("patient", 2)
    assert [group.name for group in analysis.groups[0].groups] == ["lung", "lymph node"]
    assert analysis.run_time.jobs[0].seconds == 30
    assert first.off_centre is not None
    assert first.off_centre.components == 1


def test_the_reference_data_is_read_with_it(submission: Submission) -> None:
    submission.write()
    (submission.ground_truth / "lesions.csv").write_text("voi\n0\n")
    with pytest.raises(InputError, match="a row for every scored lesion"):
        read_ground_truth(submission.ground_truth)
