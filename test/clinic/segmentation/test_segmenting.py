"""From a click to a mask on the scan's grid: the same as a stack job's, and where it belongs."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from bright_predictor import BrightPredictor, bright_model
from clinic_scans import CENTRE_MM, DIRECTIONS, RADII_MM, scan_of, whole
from dicom_series import real_series, save
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic_stacks import write_job

import clinic
from algorithm.job.job import run_job
from algorithm.job.options import JobOptions
from clinic.dicom.read import read_dicom
from clinic.scans.scan import Scan
from clinic.segmentation import model as models
from uls.geometry.voi import cut_voi
from uls.platform.slugs import MASK_FOLDER
from uls.workshop.errors import CallError, InputError


@pytest.mark.parametrize("name", list(DIRECTIONS))
def test_an_ellipsoid_comes_back_voxel_by_voxel(name: str) -> None:
    scan, lesion = scan_of(DIRECTIONS[name])

    found = clinic.Session(scan, model=bright_model()).segment(CENTRE_MM, mm="LPS")

    np.testing.assert_array_equal(whole(found.mask), lesion)
    assert found.warnings == ()
    assert found.measurements is not None
    expected_ml = lesion.sum() * 0.9 * 0.8 * 1.1 / 1000
    assert found.measurements.volume_ml == pytest.approx(expected_ml)
    assert found.measurements.mean_hu == 90


@pytest.mark.parametrize("name", ["axial", "RAS", "flipped", "feet first", "coronal", "sagittal"])
def test_axes_are_measured_in_axial_slices_whatever_way_the_scan_lies(name: str) -> None:
    scan, _ = scan_of(DIRECTIONS[name])

    measured = clinic.Session(scan, model=bright_model()).segment(CENTRE_MM, mm="LPS").measurements

    assert measured is not None
    assert measured.long_axis.length_mm == pytest.approx(2 * RADII_MM[0], abs=1.1)
    assert measured.short_axis.length_mm == pytest.approx(2 * RADII_MM[1], abs=1.1)
    (x0, y0, z0), (x1, y1, z1) = measured.long_axis.ends_mm
    assert z0 == pytest.approx(z1, abs=0.01)  # of one slice, in the patient
    assert z0 == pytest.approx(CENTRE_MM[2], abs=1.7)  # the first of equal ones
    assert math.dist((x0, y0, z0), (x1, y1, z1)) == pytest.approx(measured.long_axis.length_mm)
    assert {round(x0 - CENTRE_MM[0]), round(x1 - CENTRE_MM[0])} <= {-10, -9, 9, 10}
    assert math.dist(*measured.short_axis.ends_mm) == pytest.approx(measured.short_axis.length_mm)


@settings(max_examples=12)
@given(st.sampled_from(list(DIRECTIONS)), st.tuples(*[st.integers(-5, 5)] * 3))
def test_every_click_in_it_gives_the_same_mask_and_ras_is_lps_mirrored(
    name: str, away: tuple[int, int, int]
) -> None:
    scan, lesion = scan_of(DIRECTIONS[name])
    session = clinic.Session(scan, model=bright_model())
    x, y, z = (c + a for c, a in zip(CENTRE_MM, away, strict=True))
    i, j, k = (round(at) for at in scan.grid.to_index((x, y, z)))
    if not lesion[k, j, i]:
        return

    masks = [
        session.segment((x, y, z), mm="LPS").mask,
        session.segment((-x, -y, z), mm="RAS").mask,
        session.segment((i, j, k)).mask,
    ]

    for mask in masks:
        np.testing.assert_array_equal(whole(mask), lesion)


def _as_stack_job(
    scan: Scan, click_zyx: tuple[int, int, int], predictor: object, folder: Path
) -> np.ndarray:
    """What `algorithm` makes of a stack of that VOI, laid back on the scan."""
    spacing = [list(scan.grid.spacing_mm)]
    voi = cut_voi(scan.hu, click_zyx)
    run_job(
        predictor,  # type: ignore[arg-type]
        JobOptions(
            input_folder=write_job(folder / "in", {"s.mha": voi}, spacings=spacing),
            output_folder=folder / "out",
        ),
    )
    mask = sitk.GetArrayFromImage(sitk.ReadImage(str(folder / "out" / MASK_FOLDER / "s.mha"))) > 0
    padded = np.zeros(np.add(scan.hu.shape, (256, 512, 512)), bool)
    z, y, x = np.add(click_zyx, (64, 128, 128))
    padded[z : z + 128, y : y + 256, x : x + 256] = mask
    return padded[128:-128, 256:-256, 256:-256]


def test_the_mask_is_that_of_a_stack_job(tmp_path: Path) -> None:
    scan, _ = scan_of(DIRECTIONS["RAS"])
    model = models.load()
    click_zyx = (20, 22, 24)

    found = clinic.Session(scan, model=model).segment(click_zyx[::-1])

    expected = _as_stack_job(scan, click_zyx, model.predictor, tmp_path)
    assert expected.any()
    np.testing.assert_array_equal(whole(found.mask), expected)


def test_the_mask_on_the_real_series_is_that_of_a_stack_job(tmp_path: Path) -> None:
    scan = read_dicom(save(real_series(None), tmp_path / "series"))
    model = models.load()
    click_zyx = (63, 312, 316)  # in the tumour

    found = clinic.Session(scan, model=model).segment(click_zyx[::-1])

    expected = _as_stack_job(scan, click_zyx, model.predictor, tmp_path)
    assert expected.sum() > 1000
    np.testing.assert_array_equal(whole(found.mask), expected)


def test_a_click_beside_the_lesion_is_said_to_be() -> None:
    scan, lesion = scan_of(DIRECTIONS["axial"])
    x, y, z = CENTRE_MM

    found = clinic.Session(scan, model=bright_model()).segment((x + 12, y, z), mm="LPS")

    np.testing.assert_array_equal(whole(found.mask), lesion)
    assert "the click is not in the mask, which begins" in found.warnings[0]


def test_nothing_found_is_said() -> None:
    scan, _ = scan_of(DIRECTIONS["axial"])
    x, y, z = CENTRE_MM

    found = clinic.Session(scan, model=bright_model()).segment((x, y + 15, z), mm="LPS")

    assert found.measurements is None
    assert not found.mask.voxels.any()
    assert found.warnings == ("nothing was found at the click",)


def test_a_lesion_at_the_scans_edge_is_said_to_be() -> None:
    scan, lesion = scan_of(np.eye(3), radii_mm=(9.0, 30.0, 7.0))

    found = clinic.Session(scan, model=bright_model()).segment(CENTRE_MM, mm="LPS")

    np.testing.assert_array_equal(whole(found.mask), lesion)
    assert found.warnings == (
        "it touches the scan's edge: part of the lesion may not have been scanned",
    )


@pytest.mark.parametrize(
    ("scale", "padding", "said"),
    [
        (lambda hu: hu + 1024, None, "these do not look like Hounsfield units (1024 added?)"),
        (lambda hu: hu * 0, None, "nothing was found at the click"),
        (lambda hu: hu * 0 + 90, None, "every voxel is 90; is that a CT?"),
        (lambda hu: hu + 1024, -976, "HU, which no soft tissue has"),
    ],
)
def test_values_that_are_no_hounsfield_units_are_said(
    scale: Callable, padding: int | None, said: str
) -> None:
    scan, _ = scan_of(np.eye(3))
    hu = scale(scan.hu).astype(np.int16)
    if padding is not None:
        hu[2, 0, 0] = padding
    odd = Scan(hu=hu, grid=scan.grid, format="nifti")

    found = clinic.Session(odd, model=bright_model()).segment(CENTRE_MM, mm="LPS")

    assert [w for w in found.warnings if said in w]


@pytest.mark.parametrize(
    ("click", "mm", "message"),
    [
        ((48, 0, 0), None, "expected a place in the scan, 0,0,0 to 47,43,39, found one outside"),
        ((-1, 0, 0), None, "found one outside"),
        ((1.5, 2, 3), None, "expected whole numbers"),
        ((500, 0, 0), "LPS", r"mm \(LPS\), found one outside"),
        ((-12.0, 31.0, 140.0), "LPS", "It would lie in the scan --mm RAS"),
    ],
)
def test_places_outside_the_scan(click: tuple, mm: str, message: str) -> None:
    scan, _ = scan_of(DIRECTIONS["axial"])

    with pytest.raises((InputError, CallError), match=message):
        clinic.Session(scan, model=bright_model()).segment(click, mm=mm)  # type: ignore[arg-type]


def test_a_click_in_air_is_refused() -> None:
    scan, _ = scan_of(DIRECTIONS["axial"])
    scan.hu[:, :15] = -1000

    with pytest.raises(InputError, match=r"found air only \(-1000 HU at the click\)"):
        clinic.Session(scan, model=bright_model()).segment((20, 5, 20))


@pytest.mark.parametrize("name", list(DIRECTIONS))
def test_a_box_reaches_the_model_around_the_lesion(name: str) -> None:
    scan, lesion = scan_of(DIRECTIONS[name])
    model = bright_model()
    z, y, x = np.nonzero(lesion)
    box = ((x.min(), y.min(), z.min()), (x.max() + 1, y.max() + 1, z.max() + 1))

    found = clinic.Session(scan, model=model).segment(box=box)

    np.testing.assert_array_equal(whole(found.mask), lesion)
    predictor = model.predictor
    assert isinstance(predictor, BrightPredictor)
    given_box = predictor.boxes[0]
    in_box = np.zeros(predictor.vois[0].shape, bool)
    in_box[tuple(slice(*s) for s in zip(given_box.start_zyx, given_box.stop_zyx, strict=True))] = 1
    bright = predictor.vois[0] == 90
    zz, yy, xx = np.nonzero(bright)
    tight = np.zeros_like(bright)
    tight[zz.min() : zz.max() + 1, yy.min() : yy.max() + 1, xx.min() : xx.max() + 1] = True
    np.testing.assert_array_equal(in_box, tight)


def test_a_box_in_mm_holds_the_voxels_whose_centres_it_holds() -> None:
    scan, _ = scan_of(np.eye(3), spacing=(1.0, 1.0, 1.0))
    model = bright_model()
    x, y, z = scan.grid.to_mm((20, 21, 22))
    corners = ((x + 3.4, y - 0.2, z), (x, y + 5.6, z + 4.0))

    found = clinic.Session(scan, model=model).segment(box=corners, mm="LPS")

    assert found.target.box == ((20, 21, 22), (24, 27, 27))


def test_a_box_beside_the_click_is_refused() -> None:
    scan, _ = scan_of(np.eye(3))

    with pytest.raises(InputError, match="expected a box that holds the click"):
        clinic.Session(scan, model=bright_model()).segment(
            (5, 5, 5), box=((10, 10, 10), (20, 20, 20))
        )


def test_a_box_for_a_model_that_takes_none() -> None:
    scan, _ = scan_of(np.eye(3))

    with pytest.raises(CallError, match="one that knows clicks only"):
        clinic.Session(scan, model=bright_model(takes_boxes=False)).segment(
            box=((10, 10, 10), (20, 20, 20))
        )


def test_a_session_grows_shrinks_and_undoes() -> None:
    scan, lesion = scan_of(np.eye(3))
    scan.hu[lesion & (np.indices(lesion.shape)[0] > 20)] = 78  # a logit of 1.6
    session = clinic.Session(scan, model=bright_model())
    before = session.segment(CENTRE_MM, mm="LPS")

    smaller = session.change_threshold(2.0)

    assert 0 < smaller.mask.n_voxels < before.mask.n_voxels
    assert (
        smaller.stability
        == before.stability
        == pytest.approx(smaller.mask.n_voxels / before.mask.n_voxels, abs=1e-4)
    )
    session.undo()
    session.undo()
    assert session.lesions == []


def test_one_call_does_it_all(tmp_path: Path) -> None:
    scan, lesion = scan_of(DIRECTIONS["RAS"])
    image = scan.grid.copied_to(sitk.GetImageFromArray(scan.hu))
    sitk.WriteImage(image, str(tmp_path / "scan.nii.gz"))

    found = clinic.segment(tmp_path / "scan.nii.gz", click_mm=CENTRE_MM, model=bright_model())

    np.testing.assert_array_equal(whole(found.mask), lesion)
