import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import SimpleITK as sitk
from synthetic_stacks import SPACING_MM, voi_with_cube, write_image, write_job

from algorithm.inference.boxes import Box
from algorithm.inference.mirroring import Mirroring
from algorithm.job.inputs import find_stacks
from algorithm.job.job import run_job
from algorithm.job.options import JobOptions
from uls.geometry.voi import Spacing
from uls.platform.slugs import MASK_FOLDER, STACK_FOLDER
from uls.workshop.errors import CallError, InputError, OutputError


class Threshold:
    """A fake model: what is above 0 HU is lesion. Remembers what it was asked for."""

    def __init__(self, fail_at: int | None = None, *, takes_boxes: bool = False) -> None:
        self.mirrors: list[int] = []
        self.spacings: list[Spacing] = []
        self.boxes: list[Box | None] = []
        self.fail_at = fail_at
        self.takes_boxes = takes_boxes

    def predict(
        self,
        voi_hu: npt.NDArray[Any],
        *,
        spacing_mm: Spacing,
        mirror: int | Mirroring = 0,
        box: Box | None = None,
    ) -> npt.NDArray[np.float32]:
        if len(self.mirrors) == self.fail_at:
            raise RuntimeError("the network failed")
        self.mirrors.append(mirror if isinstance(mirror, int) else mirror.most)
        self.spacings.append(spacing_mm)
        self.boxes.append(box)
        return voi_hu.astype(np.float32)

    def warm_up(self) -> None:
        pass

    def patches_per_pass(self) -> int | None:
        return None

    def passes(self, mirror: int) -> int:
        return max(1, mirror)


def files_under(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def options_for(tmp_path: Path, **options: Any) -> JobOptions:
    return JobOptions(input_folder=tmp_path / "in", output_folder=tmp_path / "out", **options)


def test_mask_has_the_clicked_cube_and_the_stacks_geometry(tmp_path: Path) -> None:
    voi = voi_with_cube(half=2)
    voi[0, 0, 0] = 100  # another lesion, not clicked
    write_job(tmp_path / "in", {"s.mha": np.concatenate([voi, voi_with_cube(half=1)])})
    options = options_for(tmp_path)
    stack_path = tmp_path / "in" / STACK_FOLDER / "s.mha"
    spacing, origin, direction = (0.7, 0.7, 3.0), (1.0, -2.0, 5.5), (0.0, 1, 0, 1, 0, 0, 0, 0, -1)
    voxels = sitk.GetArrayFromImage(sitk.ReadImage(str(stack_path)))
    write_image(stack_path, voxels, spacing=spacing, origin=origin, direction=direction)

    (outcome,) = run_job(Threshold(), options)

    image = sitk.ReadImage(str(tmp_path / "out" / MASK_FOLDER / "s.mha"))
    mask = sitk.GetArrayFromImage(image)
    assert mask.dtype == np.uint8
    assert mask.sum() == 5**3 + 3**3
    assert mask[62:67, 126:131, 126:131].all()
    assert (image.GetSpacing(), image.GetOrigin()) == (spacing, origin)
    assert image.GetDirection() == direction
    assert [voi.voxels for voi in outcome.vois] == [125, 27]
    assert outcome.vois[0].n_components == 2
    assert outcome.vois[0].volume_ml == pytest.approx(125 * np.prod(SPACING_MM) / 1000)


@pytest.mark.parametrize("file_name", ["s.mhd", "s.nii.gz"])
def test_every_format_gives_a_mask_of_the_same_name(tmp_path: Path, file_name: str) -> None:
    write_job(tmp_path / "in", {file_name: voi_with_cube()})
    run_job(Threshold(), options_for(tmp_path))
    assert files_under(tmp_path / "out") == [f"{MASK_FOLDER}/s.mha"]


def test_each_stack_gets_a_file_of_its_name(tmp_path: Path) -> None:
    write_job(tmp_path / "in", {"a.mha": voi_with_cube(), "b.mha": voi_with_cube(half=0)})
    run_job(Threshold(), options_for(tmp_path))
    masks = {
        name: sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / "out" / name))).sum()
        for name in files_under(tmp_path / "out")
    }
    assert masks == {f"{MASK_FOLDER}/a.mha": 125, f"{MASK_FOLDER}/b.mha": 1}


def test_one_image_rule_refuses_several_stacks_before_anything_is_done(tmp_path: Path) -> None:
    write_job(tmp_path / "in", {"a.mha": voi_with_cube(), "b.mha": voi_with_cube()})
    with pytest.raises(InputError, match=r"one stack .* found 2: a\.mha, b\.mha"):
        find_stacks(options_for(tmp_path, one_image=True))


def test_missed_click_is_a_warning_and_an_empty_mask(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    voi = voi_with_cube(value=-1000)
    voi[0, 0, 0] = 100
    write_job(tmp_path / "in", {"s.mha": voi})
    (outcome,) = run_job(Threshold(), options_for(tmp_path))
    assert outcome.vois[0].voxels == 0
    assert "VOI 1 of 1: no lesion at the click" in caplog.text
    assert "1 of 1 masks are empty" in caplog.text


def test_failing_network_leaves_no_file(tmp_path: Path) -> None:
    write_job(tmp_path / "in", {"s.mha": np.concatenate([voi_with_cube()] * 2)})
    with pytest.raises(RuntimeError, match="the network failed"):
        run_job(Threshold(fail_at=1), options_for(tmp_path))
    assert files_under(tmp_path / "out") == []


def test_damage_that_shows_late_leaves_no_file_of_any_stack(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(-100, 0, (128, 256, 256)).astype(np.int16)
    write_job(tmp_path / "in", {"a.mha": voi_with_cube(), "b.nii.gz": noise})
    damaged = tmp_path / "in" / STACK_FOLDER / "b.nii.gz"
    damaged.write_bytes(damaged.read_bytes()[:-5000])
    with pytest.raises(InputError, match=r"b\.nii\.gz"):
        run_job(Threshold(), options_for(tmp_path))
    assert files_under(tmp_path / "out") == []


def test_nan_in_a_later_voi_leaves_no_file(tmp_path: Path) -> None:
    stack = np.concatenate([voi_with_cube()] * 2).astype(np.float32)
    stack[130, 0, 0] = np.nan
    write_job(tmp_path / "in", {"s.mha": stack})
    with pytest.raises(InputError, match="VOI 1"):
        run_job(Threshold(), options_for(tmp_path))
    assert files_under(tmp_path / "out") == []


def test_earlier_result_survives_a_failed_job_and_is_called_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    earlier = tmp_path / "out" / MASK_FOLDER / "s.mha"
    earlier.parent.mkdir(parents=True)
    earlier.write_bytes(b"earlier")
    write_job(tmp_path / "in", {"s.mha": voi_with_cube()})
    with pytest.raises(RuntimeError):
        run_job(Threshold(fail_at=0), options_for(tmp_path))
    assert earlier.read_bytes() == b"earlier"
    assert f"{earlier} is an earlier job's" in caplog.text


def test_unwritable_output_is_told_before_the_first_voi(tmp_path: Path) -> None:
    write_job(tmp_path / "in", {"s.mha": voi_with_cube()})
    (tmp_path / "out").write_bytes(b"a file where a folder is expected")
    model = Threshold()
    with pytest.raises(OutputError, match="a place that can be written"):
        run_job(model, options_for(tmp_path))
    assert model.mirrors == []


def test_mirroring_asked_for_is_what_every_voi_gets(tmp_path: Path) -> None:
    write_job(tmp_path / "in", {"s.mha": np.concatenate([voi_with_cube()] * 2)})
    model = Threshold()
    run_job(model, options_for(tmp_path, mirror=4))
    assert model.mirrors == [4, 4]


def test_unsigned_stack_is_segmented_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_job(tmp_path / "in", {"s.mha": voi_with_cube(background=0).astype(np.uint16)})
    run_job(Threshold(), options_for(tmp_path))
    assert "holds no negative numbers" in caplog.text


def test_every_voi_comes_with_its_own_spacing(tmp_path: Path) -> None:
    spacings = [[0.5, 0.75, 2.0], [1.0, 1.0, 5.0]]
    stack = np.concatenate([voi_with_cube()] * 2)
    write_job(tmp_path / "in", {"s.mha": stack}, spacings=spacings)
    model = Threshold()
    run_job(model, options_for(tmp_path))
    assert model.spacings == [(0.5, 0.75, 2.0), (1.0, 1.0, 5.0)]


def test_boxes_reach_the_model_and_a_box_beside_the_click_says_what_is_clicked(
    tmp_path: Path,
) -> None:
    voi = voi_with_cube(half=1)
    voi[10:14, 20:24, 30:34] = 100  # 64 voxels, far from the click
    write_job(tmp_path / "in", {"s.mha": np.concatenate([voi] * 3)})
    around_click, beside = [60, 120, 120, 70, 140, 140], [9, 19, 29, 15, 25, 35]
    boxes_file = tmp_path / "boxes.json"
    boxes_file.write_text(json.dumps([None, around_click, beside]))
    model = Threshold(takes_boxes=True)
    (outcome,) = run_job(model, options_for(tmp_path, boxes_file=boxes_file))
    assert model.boxes == [
        None,
        Box((60, 120, 120), (70, 140, 140)),
        Box((9, 19, 29), (15, 25, 35)),
    ]
    assert [voi.voxels for voi in outcome.vois] == [27, 27, 64]


def test_a_model_that_takes_no_boxes_refuses_them_before_the_first_voi(tmp_path: Path) -> None:
    write_job(tmp_path / "in", {"s.mha": voi_with_cube()})
    model = Threshold()
    options = options_for(tmp_path, box=Box((60, 120, 120), (70, 140, 140)))
    with pytest.raises(CallError, match="a model that takes boxes"):
        run_job(model, options)
    assert model.mirrors == []
    assert files_under(tmp_path / "out") == []


def test_a_box_and_a_file_of_boxes_exclude_each_other(tmp_path: Path) -> None:
    write_job(tmp_path / "in", {"s.mha": voi_with_cube()})
    options = options_for(
        tmp_path, box=Box((0, 0, 0), (1, 1, 1)), boxes_file=tmp_path / "boxes.json"
    )
    with pytest.raises(CallError, match="one of the two, found both"):
        run_job(Threshold(takes_boxes=True), options)
