"""A preparation as a whole: what the two images and nnU-Net read comes out, and nothing else."""

import csv
import hashlib
import json
import logging
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from synthetic_scans import FIRST, SECOND, mask, nnunet, scan, write

from evaluation.scoring.ground_truth import read_ground_truth
from training.data.prepare import work
from training.data.prepare.manifest import Manifest, read_manifest
from training.data.prepare.options import Options
from training.data.prepare.prepare import prepare
from uls.geometry.cropped import cropped
from uls.geometry.overlap import click_move_zyx, moved_dice
from uls.geometry.voi import CLICK_ZYX, VOI_SHAPE_ZYX, cut_voi
from uls.images.stack import read_vois
from uls.platform.sockets import find_job
from uls.workshop.errors import CallError, InputError

SPACING = (0.75, 0.75, 2.5)


def options(root: Path, output: Path, **changes: object) -> Options:
    chosen = Options(sources=(f"nnunet={root}",), output=output, held_out="none")
    return changed(chosen, **changes)


def changed(chosen: Options, **changes: object) -> Options:
    return Options.model_validate({**dict(chosen), **changes})


def voxels(path: Path) -> np.ndarray:
    return sitk.GetArrayFromImage(sitk.ReadImage(str(path)))


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Manifest]:
    """Two scans with two lesions that are large enough, each clicked twice."""
    folder = tmp_path_factory.mktemp("both")
    root = nnunet(folder / "mine")
    chosen = options(root, folder / "out", kind="both", clicks=2)
    return folder / "out", prepare(chosen)


def test_each_voi_is_what_lies_around_its_click(both: tuple[Path, Manifest]) -> None:
    """The scans lie in RAS already: VOIs can be cut from the arrays."""
    output, manifest = both
    boxes = {1: FIRST, 2: SECOND}  # by their first voxels, x before y before z
    seeds = {"a": 0, "b": 1}
    for lesion in manifest.lesions:
        hu, label = scan(seed=seeds[lesion.case]), mask(lesions=(boxes[lesion.number],))
        assert lesion.voxels == label.sum()
        for voi in lesion.vois:
            assert label[voi.click_zyx] == 1
            image = voxels(output / voi.image)
            assert image.dtype == np.int16
            np.testing.assert_array_equal(image, cut_voi(hu, voi.click_zyx))
            assert image.min() == hu.min() - 1  # the padding
            expected = cut_voi(label, voi.click_zyx, fill=0)
            np.testing.assert_array_equal(voxels(output / voi.label), expected)
    assert len(manifest.lesions) == 4


def test_a_voi_lies_where_it_was_cut(both: tuple[Path, Manifest]) -> None:
    output, manifest = both
    voi = manifest.lesions[0].vois[0]
    image = sitk.ReadImage(str(output / voi.image))
    whole = sitk.ReadImage(str(output.parent / "mine/imagesTr/a_0000.nii.gz"))
    click, centre = voi.click_zyx[::-1], CLICK_ZYX[::-1]
    assert image.TransformIndexToPhysicalPoint(centre) == pytest.approx(
        whole.TransformIndexToPhysicalPoint(click), abs=1e-4
    )
    assert image.GetSpacing() == SPACING


def test_the_algorithm_finds_one_stack_with_its_spacings(both: tuple[Path, Manifest]) -> None:
    output, manifest = both
    (stack,) = find_job(output / "stack/input")
    assert (stack.header.name, stack.header.n_vois) == ("ULS", 8)
    assert stack.header.dtype == np.int16
    assert stack.spacings_mm == (SPACING,) * 8
    files = [output / voi.image for lesion in manifest.lesions for voi in lesion.vois]
    for voi, file in zip(read_vois(stack.header), files, strict=True):
        np.testing.assert_array_equal(voi, voxels(file))


def test_the_evaluation_finds_lesions_and_pairs(both: tuple[Path, Manifest]) -> None:
    output, _ = both
    (truth,) = read_ground_truth(output / "stack/ground-truth")
    assert truth.lesions == (0, 2, 4, 6)
    pairs = [[(pair.a, pair.b) for pair in pairs] for pairs in truth.clicks]
    assert pairs == [[(0, 1)], [(2, 3)], [(4, 5)], [(6, 7)]]
    assert {row.patient for row in truth.rows.values()} == {"mine a", "mine b"}
    assert truth.rows[3].attributes["name"] == "a_lesion_02_sample_1"


def test_the_shifts_bring_the_masks_of_two_clicks_onto_each_other(
    both: tuple[Path, Manifest],
) -> None:
    (truth,) = read_ground_truth(both[0] / "stack/ground-truth")
    masks = [cropped(voi) for voi in read_vois(truth.header)]
    for pair in (pair for pairs in truth.clicks for pair in pairs):
        move = click_move_zyx(pair.shift_mm, truth.spacings_mm[pair.a], shape_zyx=VOI_SHAPE_ZYX)
        assert moved_dice(masks[pair.a], masks[pair.b], move_zyx=move) == 1


def test_nnunet_finds_its_data_set(both: tuple[Path, Manifest]) -> None:
    folder = both[0] / "nnunet/Dataset023_ULS"
    document = json.loads((folder / "dataset.json").read_text())
    assert document["numTraining"] == 8
    images = {path.name for path in (folder / "imagesTr").iterdir()}
    labels = {path.name for path in (folder / "labelsTr").iterdir()}
    assert images == {name.replace(".nii.gz", "_0000.nii.gz") for name in labels}
    assert "b_lesion_01_sample_1.nii.gz" in labels
    assert len(labels) == 8


def test_the_table_has_counts_means_and_deviations(both: tuple[Path, Manifest]) -> None:
    """The evaluation's axes: the lesions are rectangles of 12 × 8 and 7 × 7 pixels.

    Corner to corner the first is √(11² + 7²) = √170, the second 6·√2 = √72 pixels. Of the lines
    across (11, 7) that end on the edge the most perpendicular within 2 degrees is (−4, 6), 1.2
    degrees off and √52 long; those of (6, 6) and (−6, 6) are at a right angle.
    """
    (row,) = both[1].table
    first, second = 170**0.5, 72**0.5
    assert (row.dataset, row.series, row.patients, row.lesions) == ("mine", 2, 2, 4)
    assert row.long_axis_px_mean == pytest.approx((first + second) / 2)
    deviation = (first - second) / 2  # of each of the four from their mean
    assert row.long_axis_px_sd == pytest.approx((4 * deviation**2 / 3) ** 0.5)
    assert row.short_axis_px_mean == pytest.approx((52**0.5 + second) / 2)
    large = both[1].lesions[0]
    assert (large.long_axis_px, large.slice_z) == (pytest.approx(first), FIRST[0].start)
    assert large.ellipse_long_px == pytest.approx(12 * (4 / 3) ** 0.5)  # n·√(4/3) of n pixels
    assert both[1].left_out.lesions == {"long axis under 5 pixels": ("a_lesion_03", "b_lesion_03")}


def test_the_manifest_has_hashes_of_all(both: tuple[Path, Manifest]) -> None:
    output, manifest = both
    assert manifest == read_manifest(output)
    outputs = dict(manifest.outputs)
    for lesion in manifest.lesions:
        for voi in lesion.vois:
            outputs |= {voi.image: voi.image_sha256, voi.label: voi.label_sha256}
    written = [
        path.relative_to(output).as_posix()
        for path in output.rglob("*")
        if path.is_file() and ".work" not in path.parts and path.name != "manifest.json"
    ]
    assert sorted(outputs) == sorted(written)
    for file, expected in outputs.items():
        assert hashlib.sha256((output / file).read_bytes()).hexdigest() == expected
    assert len(manifest.inputs["a"]) == 2


def test_the_same_call_again_does_nothing(
    both: tuple[Path, Manifest], caplog: pytest.LogCaptureFixture
) -> None:
    output, manifest = both
    before = {path: path.stat().st_mtime_ns for path in output.rglob("*.*") if path.is_file()}
    chosen = options(output.parent / "mine", output, kind="both", clicks=2)
    with caplog.at_level(logging.INFO):
        assert prepare(chosen) == manifest
    assert "complete already" in caplog.text
    after = {path: path.stat().st_mtime_ns for path in output.rglob("*.*") if path.is_file()}
    assert {p.name for p in before if after.get(p) != before[p]} <= {"split.json"}


def test_another_call_does_not_touch_what_is_there(both: tuple[Path, Manifest]) -> None:
    output, _ = both
    chosen = options(output.parent / "mine", output, kind="both", clicks=3)
    with pytest.raises(CallError, match=r"found clicks 2, now 3.*--overwrite"):
        prepare(chosen)
    other = output.parent / "something else"
    (other / "photos").mkdir(parents=True)
    with pytest.raises(CallError, match=r"expected an empty folder.*found photos"):
        prepare(changed(chosen, output=other))


@pytest.fixture
def dies_at_b(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Lets a preparation be killed in its second case; lists the cases that were worked on."""
    worked_on: list[str] = []
    real = work.prepare_case

    def mortal(case: work.Case, part: work.Part, plan: work.Plan) -> work.CaseRecord:
        worked_on.append(case.name)
        if worked_on == ["a", "b"]:
            real(case, part, plan)
            plan.record_file(case.name).unlink()  # all is written but the record
            raise KeyboardInterrupt
        return real(case, part, plan)

    monkeypatch.setattr(work, "prepare_case", mortal)
    return worked_on


def test_a_run_that_was_killed_goes_on_and_does_nothing_twice(
    tmp_path: Path, dies_at_b: list[str]
) -> None:
    root = nnunet(tmp_path / "mine", ("a", "b"))
    chosen = options(root, tmp_path / "out", kind="stack")
    with pytest.raises(KeyboardInterrupt):
        prepare(chosen)
    assert not (tmp_path / "out/manifest.json").exists()
    assert not (tmp_path / "out/stack").exists()
    manifest = prepare(chosen)
    assert dies_at_b == ["a", "b", "b"]
    whole = prepare(changed(chosen, output=tmp_path / "whole"))
    assert manifest.lesions == whole.lesions
    for file, expected in whole.outputs.items():
        assert manifest.outputs[file] == expected


def test_a_scan_that_changed_is_made_anew_and_a_new_one_is_added(tmp_path: Path) -> None:
    root = nnunet(tmp_path / "mine", ("a", "b"))
    chosen = options(root, tmp_path / "out")
    first = prepare(chosen)
    write(root / "labelsTr/a.nii.gz", mask(lesions=(FIRST,)))
    write(root / "imagesTr/c_0000.nii.gz", scan(seed=3))
    write(root / "labelsTr/c.nii.gz", mask(lesions=(SECOND,)))
    b = tmp_path / "out/nnunet/Dataset023_ULS/labelsTr/b_lesion_01.nii.gz"
    untouched = b.stat().st_mtime_ns
    second = prepare(chosen)
    assert [lesion.name for lesion in first.lesions] == [
        *("a_lesion_01", "a_lesion_02", "b_lesion_01", "b_lesion_02")
    ]
    names = [lesion.name for lesion in second.lesions]
    assert names == ["a_lesion_01", "b_lesion_01", "b_lesion_02", "c_lesion_01"]
    assert b.stat().st_mtime_ns == untouched
    assert {path.name for path in b.parent.iterdir()} == {f"{name}.nii.gz" for name in names}


@pytest.mark.parametrize("damage", ["gone", "cut short"])
def test_a_voi_that_was_lost_is_made_again_and_no_other(tmp_path: Path, damage: str) -> None:
    root = nnunet(tmp_path / "mine", ("a", "b"))
    chosen = options(root, tmp_path / "out")
    before = prepare(chosen)
    labels = tmp_path / "out/nnunet/Dataset023_ULS/labelsTr"
    untouched = (labels / "b_lesion_01.nii.gz").stat().st_mtime_ns
    lost = labels / "a_lesion_01.nii.gz"
    lost.write_bytes(lost.read_bytes()[:99]) if damage == "cut short" else lost.unlink()
    assert prepare(chosen) == before
    assert hashlib.sha256(lost.read_bytes()).hexdigest() == before.lesions[0].vois[0].label_sha256
    assert (labels / "b_lesion_01.nii.gz").stat().st_mtime_ns == untouched


def test_a_damaged_case_stops_no_other_but_the_end(tmp_path: Path) -> None:
    root = nnunet(tmp_path / "mine", ("a", "b"))
    path = root / "imagesTr/a_0000.nii.gz"
    whole = path.read_bytes()
    path.write_bytes(whole[:-500])
    chosen = options(root, tmp_path / "out")
    with pytest.raises(InputError, match=r"1 of 2 cases failed, the first is a: .*a_0000.*trunc"):
        prepare(chosen)
    assert not (tmp_path / "out/manifest.json").exists()
    assert (tmp_path / "out/.work/cases/b.json").exists()
    manifest = prepare(changed(chosen, skip_damaged=True))
    assert list(manifest.left_out.damaged) == ["a"]
    assert {lesion.case for lesion in manifest.lesions} == {"b"}
    path.write_bytes(whole)
    assert {lesion.case for lesion in prepare(chosen).lesions} == {"a", "b"}


def test_held_out_patients_are_kept_from_training(tmp_path: Path) -> None:
    root = nnunet(tmp_path / "mine", ("a", "b", "c"))
    table = tmp_path / "patients.csv"
    table.write_text("case,patient\na,P\nb,P\nc,Q\n")
    chosen = options(root, tmp_path / "out", held_out="0.5", patients=table)
    manifest = prepare(chosen)
    parts = {lesion.case: lesion.part for lesion in manifest.lesions}
    assert parts["a"] == parts["b"] != parts["c"]
    folder = tmp_path / "out/nnunet/Dataset023_ULS"
    trained = {path.name[0] for path in (folder / "labelsTr").iterdir()}
    held_out = {path.name[0] for path in (folder / "labelsTs").iterdir()}
    assert trained == {case for case, part in parts.items() if part == "train"}
    assert held_out == {case for case, part in parts.items() if part == "held-out"}
    only = prepare(changed(chosen, output=tmp_path / "only", take="held-out", kind="stack"))
    assert {lesion.case for lesion in only.lesions} == held_out


def test_nobody_changes_sides_when_scans_are_added(tmp_path: Path) -> None:
    names = [f"p{i}" for i in range(4)]
    root = nnunet(tmp_path / "mine", names[:2])
    chosen = options(root, tmp_path / "out", held_out="0.5")
    before = {lesion.case: lesion.part for lesion in prepare(chosen).lesions}
    nnunet(root, names)
    after = {lesion.case: lesion.part for lesion in prepare(chosen).lesions}
    assert {name: after[name] for name in names[:2]} == before


def test_several_stacks_are_keyed_by_name_and_lesions_stay_whole(tmp_path: Path) -> None:
    root = nnunet(tmp_path / "mine", ("a", "b"))
    chosen = options(root, tmp_path / "out", kind="stack", clicks=2, largest_stack=5)
    prepare(chosen)
    stacks = read_ground_truth(tmp_path / "out/stack/ground-truth")
    assert [(s.name, s.header.n_vois, s.lesions) for s in stacks] == [
        ("ULS_1", 4, (0, 2)),
        ("ULS_2", 4, (0, 2)),
    ]
    assert [stack.header.name for stack in find_job(tmp_path / "out/stack/input")] == [
        *("ULS_1", "ULS_2")
    ]
    assert not list((tmp_path / "out/.work").rglob("*.nii.gz"))
    with (tmp_path / "out/stack/ground-truth/lesions.csv").open() as file:
        assert [row["voi"] for row in csv.DictReader(file)] == ["0", "1", "2", "3"] * 2


def test_a_lesion_wider_than_a_voi_stays_out_of_a_test_set_only(tmp_path: Path) -> None:
    labels = np.zeros((3, 8, 300), dtype=np.uint8)
    labels[1, 2, 10:267] = 1  # 257 pixels
    labels[1, 6, 10:266] = 1  # 256 pixels
    root = tmp_path / "mine"
    write(root / "imagesTr/wide_0000.nii.gz", labels.astype(np.int16))
    write(root / "labelsTr/wide.nii.gz", labels)
    chosen = options(root, tmp_path / "out", test_set=True)
    manifest = prepare(chosen)
    assert [lesion.name for lesion in manifest.lesions] == ["wide_lesion_02"]
    assert manifest.left_out.lesions == {"wider than a VOI (256 pixels)": ("wide_lesion_01",)}
    training = prepare(changed(chosen, test_set=False, output=tmp_path / "training"))
    assert [lesion.vois[0].cut_off for lesion in training.lesions] == [True, True]


def test_of_lymph_nodes_the_short_axis_must_be_large_enough(tmp_path: Path) -> None:
    """12 × 4 pixels have axes of 13.9 and 4.6, 12 × 8 of 13.9 and 9.2."""
    thin = (slice(8, 9), slice(30, 34), slice(8, 20))
    root = nnunet(tmp_path / "mine", ["a"])
    write(root / "labelsTr/a.nii.gz", mask(lesions=(FIRST, thin)))
    for lesion_type, numbers in (("lymph node", [1]), ("liver", [1, 2])):
        chosen = options(root, tmp_path / lesion_type, lesion_type=lesion_type)
        assert [lesion.number for lesion in prepare(chosen).lesions] == numbers


def test_of_deeplesion3d_only_the_largest_component_counts(tmp_path: Path) -> None:
    root = nnunet(tmp_path / "DeepLesion3D", ["000010_02_02_100"])
    (lesion,) = prepare(options(root, tmp_path / "out")).lesions
    assert (lesion.dataset, lesion.voxels) == ("DeepLesion3D", 288)


def test_what_has_no_partner_is_left_out_and_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    root = nnunet(tmp_path / "mine", ("a", "b"))
    (root / "labelsTr/a.nii.gz").unlink()
    write(root / "labelsTr/z.nii.gz", mask())
    manifest = prepare(options(root, tmp_path / "out"))
    assert [Path(p).name for p in manifest.left_out.images_without_mask] == ["a_0000.nii.gz"]
    assert [Path(p).name for p in manifest.left_out.masks_without_image] == ["z.nii.gz"]
    assert "1 images without a mask" in caplog.text


def test_masks_without_any_lesion_end_with_an_error(tmp_path: Path) -> None:
    root = nnunet(tmp_path / "mine", ("a",))
    write(root / "labelsTr/a.nii.gz", mask(lesions=()))
    with pytest.raises(InputError, match=r"expected at least one lesion.*none in 1 cases"):
        prepare(options(root, tmp_path / "out"))


def test_the_table_of_lesions_has_the_training_group(tmp_path: Path) -> None:
    root = nnunet(tmp_path / "mine", ("a",))
    for lesion_type, group in (("liver", "FSUP"), ("soft tissue", "PSUP"), ("wen", "")):
        output = tmp_path / lesion_type
        manifest = prepare(options(root, output, kind="stack", lesion_type=lesion_type))
        assert {lesion.group for lesion in manifest.lesions} == {group}
        with (output / "stack/ground-truth/lesions.csv").open() as file:
            rows = list(csv.DictReader(file))
        assert {row["group"] for row in rows} == {group}
        (truth,) = read_ground_truth(output / "stack/ground-truth")
        assert {row.attributes["type"] for row in truth.rows.values()} == {lesion_type}


def test_the_parts_of_a_released_data_set_are_the_split(tmp_path: Path) -> None:
    """HCUCH: who lies in its test folder is held out, whatever 10 % would have drawn."""
    root = tmp_path / "HCUCH"
    for part, patient in (("train", 1), ("test", 2), ("test", 3), ("train", 4)):
        folder = root / "thorax" / part
        write(folder / f"images/{patient}_1.2.nii.gz", scan(seed=patient))
        write(folder / f"masks/{patient}_1.2.nii.gz", mask())
        (folder / "labels").mkdir(exist_ok=True)
        (folder / f"labels/{patient}_1.2.json").write_text('{"1": "t,lung"}')
    chosen = Options(sources=(f"hcuch={root}",), output=tmp_path / "out")
    manifest = prepare(chosen)
    parts = {lesion.patient: lesion.part for lesion in manifest.lesions}
    assert parts == {"1": "train", "2": "held-out", "3": "held-out", "4": "train"}
    assert manifest.split == {"HCUCH": "as released: 2 of 4 patients"}


def test_a_folder_of_an_older_version_is_not_gone_on_with(tmp_path: Path) -> None:
    """Its lesions are numbered otherwise, and its lists of lymph nodes were exchanged."""
    root = nnunet(tmp_path / "mine", ("a",))
    chosen = options(root, tmp_path / "out")
    prepare(chosen)
    file = tmp_path / "out/.work/settings.json"
    before = json.loads(file.read_text())
    del before["version"]
    file.write_text(json.dumps(before))
    with pytest.raises(CallError, match=r"found version None, now 2.*--overwrite"):
        prepare(chosen)


def test_a_case_of_two_patients_is_refused(tmp_path: Path) -> None:
    """The last row would win, and a patient might be in both parts."""
    root = nnunet(tmp_path / "mine", ("a", "b"))
    table = tmp_path / "patients.csv"
    table.write_text("case,patient\na,P\nb,Q\na, Q\n")
    with pytest.raises(InputError, match="expected one patient a case, found 'P' and 'Q' for 'a'"):
        prepare(options(root, tmp_path / "out", patients=table))
    table.write_text("case,patient\na,P\nb,Q\na, P \n")
    lesions = prepare(options(root, tmp_path / "out", patients=table)).lesions
    assert {lesion.patient for lesion in lesions} == {"P", "Q"}


def test_what_a_system_left_in_the_output_folder_is_nobodys_work(tmp_path: Path) -> None:
    root = nnunet(tmp_path / "mine", ("a",))
    (tmp_path / "out").mkdir()
    for name in (".DS_Store", "Thumbs.db", "._x"):
        (tmp_path / "out" / name).touch()
    assert prepare(options(root, tmp_path / "out")).lesions
