"""The guard against training on the test set, on one that our own `prepare` made."""

import logging
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from synthetic_scans import FIRST, LPS, mask, nnunet, scan, write
from typer.testing import CliRunner

from training.__main__ import app
from training.cycle.add import Annotation, add
from training.cycle.beginning import create
from training.cycle.known_scans import known_rows, voi_in_scan
from training.cycle.leak import check_no_leak
from training.cycle.project import Work
from training.cycle.remove import remove
from training.cycle.settings import Rule
from uls.images.stack import read_header, read_vois
from uls.workshop.errors import InputError


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A test set of the scans STS_001 and STS_002, as the command makes it."""
    root = tmp_path_factory.mktemp("prepared")
    source = nnunet(root / "sts8", ["STS_001", "STS_002"])
    call = ["prepare", f"nnunet={source}", "--output", str(root / "vois"), "--format", "stack"]
    call += ["--held-out", "none", "--type", "liver", "--dataset", "sts8", "--quiet"]
    result = CliRunner().invoke(app, call)
    assert result.exit_code == 0, result.output
    return root / "vois" / "stack"


@pytest.fixture
def work(tmp_path: Path, first_model: Path, prepared: Path) -> Work:
    return create(tmp_path / "work", model=first_model, test_set=prepared, rule=Rule())


def annotation(folder: Path, path: Path, **changes: str) -> Annotation:
    """A mask on a scan that is turned as the scan is."""
    image = sitk.ReadImage(str(path))
    label = sitk.GetImageFromArray(np.zeros(image.GetSize()[::-1], dtype=np.uint8))
    label.CopyInformation(image)
    label[3:9, 3:9, 3:5] = 1
    sitk.WriteImage(label, str(folder / "mask.nii.gz"))
    given = {"case": "new", "patient": "P17", "by": "x"} | changes
    return Annotation(folder / "mask.nii.gz", path, **given)


def as_it_was(folder: Path) -> Path:
    return write(folder / "a.nii.gz", scan(seed=0))


def another_format(folder: Path) -> Path:
    """NRRD, not packed, floats, with another spacing and origin."""
    image = sitk.GetImageFromArray(scan(seed=0).astype(np.float32))
    image.SetDirection((-1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 1.0))
    sitk.WriteImage(image, str(folder / "a.nrrd"), useCompression=False)
    return folder / "a.nrrd"


def turned(folder: Path) -> Path:
    """The same scan, its axes exchanged and reversed, as another program may save it."""
    image = sitk.ReadImage(str(as_it_was(folder)))
    sitk.WriteImage(sitk.DICOMOrient(image, "SAL"), str(folder / "b.nii.gz"))
    return folder / "b.nii.gz"


def mislabelled(folder: Path) -> Path:
    """The same voxels in a file that has right and left, front and back exchanged."""
    return write(folder / "a.nii.gz", scan(seed=0), direction=LPS)


def a_piece(folder: Path) -> Path:
    """A part of the scan, as a crop around the lesion is."""
    return write(folder / "a.nii.gz", scan(seed=0)[1:11, 2:38, 4:])


@pytest.mark.parametrize(
    "written", [as_it_was, another_format, turned, mislabelled, a_piece], ids=lambda f: f.__name__
)
def test_the_test_sets_own_scan_is_not_added(tmp_path: Path, work: Work, written: object) -> None:
    path = written(tmp_path)  # type: ignore[operator]

    with pytest.raises(InputError, match=r"of which VOI \d of .* was cut\. .*leave the case out"):
        add(work, [annotation(tmp_path, path)])

    assert work.set_version() is None


def test_a_voi_of_the_test_set_is_not_added(tmp_path: Path, work: Work, prepared: Path) -> None:
    (stack,) = (prepared / "input/images/stacked-3d-ct-lesion-volumes").glob("*.mha")
    voi = next(iter(read_vois(read_header(stack))))
    path = write(tmp_path / "voi.nii.gz", voi)

    with pytest.raises(InputError, match="was cut"):
        add(work, [annotation(tmp_path, path)])


def test_another_scan_is_added_and_not_searched_again(
    tmp_path: Path, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "c.nii.gz", scan(seed=9))
    version = add(work, [annotation(tmp_path, path)])
    assert version is not None
    assert version.entries[0].checked_against == work.project.test_set_sha256

    path.unlink()  # whoever searched it again would fail
    check_no_leak(work, version.entries)
    older = version.entries[0].model_copy(update={"checked_against": ""})
    with pytest.raises(InputError, match="readable image"):
        check_no_leak(work, [older])


@pytest.mark.parametrize("patient", ["STS_001", "sts8 STS_001", "sts8/STS_001", "sts-1"])
def test_its_patients_are_not_added_by_any_name(tmp_path: Path, work: Work, patient: str) -> None:
    path = write(tmp_path / "c.nii.gz", scan(seed=9))

    with pytest.raises(InputError, match=f"found patient {patient}, who is"):
        add(work, [annotation(tmp_path, path, patient=patient)])


def test_a_name_that_may_be_a_patients_is_a_warning_and_can_be_removed(
    tmp_path: Path, work: Work, caplog: pytest.LogCaptureFixture
) -> None:
    path = write(tmp_path / "c.nii.gz", scan(seed=9))

    with caplog.at_level(logging.WARNING):
        add(work, [annotation(tmp_path, path, patient="STS_001-followup")])

    assert "is patient STS_001-followup one of the test set, by another name?" in caplog.text
    assert remove(work, ["new"]).entries == ()


def test_rows_are_kept_and_belong_to_one_test_set(work: Work) -> None:
    rows = known_rows(work)
    assert len({(row.stack, row.voi) for row in rows.rows}) == 4  # two lesions of two scans
    assert rows.blank == 0
    assert known_rows(work) == rows
    assert (work.root / "known-scans.json").is_file()


def test_flat_vois_are_found_in_nothing(tmp_path: Path, first_model: Path, test_set: Path) -> None:
    """VOIs of one value are pieces of any scan, and of none."""
    flat = create(tmp_path / "flat", model=first_model, test_set=test_set, rule=Rule())
    known = known_rows(flat)

    assert known.blank == 3
    assert voi_in_scan(flat, known, np.zeros((20, 60, 60), dtype=np.int16)) is None


def test_noise_that_is_alike_in_a_row_only_is_another_scan(work: Work) -> None:
    other = scan(seed=9)
    own = scan(seed=0)
    other[FIRST] = own[FIRST]
    assert mask().any()

    assert voi_in_scan(work, known_rows(work), other) is None
    assert voi_in_scan(work, known_rows(work), own) is not None
