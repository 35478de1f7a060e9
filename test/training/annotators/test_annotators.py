"""Several masks of a lesion: the vote, the agreement, and the list of what to look at again."""

import csv
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from synthetic_stacks import write_image
from typer.testing import CliRunner, Result

from training.__main__ import app
from training.annotators.agreement import majority, pairwise_dice, size_of
from training.annotators.find import find_masks
from training.annotators.staple import staple
from training.data.readers import READERS, Source
from uls.workshop.errors import CallError, InputError, OutputError

SHAPE, SPACING = (6, 30, 30), (0.5, 0.5, 2.0)


def block(x: int, width: int, *, z: int = 2, value: int = 1) -> np.ndarray:
    """Two slices, ten rows, `width` columns from `x` on: 20 · width voxels."""
    mask = np.zeros(SHAPE, dtype=np.uint8)
    mask[z : z + 2, 5:15, x : x + width] = value
    return mask


def write(path: Path, mask: np.ndarray, spacing: tuple[float, float, float] = SPACING) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_image(path, mask, spacing=spacing)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["annotators", *map(str, arguments)])


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def drawn(tmp_path: Path) -> Path:
    """Three annotators: alike in a, apart in b; one missing in c, empty in d, alone in e."""
    root = tmp_path / "drawn"
    for name, masks in {
        "a": {"ann": block(5, 10), "ben": block(5, 10), "cem": block(5, 11)},
        "b": {"ann": block(5, 10), "ben": block(10, 10), "cem": block(5, 4)},
        "c": {"ann": block(5, 10), "ben": block(5, 10)},
        "d": {"ann": block(5, 10), "ben": block(5, 10), "cem": block(5, 0)},
        "e": {"ann": block(5, 10)},
    }.items():
        for annotator, mask in masks.items():
            write(root / annotator / f"{name}.nii.gz", mask)
    return root


def test_more_than_half_of_the_masks_decide() -> None:
    three = [block(5, 10) > 0, block(5, 4) > 0, block(5, 6) > 0]
    assert np.array_equal(majority(three), block(5, 6) > 0)
    assert np.array_equal(majority(three[:2]), block(5, 4) > 0)  # of two: what both drew
    four = [*three, block(20, 2) > 0]
    assert np.array_equal(majority(four), block(5, 4) > 0)  # of four: what three drew


def test_dice_of_each_pair_and_none_of_two_empty_ones() -> None:
    """10 and 4 columns share 4: 8/14. An empty mask and another: 0. Two empty ones: nothing."""
    masks = {"a": block(5, 10) > 0, "b": block(5, 4) > 0, "c": block(5, 0) > 0}
    found = {(p.a, p.b): p.dice for p in pairwise_dice({**masks, "d": masks["c"]})}
    assert found["a", "b"] == pytest.approx(8 / 14)
    assert found["a", "c"] == 0
    assert found["c", "d"] is None


def test_sizes_are_in_mm_and_ml() -> None:
    """10 × 10 pixels of 0.5 mm: diagonal of 9 × 9 steps; 200 voxels of 0.5 mm³."""
    size = size_of(block(5, 10) > 0, SPACING)
    assert size.long_mm == pytest.approx(4.5 * 2**0.5)
    assert size.volume_ml == pytest.approx(0.1)
    assert size.slices == 2


def test_staple_trusts_those_who_agree() -> None:
    """Two annotators agree and the third draws a tenth of it: the estimate is what the two drew."""
    masks = [block(5, 10) > 0, block(5, 10) > 0, block(5, 1) > 0]
    found = staple(masks)
    assert found is not None
    assert np.array_equal(found.mask, masks[0])
    assert found.sensitivity[0] > 0.99
    assert found.sensitivity[2] < 0.2
    assert staple([block(5, 0) > 0] * 2) is None


def test_votes_tables_and_review(drawn: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run(drawn, "--output", out)
    assert result.exit_code == 0, result.output
    voted = {path.name: sitk.ReadImage(str(path)) for path in (out / "majority").iterdir()}
    assert sorted(voted) == [f"{name}.nii.gz" for name in "abcd"]
    assert np.array_equal(sitk.GetArrayFromImage(voted["a.nii.gz"]), block(5, 10))
    assert voted["a.nii.gz"].GetSpacing() == SPACING
    agreement = {row["lesion"]: row for row in rows(out / "agreement.csv")}
    assert float(agreement["a"]["dice_mean"]) == pytest.approx((1 + 2 * 20 / 21) / 3, abs=1e-4)
    assert agreement["c"]["annotators"] == "ann ben"
    assert float(agreement["a"]["majority_staple_dice"]) > 0.9
    assert len(rows(out / "pairs.csv")) == 3 + 3 + 1 + 3
    review = rows(out / "review.csv")
    assert [row["lesion"] for row in review] == ["e", "b", "d", "c"]
    reasons = {row["lesion"]: row["reasons"] for row in review}
    assert reasons["e"] == "no mask by ben, cem"
    assert reasons["c"] == "no mask by cem"
    assert "nothing drawn by cem" in reasons["d"]
    assert "Dice 0.50 of ann and ben" in reasons["b"]
    assert "4 of 5 lesions voted on, 4 to look at again" in result.output
    assert "ann and ben: Dice" in result.output


def test_limits_decide_what_is_listed(drawn: Path, tmp_path: Path) -> None:
    run(drawn, "--output", tmp_path / "strict", "--dice", "0.99")
    strict = {row["lesion"]: row["reasons"] for row in rows(tmp_path / "strict" / "review.csv")}
    assert "Dice 0.95 of ann and cem" in strict["a"]
    run(drawn, "--output", tmp_path / "axis", "--dice", "0", "--axis", "50")
    lax = {row["lesion"]: row["reasons"] for row in rows(tmp_path / "axis" / "review.csv")}
    assert "long axis" not in lax.get("b", "")


def test_prepare_reads_the_votes(drawn: Path, tmp_path: Path) -> None:
    run(drawn, "--output", tmp_path / "out")
    for name in "abcd":
        write(tmp_path / "images" / f"{name}.nii.gz", block(5, 10, value=40))
    source = Source(tmp_path / "images", labels=tmp_path / "out" / "majority")
    assert [case.name for case in READERS["pairs"].find(source).cases] == list("abcd")


def test_files_may_end_with_their_annotator(tmp_path: Path) -> None:
    for reader in (1, 2, 3):
        write(tmp_path / "masks" / f"LNDb-0001_rad{reader}.nii.gz", block(5, 10))
    found = find_masks(tmp_path)
    assert found.annotators == ("rad1", "rad2", "rad3")
    assert list(found.masks) == ["LNDb-0001"]


def test_what_does_not_fit_is_named_and_nothing_is_written(drawn: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(drawn / "cem" / "a.nii.gz", block(5, 10), spacing=(1.0, 1.0, 1.0))
    error = run(drawn, "--output", out).exception
    assert isinstance(error, InputError)
    assert "cem" in str(error)
    two = block(5, 10)
    two[0, 0, 0] = 2
    write(drawn / "cem" / "a.nii.gz", two)
    assert "one lesion a file" in str(run(drawn, "--output", out).exception)
    assert not out.exists()


def test_one_annotator_is_none_to_compare(tmp_path: Path) -> None:
    write(tmp_path / "masks" / "ann" / "a.nii.gz", block(5, 10))
    assert "two annotators or more" in str(
        run(tmp_path / "masks", "--output", tmp_path / "o").exception
    )
    assert isinstance(run(tmp_path / "none", "--output", tmp_path / "o").exception, InputError)


def test_a_folder_that_is_there_stays(drawn: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    error = run(drawn, "--output", tmp_path / "out").exception
    assert isinstance(error, OutputError | CallError)
