"""NIfTI files as people have them: read as SimpleITK reads them, or refused with the reason."""

import gzip
import struct
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import SimpleITK as sitk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from uls.images.scan_reading import read_image
from uls.workshop.errors import InputError

VOXELS = (np.arange(60).reshape(3, 4, 5) * 271 - 8000).astype("<i2")
OFFSET = 352
Field = tuple[int, str, Any]


def nifti(voxels: npt.NDArray[Any] = VOXELS, order: str = "<", *fields: Field) -> bytes:
    """A NIfTI-1 file with a rotated grid, written field by field; `fields` come last."""
    codes = {"u1": 2, "i2": 4, "i4": 8, "f4": 16, "f8": 64, "i1": 256}
    codes |= {"u2": 512, "u4": 768, "i8": 1024, "u8": 1280}
    header = bytearray(OFFSET)
    z, y, x = voxels.shape
    all_fields: list[Field] = [
        *[(0, "i", 348), (40, "8h", (3, x, y, z, 1, 1, 1, 1))],
        *[(70, "h", codes[voxels.dtype.str[1:]]), (72, "h", voxels.dtype.itemsize * 8)],
        *[(76, "8f", (1, 0.5, 0.75, 2, 0, 0, 0, 0)), (108, "3f", (OFFSET, 1, 0)), (123, "B", 2)],
        *[(252, "2h", (0, 1)), (280, "12f", (0, -0.75, 0, 1, 0.5, 0, 0, 2, 0, 0, 2, 3))],
        (344, "4s", b"n+1\0"),
        *fields,
    ]
    for at, form, value in all_fields:
        struct.pack_into(
            order + form, header, at, *(value if isinstance(value, tuple) else [value])
        )
    return bytes(header) + voxels.astype(voxels.dtype.newbyteorder(order)).tobytes()


def same_as_simpleitk(path: Path, *, mended: float = 1e-6) -> npt.NDArray[Any]:
    """Read by both, whose voxels and grid must be equal; give the voxels."""
    ours, theirs = read_image(path), sitk.ReadImage(str(path))
    voxels: npt.NDArray[Any] = sitk.GetArrayFromImage(ours)
    expected = sitk.GetArrayFromImage(theirs)
    assert voxels.dtype == expected.dtype
    np.testing.assert_array_equal(voxels, expected)
    assert ours.GetSpacing() == theirs.GetSpacing()
    assert ours.GetOrigin() == theirs.GetOrigin()
    assert ours.GetDirection() == pytest.approx(theirs.GetDirection(), abs=mended)
    return voxels


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"])
def test_every_type_is_read_in_both_byte_orders(tmp_path: Path, order: str, dtype: str) -> None:
    values = (np.abs(VOXELS) % 100).astype(dtype)
    path = tmp_path / "a.nii"
    path.write_bytes(nifti(values, order))
    np.testing.assert_array_equal(same_as_simpleitk(path), values)


SCALINGS = [
    (1, 0),
    (0, 0),
    (2, -1024),
    (-1, 0),
    (1, -1024),
    (0.1, 0),
    (1e-3, 7),
    (1, 0.5),
    (1, 1e-40),
    (1e-20, 0),
]
NO_SCALINGS = [(np.nan, 0), (np.inf, 0), (np.nan, np.nan), (0, np.nan)]


@pytest.mark.parametrize(("slope", "intercept"), SCALINGS + NO_SCALINGS)
@pytest.mark.parametrize("dtype", ["u1", "i2", "i4", "u4", "i8", "f4", "f8"])
def test_scaling_is_simpleitks_to_the_last_digit(
    tmp_path: Path, slope: float, intercept: float, dtype: str
) -> None:
    path = tmp_path / "a.nii"
    path.write_bytes(nifti(VOXELS.astype(dtype), "<", (112, "2f", (slope, intercept))))
    same_as_simpleitk(path)


@pytest.mark.parametrize(
    ("slope", "intercept"), [(0, 5), (np.nan, 5), (2, np.nan), (1, np.inf), (0, -1024)]
)
def test_scaling_on_which_programs_disagree_is_refused(
    tmp_path: Path, slope: float, intercept: float
) -> None:
    """nibabel reads stored values, or none at all; SimpleITK adds the intercept, or drops it."""
    path = tmp_path / "a.nii"
    path.write_bytes(nifti(VOXELS, "<", (112, "2f", (slope, intercept))))
    with pytest.raises(InputError, match=r"scl_slope.*programs disagree"):
        read_image(path)


READABLE: dict[str, tuple[Field, ...]] = {
    "fourth axis of 1": ((40, "8h", (4, 5, 4, 3, 1, 1, 1, 1)),),
    "fourth axis of 0": ((40, "8h", (4, 5, 4, 3, 0, 1, 1, 1)),),
    "seven axes": ((40, "8h", (7, 5, 4, 3, 1, 1, 1, 1)),),
    "labels": ((68, "h", 1002),),
    "qform": ((252, "2h", (1, 0)), (256, "6f", (0, 0, 1, 4, 5, 6))),
    "qform and sform": ((252, "2h", (1, 1)), (256, "6f", (0, 0, 1, 4, 5, 6))),
    "neither form": ((252, "2h", (0, 0)),),
    "micrometres": ((123, "B", 3), (280, "12f", (0, -750, 0, 0, 500, 0, 0, 0, 0, 0, 2000, 0))),
}


@pytest.mark.parametrize("name", READABLE)
@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
def test_a_header_that_simpleitk_reads_is_read_alike(
    tmp_path: Path, name: str, suffix: str
) -> None:
    content = nifti(VOXELS, "<", *READABLE[name])
    if name == "micrometres":
        content = nifti(VOXELS, "<", (76, "4f", (1, 500, 750, 2000)), *READABLE[name])
    path = tmp_path / f"a{suffix}"
    path.write_bytes(gzip.compress(content) if suffix.endswith("gz") else content)
    np.testing.assert_array_equal(same_as_simpleitk(path), VOXELS)


@pytest.mark.parametrize("suffix", [".NII", ".Nii", ".NII.GZ", ".nii.GZ", ".Nii.gz"])
def test_capital_suffixes_are_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    content = nifti()
    path.write_bytes(gzip.compress(content) if suffix.lower().endswith("gz") else content)
    np.testing.assert_array_equal(sitk.GetArrayFromImage(read_image(path)), VOXELS)


def test_a_name_that_only_holds_nii_is_no_nifti(tmp_path: Path) -> None:
    path = tmp_path / "a.nii.mha"
    sitk.WriteImage(sitk.GetImageFromArray(VOXELS), str(path))
    np.testing.assert_array_equal(sitk.GetArrayFromImage(read_image(path)), VOXELS)


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("suffix", [".nii", ".nii.gz", ".mha", ".nrrd"])
def test_nan_and_infinity_are_refused_which_simpleitk_may_make_soft_tissue(
    tmp_path: Path, dtype: str, value: float, suffix: str
) -> None:
    values = VOXELS.astype(dtype)
    values[1, 2, 3] = value
    path = tmp_path / f"a{suffix}"
    sitk.WriteImage(sitk.GetImageFromArray(values), str(path))
    if ".nii" in suffix:
        assert sitk.GetArrayFromImage(sitk.ReadImage(str(path)))[1, 2, 3] == 0
    with pytest.raises(InputError, match="finite values, found 1 voxels NaN or infinite"):
        read_image(path)


def rejected(*fields: Field) -> bytes:
    return nifti(VOXELS, "<", *fields)


REFUSED = {
    r"vox_offset = 0, where": rejected((108, "f", 0.0)),
    r"vox_offset = 340": rejected((108, "f", 340.0)),
    r"NIfTI datatype 32 \(complex\)": rejected((70, "2h", (32, 64))),
    r"NIfTI datatype 128 \(RGB\)": rejected((70, "2h", (128, 24))),
    r"NIfTI datatype 1 ": rejected((70, "2h", (1, 1))),
    r"half of a pair": rejected((344, "4s", b"ni1\0")),
    r"or Analyze": rejected((344, "4s", b"\0" * 4)),
    r"NIfTI-2": rejected((0, "i", 540)),
    r"first field is not 348": rejected((0, "i", 349)),
    r"2 dimensions": rejected((40, "8h", (2, 5, 4, 3, 1, 1, 1, 1))),
    r"4 dimensions": nifti(np.repeat(VOXELS, 2, 0), "<", (40, "8h", (4, 5, 4, 3, 2, 1, 1, 1))),
    r"truncated": rejected()[:-1],
    r"too long": rejected() + bytes(9),
    r"BadGzipFile|unpacked": b"not gzip",
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_is_not_read_is_refused_with_the_true_reason(tmp_path: Path, reason: str) -> None:
    path = tmp_path / ("a.nii.gz" if b"gzip" in REFUSED[reason] else "a.nii")
    path.write_bytes(REFUSED[reason])
    with pytest.raises(InputError, match=reason) as caught:
        read_image(path)
    assert str(path) in str(caught.value)


def test_a_gzip_file_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.nii.gz"
    path.write_bytes(gzip.compress(nifti())[:-20])
    with pytest.raises(InputError, match=r"a\.nii\.gz: expected voxels that can be unpacked"):
        read_image(path)


@pytest.mark.parametrize("off", [1e-4, 5e-4, 1e-3])
def test_axes_a_hair_off_perpendicular_are_mended_and_logged(
    tmp_path: Path, off: float, caplog: pytest.LogCaptureFixture
) -> None:
    """SimpleITK itself refuses the larger two."""
    sheared = (0.75 * off, -0.75, 0, 1, 0.5, 0, 0, 2, 0, 0, 2, 3)
    path = tmp_path / "a.nii"
    path.write_bytes(nifti(VOXELS, "<", (280, "12f", sheared)))
    image = read_image(path)
    axes = np.reshape(image.GetDirection(), (3, 3))
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-6)
    np.testing.assert_allclose(axes, [[0, 1, 0], [-1, 0, 0], [0, 0, 1]], atol=1e-3)
    assert "axes off perpendicular" in caplog.text


def test_a_place_beyond_all_measure_is_a_sentence(tmp_path: Path) -> None:
    """ITK says of it, too, that its axes are not perpendicular, which they are."""
    path = tmp_path / "a.nii"
    path.write_bytes(
        nifti(VOXELS, "<", (280, "12f", (0, -0.75, 0, 1e28, 0.5, 0, 0, 2, 0, 0, 2, 3)))
    )
    with pytest.raises(InputError, match=r"a\.nii: expected a readable image header"):
        read_image(path)


def test_axes_far_off_perpendicular_are_refused_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "a.nii"
    sheared = (0.05, -0.75, 0, 1, 0.5, 0, 0, 2, 0, 0, 2, 3)
    path.write_bytes(nifti(VOXELS, "<", (280, "12f", sheared)))
    with pytest.raises(InputError, match=r"perpendicular axes.*off by.*Resample"):
        read_image(path)


BYTES: st.SearchStrategy[Field] = st.tuples(st.integers(0, 347), st.just("B"), st.integers(0, 255))
SIZES: st.SearchStrategy[Field] = st.tuples(
    st.sampled_from(range(40, 56, 2)), st.just("h"), st.integers(-1, 7)
)
FORMS: st.SearchStrategy[Field] = st.tuples(
    st.just(252), st.just("2h"), st.tuples(st.integers(0, 4), st.integers(0, 4))
)
SCALES: st.SearchStrategy[Field] = st.tuples(
    st.just(112), st.just("2f"), st.tuples(*[st.sampled_from([0.0, 1.0, 2.0, -1024.0, np.nan])] * 2)
)
STEPS: st.SearchStrategy[Field] = st.tuples(
    st.just(280), st.just("12f"), st.tuples(*[st.sampled_from([0.0, 0.0, 1.0, -1.0, 0.5])] * 12)
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    odd=st.lists(st.one_of(BYTES, SIZES, FORMS, SCALES, STEPS), min_size=1, max_size=3),
    dtype=st.sampled_from(["u1", "i2", "i4", "f4", "f8"]),
    order=st.sampled_from("<>"),
)
def test_what_we_read_of_odd_headers_simpleitk_reads_alike(
    tmp_path: Path, odd: list[Field], dtype: str, order: str
) -> None:
    path = tmp_path / "a.nii"
    path.write_bytes(nifti((np.abs(VOXELS) % 100).astype(dtype), order, *odd))
    try:
        read_image(path)
    except InputError:
        return
    try:
        sitk.ReadImage(str(path))
    except RuntimeError:  # axes that we mend
        return
    same_as_simpleitk(path, mended=1e-3)
