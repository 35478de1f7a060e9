import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic_stacks import write_image

from uls.geometry.voi import VOI_SHAPE_ZYX
from uls.images.mask_stack import MaskStackWriter, commit_all
from uls.images.pixel_source import PixelSource
from uls.images.stack import Geometry, StackHeader, read_header
from uls.workshop.errors import OutputError

IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
ROTATED = (0.6, -0.8, 0.0, 0.0, 0.0, -1.0, 0.8, 0.6, 0.0)


def header_of(
    name: str = "s", n_vois: int = 1, geometry: tuple[Any, ...] = ((1.0,) * 3, (0.0,) * 3, IDENTITY)
) -> StackHeader:
    pixels = PixelSource(Path("none"), 0, "raw", np.dtype(np.int16))
    return StackHeader(Path(f"{name}.mha"), Geometry((256, 256, 128 * n_vois), *geometry), pixels)


def mask_with(*voxels: tuple[int, int, int]) -> npt.NDArray[np.bool_]:
    mask = np.zeros(VOI_SHAPE_ZYX, dtype=bool)
    for voxel in voxels:
        mask[voxel] = True
    return mask


def test_masks_come_back_in_order_as_compressed_uint8(tmp_path: Path) -> None:
    with MaskStackWriter(header_of(n_vois=2), tmp_path) as writer:
        writer.write(mask_with((1, 2, 3)))
        writer.write(mask_with((4, 5, 6)).astype(np.uint8))
        path = writer.commit()
    image = sitk.ReadImage(str(path))
    assert image.GetPixelID() == sitk.sitkUInt8
    assert np.argwhere(sitk.GetArrayFromImage(image)).tolist() == [[1, 2, 3], [132, 5, 6]]
    assert b"CompressedData = True" in path.read_bytes()[:400]
    assert path.stat().st_size < 100_000


finite = st.floats(-1e4, 1e4, allow_nan=False)


@settings(max_examples=10, deadline=None)
@given(
    spacing=st.tuples(*[st.floats(0.01, 20)] * 3),
    origin=st.tuples(finite, finite, finite),
    direction=st.sampled_from([IDENTITY, ROTATED]),
)
def test_geometry_is_kept_to_the_last_bit(
    tmp_path_factory: pytest.TempPathFactory,
    spacing: tuple[float, ...],
    origin: tuple[float, ...],
    direction: tuple[float, ...],
) -> None:
    folder = tmp_path_factory.mktemp("masks")
    source = write_image(
        folder / "s.mha",
        np.zeros(VOI_SHAPE_ZYX, np.int16),
        spacing=spacing,
        origin=origin,
        direction=direction,
    )
    header = read_header(source)
    with MaskStackWriter(header, folder / "out") as writer:
        writer.write(mask_with((0, 0, 0)))
        written = read_header(writer.commit())
    assert written.geometry == header.geometry


def test_nothing_has_the_final_name_before_the_commit(tmp_path: Path) -> None:
    with MaskStackWriter(header_of(), tmp_path) as writer:
        writer.write(mask_with())
        assert not writer.path.exists()
        writer.commit()
        assert writer.path.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["s.mha"]


def test_leaving_without_a_commit_leaves_nothing(tmp_path: Path) -> None:
    with MaskStackWriter(header_of(), tmp_path) as writer:
        writer.write(mask_with())
    assert list(tmp_path.iterdir()) == []


def test_earlier_file_survives_until_the_commit(tmp_path: Path) -> None:
    (tmp_path / "s.mha").write_bytes(b"earlier")
    with MaskStackWriter(header_of(), tmp_path):
        pass
    assert (tmp_path / "s.mha").read_bytes() == b"earlier"


def test_incomplete_stack_cannot_be_committed(tmp_path: Path) -> None:
    with MaskStackWriter(header_of(n_vois=2), tmp_path) as writer:
        writer.write(mask_with())
        with pytest.raises(ValueError, match="lacks 1 masks"):
            writer.commit()


def test_more_masks_than_vois_are_refused(tmp_path: Path) -> None:
    with MaskStackWriter(header_of(), tmp_path) as writer:
        writer.write(mask_with())
        with pytest.raises(ValueError, match="all its masks"):
            writer.write(mask_with())


@pytest.mark.parametrize(
    "mask",
    [
        np.zeros((1, 256, 256), bool),
        np.full(VOI_SHAPE_ZYX, 2, np.uint8),
        np.zeros(VOI_SHAPE_ZYX, np.float32),
    ],
)
def test_what_is_no_mask_is_refused(tmp_path: Path, mask: npt.NDArray[Any]) -> None:
    with MaskStackWriter(header_of(), tmp_path) as writer, pytest.raises(ValueError, match="mask"):
        writer.write(mask)


def test_output_that_cannot_be_written_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match=r"s\.mha: expected a place that can be written"):
        MaskStackWriter(header_of(), tmp_path / "file")


def test_several_stacks_are_committed_together_or_not_at_all(tmp_path: Path) -> None:
    with (
        MaskStackWriter(header_of("a"), tmp_path) as first,
        MaskStackWriter(header_of("b"), tmp_path) as second,
    ):
        first.write(mask_with())
        second.write(mask_with())
        (tmp_path / "b.mha").mkdir()  # a file cannot take a folder's name
        with pytest.raises(OutputError):
            commit_all([first, second])
    assert [path.name for path in tmp_path.iterdir()] == ["b.mha"]


def write_one(mask: npt.NDArray[Any], folder: Path) -> None:
    with MaskStackWriter(header_of(), folder) as writer:
        writer.write(mask)
        writer.commit()


@contextmanager
def files_no_larger_than(n_bytes: int) -> Iterator[None]:
    """What a full disk does: writing beyond the limit fails, also when a buffer is flushed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


@pytest.mark.parametrize("n_bytes", [100, 100_000])
def test_full_disk_is_an_output_error_and_leaves_nothing(tmp_path: Path, n_bytes: int) -> None:
    noise = np.random.default_rng(0).integers(0, 2, VOI_SHAPE_ZYX).astype(bool)
    with files_no_larger_than(n_bytes), pytest.raises(OutputError, match=r"s\.mha"):
        write_one(noise, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_two_jobs_with_one_folder_and_one_name_do_not_mix(tmp_path: Path) -> None:
    """Each file is wholly one job's: what the last one wrote."""
    first_mask, second_mask = mask_with((1, 1, 1)), mask_with((2, 2, 2), (3, 3, 3))
    with (
        MaskStackWriter(header_of(n_vois=2), tmp_path) as first,
        MaskStackWriter(header_of(n_vois=2), tmp_path) as second,
    ):
        for _ in range(2):
            first.write(first_mask)
            second.write(second_mask)
        first.commit()
        second.commit()
    voxels = sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / "s.mha")))
    assert np.array_equal(voxels.reshape(-1, *VOI_SHAPE_ZYX), [second_mask] * 2)
    assert [path.name for path in tmp_path.iterdir()] == ["s.mha"]


def test_link_where_a_job_once_left_its_part_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"someone else's")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".s.mha.part").symlink_to(elsewhere)
    write_one(mask_with(), tmp_path / "out")
    assert elsewhere.read_bytes() == b"someone else's"


def test_what_lay_there_is_put_back_if_not_all_can_be_committed(tmp_path: Path) -> None:
    (tmp_path / "a.mha").write_bytes(b"earlier")
    with (
        MaskStackWriter(header_of("a"), tmp_path) as first,
        MaskStackWriter(header_of("b"), tmp_path) as second,
    ):
        first.write(mask_with())
        second.write(mask_with())
        (tmp_path / "b.mha").mkdir()
        with pytest.raises(OutputError):
            commit_all([first, second])
    assert (tmp_path / "a.mha").read_bytes() == b"earlier"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mha", "b.mha"]


def test_part_of_a_killed_job_is_swept_by_the_next_of_that_folder(tmp_path: Path) -> None:
    (tmp_path / ".other.mha.0123456789abcdef.part").write_bytes(b"half")
    write_one(mask_with(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["s.mha"]
