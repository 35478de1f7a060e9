"""Readers: each on a small folder in its layout, down to the lesions in the scans."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from synthetic_scans import (
    FIRST,
    LPS,
    SECOND,
    SHAPE,
    SMALL,
    deeplesion,
    deeplesion_row,
    mask,
    msd,
    nnunet,
    scan,
    write,
    write_table,
    zipped,
)

from training.data.cases.case import Case, Found
from training.data.cases.measured import dicom_windows
from training.data.prepare.plan import Plan
from training.data.prepare.scan import Lesion, read_scan
from training.data.readers import READERS, Source
from training.data.readers.datasets import recognise
from uls.geometry.voi import CLICK_ZYX, VOI_SHAPE_ZYX
from uls.workshop.errors import CallError, InputError


def find(reader: str, root: Path, **said: object) -> Found:
    return READERS[reader].find(Source(root, **said))  # type: ignore[arg-type]


def lesions_of(case: Case) -> Sequence[Lesion]:
    plan = Plan(output=Path("unused"), dataset_folder=None, recipe=None)
    return read_scan(case, plan).lesions


def summary(case: Case) -> list[tuple[int, str, int]]:
    return [
        (lesion.number, lesion.lesion_class.lesion_type, lesion.mask.n_voxels)
        for lesion in lesions_of(case)
    ]


SIZES = (3 * 8 * 12, 2 * 7 * 7, 2 * 3)
"""Voxels of FIRST, SECOND and SMALL."""


def test_nnunet(tmp_path: Path) -> None:
    found = find("nnunet", nnunet(tmp_path / "Dataset007_Mine"))
    assert [(c.name, c.dataset, c.challenge_number) for c in found.cases] == [
        ("a", "Mine", None),
        ("b", "Mine", None),
    ]
    assert summary(found.cases[0]) == [(1, "lesion", 288), (2, "lesion", 98), (3, "lesion", 6)]


@pytest.mark.parametrize(
    ("folder", "case", "labels", "value", "expected"),
    [
        ("Task06_Lung", "lung_014", {"0": "background", "1": "cancer"}, 1, "MDSC-Lung"),
        ("Task10_Colon", "colon_007", {"0": "background", "1": "cancer"}, 1, "MDSC-Colon"),
        (
            *("Task07_Pancreas", "pancreas_005"),
            *({"0": "background", "1": "pancreas", "2": "cancer"}, 2, "MDSC-Pancreas"),
        ),
    ],
)
def test_the_decathlons_tasks_are_known(
    tmp_path: Path, folder: str, case: str, labels: dict[str, str], *, value: int, expected: str
) -> None:
    (found,) = find("nnunet", msd(tmp_path / folder, [case], labels, value=value)).cases
    assert (found.name, found.dataset) == (case, expected)
    assert found.challenge_number == int(case[-3:])
    lesion_type = expected.removeprefix("MDSC-").lower()
    assert [row[1:] for row in summary(found)] == [(lesion_type, n) for n in (288, 98, 6)]


def test_nnunet_by_a_label_named_tumour_or_as_the_caller_says(tmp_path: Path) -> None:
    labels = {"0": "background", "1": "organ", "2": "Tumour"}
    root = msd(tmp_path / "ours", ["a"], labels, value=2)
    (case,) = find("nnunet", root).cases
    assert case.classes[0].values == (2,)
    (case,) = find("nnunet", root, values=(1,), lesion_type="lymph node").cases
    assert (case.classes[0].values, case.classes[0].limit) == ((1,), "short")
    (root / "dataset.json").write_text(json.dumps({"labels": {"liver": 1, "spleen": 2}}))
    with pytest.raises(CallError, match=r"found liver = 1, spleen = 2.*--label"):
        find("nnunet", root)


def test_nnunet_of_two_channels_is_no_ct(tmp_path: Path) -> None:
    root = nnunet(tmp_path / "x", ["a"])
    (root / "imagesTr/a_0001.nii.gz").touch()
    with pytest.raises(InputError, match="expected CT alone"):
        find("nnunet", root)


@pytest.mark.parametrize("masks", ["aggregated_MAJ_seg.nii.gz", "segmentation.nii.gz"])
def test_kits(tmp_path: Path, masks: str) -> None:
    for number in (3, 12):
        folder = tmp_path / "data" / f"case_{number:05d}"
        write(folder / "imaging.nii.gz", scan(), direction=LPS)
        write(folder / masks, mask(value=2) + mask(lesions=(), value=1), direction=LPS)
    (tmp_path / "data/case_00099").mkdir()
    write(tmp_path / "data/case_00099/imaging.nii.gz", scan())
    found = find("kits", tmp_path)
    assert [(c.name, c.dataset, c.challenge_number) for c in found.cases] == [
        ("kidney21_case_00003", "KiTS21", 3),
        ("kidney21_case_00012", "KiTS21", 12),
    ]
    assert [path.parent.name for path in found.without_mask] == ["case_00099"]
    assert sorted(size for _, _, size in summary(found.cases[0])) == sorted(SIZES)


def test_lits(tmp_path: Path) -> None:
    for number in (4, 110):
        write(tmp_path / "Training Batch 1" / f"volume-{number}.nii", scan())
        write(tmp_path / "Training Batch 2" / f"segmentation-{number}.nii", mask(value=2))
    found = find("lits", tmp_path)
    numbers = {case.name: case.challenge_number for case in found.cases}
    assert numbers == {"liver_4": 4, "liver_110": 110}
    assert summary(found.cases[0])[0] == (1, "liver", 288)


def test_nih_ln(tmp_path: Path) -> None:
    """Nodes are numbered: two that touch stay two, and their short axis is what counts."""
    touching = (FIRST, (slice(3, 6), slice(18, 24), slice(8, 20)))
    for region in ("ABD", "MED"):
        name = f"{region}_LYMPH_007"
        write(tmp_path / "images" / f"{name}.nii.gz", scan())
        labels = mask(lesions=touching, numbered=True)
        write(tmp_path / "masks" / name / f"{name}_mask.nii.gz", labels)
    found = find("nih-ln", tmp_path)
    assert [(c.dataset, c.challenge_number) for c in found.cases] == [
        *(("NIH-LN-ABD", 7), ("NIH-LN-MED", 7))
    ]
    assert summary(found.cases[1]) == [(1, "lymph node", 288), (2, "lymph node", 3 * 6 * 12)]
    assert found.cases[0].classes[0].limit == "short"


def test_lidc_and_lndb_as_pairs_of_files(tmp_path: Path) -> None:
    write(tmp_path / "lidc/images/LIDC-IDRI-0003.nii.gz", scan())
    write(tmp_path / "lidc/masks/LIDC-IDRI-0003.nii.gz", mask())
    write(tmp_path / "uls/imagesTr/lidcidri_3.nii.gz", scan())
    write(tmp_path / "uls/labelsTr/lidcidri_3.nii.gz", mask())
    write(tmp_path / "lndb/LNDb-0005.mhd", scan())
    write(tmp_path / "lndb/LNDb-0005_mask.mhd", mask())
    (original,) = find("lidc", tmp_path / "lidc").cases
    (renumbered,) = find("lidc", tmp_path / "uls").cases
    (lndb,) = find("lndb", tmp_path / "lndb").cases
    assert (original.dataset, original.challenge_number) == ("LIDC-IDRI", None)
    assert renumbered.challenge_number == 3
    assert (lndb.name, lndb.challenge_number) == ("LNDb-0005", 5)
    assert summary(lndb) == [(1, "lung", 288), (2, "lung", 98), (3, "lung", 6)]


def test_anybodys_pairs(tmp_path: Path) -> None:
    write(tmp_path / "P1/ct.nii.gz", scan())
    write(tmp_path / "a_image.nrrd", scan())
    write(tmp_path / "a_label.nrrd", mask(numbered=True))
    (case,) = find("pairs", tmp_path, instances=True, lesion_type="liver", dataset="Ours").cases
    assert (case.name, case.dataset) == ("a", "Ours")
    assert summary(case) == [(1, "liver", 288), (2, "liver", 98), (3, "liver", 6)]


def voi(path: Path, *, lesion: bool, direction: Sequence[float] | None = None) -> Path:
    voxels = np.zeros(VOI_SHAPE_ZYX, dtype=np.uint8)
    voxels[64, 127:130, 126:130] = 1
    values = voxels if lesion else voxels.astype(np.int16) * 50
    return write(path, values, **({"direction": direction} if direction else {}))


def test_uls23_archives_with_zipped_labels_in_a_tree_of_their_own(tmp_path: Path) -> None:
    images, labels = tmp_path / "archive", tmp_path / "annotations"
    bone = "novel_data/ULS23_Radboudumc_Bone"
    voi(images / bone / "images/bone_00030_lesion_02.nii.gz", lesion=False)
    zipped(voi(labels / bone / "labels/bone_00030_lesion_02.nii.gz", lesion=True))
    for name in ("lidcidri_3_lesion_01_sample_0", "lidcidri_3_lesion_01_sample_1"):
        (images / "LIDC-IDRI/images").mkdir(parents=True, exist_ok=True)
        (images / f"LIDC-IDRI/images/{name}.nii.gz").touch()
        (labels / "LIDC-IDRI/labels").mkdir(parents=True, exist_ok=True)
        (labels / f"LIDC-IDRI/labels/{name}.nii.gz.zip").touch()
    (images / "CCC18/images").mkdir(parents=True)
    (images / "CCC18/images/ccc18_0000_sample_0.nii.gz").touch()
    (labels / "CCC18/labels_grabcut").mkdir(parents=True)
    (labels / "CCC18/labels_grabcut/ccc18_0000_sample_0.nii.gz.zip").touch()
    found = find("uls23", images, labels=labels)
    assert [(c.name, c.series, c.dataset, c.challenge_number) for c in found.cases] == [
        ("ccc18_0000_lesion_01", "ccc18_0000", "CCC18", 0),
        ("lidcidri_3_lesion_01", "lidcidri_3", "LIDC-IDRI", 3),
        ("bone_00030_lesion_02", "bone_00030", "Radboudumc-Bone", 30),
    ]
    assert found.skipped == {"further samples of a lesion": 1}
    (lesion,) = lesions_of(found.cases[2])
    assert (lesion.number, lesion.lesion_class.lesion_type) == (2, "bone")
    assert (lesion.mask.n_voxels, lesion.click_zyx) == (12, CLICK_ZYX)


def test_the_click_of_a_released_voi_is_its_centre_voxel_however_it_is_turned(
    tmp_path: Path,
) -> None:
    """x and y are reversed: voxel 128 of 256 becomes 127."""
    voi(tmp_path / "LiTS/images/lits_1_lesion_01.nii.gz", lesion=False, direction=LPS)
    voi(tmp_path / "LiTS/labels/lits_1_lesion_01.nii.gz", lesion=True, direction=LPS)
    (lesion,) = lesions_of(find("uls23", tmp_path).cases[0])
    assert lesion.click_zyx == (64, 127, 127)
    assert lesion.mask.holds((64, 127, 127))


def test_uls23_names_two_data_sets_vois_apart_and_knows_deeplesions_patients(
    tmp_path: Path,
) -> None:
    for folder in ("DeepLesion", "ULS23_DeepLesion3D"):
        for kind in ("images", "labels"):
            (tmp_path / folder / kind).mkdir(parents=True)
            (tmp_path / folder / kind / "000102_02_02_376_lesion_01.nii.gz").touch()
    cases = find("uls23", tmp_path).cases
    assert {(c.name, c.dataset) for c in cases} == {
        ("DeepLesion_000102_02_02_376_lesion_01", "DeepLesion"),
        ("DeepLesion3D_000102_02_02_376_lesion_01", "DeepLesion3D"),
    }
    assert {(c.patient, c.challenge_number) for c in cases} == {("000102", 102)}


def test_hcuch(tmp_path: Path) -> None:
    """Values 1 and 2 are of one category and touch: one lesion. The adenopathy is too small."""
    stem, folder = "007_1.2.840.99", tmp_path / "images/abdomen/train"
    labels = np.zeros(SHAPE, dtype=np.uint8)
    labels[FIRST] = 1
    labels[3:6, 18:20, 8:20] = 2
    labels[SECOND] = 3
    labels[SMALL] = 3
    write(folder / f"images/{stem}.nii.gz", scan())
    write(folder / f"masks/{stem}.nii.gz", labels)
    (folder / "labels").mkdir()
    file = folder / f"labels/{stem}.json"
    file.write_text(json.dumps({"1": "m,liver", "2": "m,liver", "3": "n,mediastinum"}))
    (case,) = find("hcuch", tmp_path).cases
    assert (case.patient, case.dataset) == ("007", "HCUCH")
    assert case.attributes == {"region": "abdomen", "subset": "train"}
    assert case.released_part == "train"
    assert summary(case) == [
        (1, "adenopathy, mediastinum", 98),
        (2, "metastasis, liver", 288 + 3 * 2 * 12),
    ]
    assert [c.limit for c in case.classes] == ["short", "long"]
    file.write_text('{"1": "m,liver", "2": "m,liver"}')
    with pytest.raises(InputError, match=r"labels declare: 0, 1, 2, found also 3"):
        lesions_of(find("hcuch", tmp_path).cases[0])
    file.write_text('{"1": "liver"}')
    with pytest.raises(InputError, match=r'expected a label such as "m,liver"'):
        find("hcuch", tmp_path)


def test_deeplesion(tmp_path: Path) -> None:
    """Rows go back and slices to the feet: FIRST's slice 4 of 9 is slice 4 from the feet, too."""
    noisy = deeplesion_row("000002_01_01_104.png", Possibly_noisy="1")
    absent = deeplesion_row("000009_01_01_104.png")
    rows = [deeplesion_row(), deeplesion_row(Coarse_lesion_type="-1"), noisy]
    root = deeplesion(tmp_path, rows)
    write_table(root / "DL_info.csv", [*rows, absent])
    found = find("deeplesion", root)
    (case,) = found.cases
    assert (case.name, case.patient, case.challenge_number) == ("000001_01_01_104", "000001", 1)
    assert found.skipped == {"possibly noisy": 1}
    assert found.without_image == ("000009_01_01_104.png",)
    first, second = lesions_of(case)
    assert (first.lesion_class.lesion_type, second.lesion_class.lesion_type) == ("liver", "various")
    assert first.mask.corner_zyx[0] == 4
    assert first.mask.voxels.shape == (1, 8, 12)
    y, x = first.mask.corner_zyx[1:]
    assert (y, x) == (SHAPE[1] - 18, SHAPE[2] - 20)  # rows and columns are reversed
    assert first.measured is not None
    assert (first.measured.long_px, first.measured.short_px) == (11, 7)
    assert first.measured.long_mm == pytest.approx(8.8)
    assert case.measurements[0].windows_hu == ((-100, 200),)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("Measurement_coordinates", "1, 2, 3", "expected 8 numbers"),
        ("DICOM_windows", "", "expected pairs of numbers"),
        ("Slice_range", "105, 108", "expected a slice of its range, found slice 104 outside"),
        ("File_name", "one.png", r"expected names such as 000001_01_01_109\.png"),
    ],
)
def test_deeplesions_table_says_where_it_is_wrong(
    tmp_path: Path, column: str, value: str, message: str
) -> None:
    root = deeplesion(tmp_path, [deeplesion_row()])
    write_table(root / "DL_info.csv", [deeplesion_row(**{column: value})])
    with pytest.raises(InputError, match=message):
        find("deeplesion", root)


def ccc18_row(name: str, **changes: str) -> dict[str, str]:
    long = {"LongAxis.point1.x": "8", "LongAxis.point1.y": "14"}
    long |= {"LongAxis.point2.x": "19", "LongAxis.point2.y": "14"}
    short = {key.replace("Long", "Short"): value for key, value in long.items()}
    short |= {"ShortAxis.point1.x": "13", "ShortAxis.point2.x": "13"}
    short |= {"ShortAxis.point1.y": "10", "ShortAxis.point2.y": "17"}
    return {"name": name, **long, **short, **changes}


def test_ccc18_by_the_slice_number_and_by_the_slices_dicom_file(tmp_path: Path) -> None:
    write(tmp_path / "imagesTr/numbered.nii.gz", scan(), direction=LPS)
    write(tmp_path / "imagesTr/dicom.nii.gz", scan(), direction=LPS, origin=(0, 0, 100))
    slice_image = sitk.GetImageFromArray(scan()[5:6])
    slice_image.SetOrigin((0, 0, 100 + 5 * 2.5))
    slice_image.SetMetaData("0008|0016", "1.2.840.10008.5.1.4.1.1.2")  # CT Image Storage
    slice_image.SetMetaData("0008|0060", "CT")
    slice_image.SetMetaData("0028|1050", "40\\-600")
    slice_image.SetMetaData("0028|1051", "400\\1500")
    (tmp_path / "dicoms").mkdir()
    sitk.WriteImage(slice_image, str(tmp_path / "dicoms/dicom.dcm"))
    rows = [ccc18_row("numbered/", z="3"), ccc18_row("dicom/", z="")]
    write_table(tmp_path / "annotations.csv", [*rows, ccc18_row("absent/", z="1")])
    found = find("ccc18", tmp_path)
    assert found.without_image == ("absent",)
    by_dicom, by_number = found.cases
    (lesion,) = lesions_of(by_number)
    assert lesion.mask.corner_zyx == (3, SHAPE[1] - 18, SHAPE[2] - 20)
    (lesion,) = lesions_of(by_dicom)
    assert lesion.mask.corner_zyx[0] == 5
    assert dicom_windows(by_dicom.measurements[0]) == ((-160, 240), (-1350, 150))


def test_ccc18_without_any_word_of_the_slice(tmp_path: Path) -> None:
    write(tmp_path / "imagesTr/a.nii.gz", scan())
    write_table(tmp_path / "annotations.csv", [ccc18_row("a")])
    with pytest.raises(InputError, match="expected the measured slice"):
        find("ccc18", tmp_path)
    write_table(tmp_path / "annotations.csv", [ccc18_row("a", z="12")])
    (case,) = find("ccc18", tmp_path).cases
    with pytest.raises(InputError, match="expected one of its scan's 12 slices, found slice 12"):
        lesions_of(case)


@pytest.mark.parametrize("name", sorted(READERS))
def test_an_empty_folder_is_told_from_a_data_set(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"expected|no file"):
        find(name, tmp_path)


def test_two_files_of_one_case_are_refused(tmp_path: Path) -> None:
    for folder in ("x", "y"):
        write(tmp_path / folder / "volume-1.nii", scan())
    with pytest.raises(InputError, match=r"expected one file a case.*'1' as well"):
        find("lits", tmp_path)


@pytest.mark.parametrize(
    ("name", "dataset"),
    [
        ("kits21", "KiTS21"),
        ("LiTS", "LiTS"),
        ("NIH_LN_ABD", "NIH-LN-ABD"),
        ("NIH_LN_MED", "NIH-LN-MED"),
        ("LIDC-IDRI", "LIDC-IDRI"),
        ("LNDb", "LNDb"),
        ("MDSC_Task06_Lung", "MDSC-Lung"),
        ("MDSC_Task07_Pancreas", "MDSC-Pancreas"),
        ("MDSC_Task10_Colon", "MDSC-Colon"),
        ("ULS23_Radboudumc_Bone", "Radboudumc-Bone"),
        ("ULS23_Radboudumc_Pancreas", "Radboudumc-Pancreas"),
        ("ULS23_DeepLesion3D", "DeepLesion3D"),
        ("DeepLesion", "DeepLesion"),
        ("CCC18", "CCC18"),
    ],
)
def test_the_archives_folders_are_known(name: str, dataset: str) -> None:
    known = recognise(name)
    assert known is not None
    assert known.name == dataset


@pytest.mark.parametrize(
    "name",
    [
        *("Dataset023_ULS", "splits", "Deliverance", "litschel", "Liver", "Lung", "Pancreas"),
        *("Colon", "toolkits", "kits", "mykits21", "Task06_Lungs", "Dataset006_Lung", "bonect2"),
        *("deeplesion3dx", "NIH_LN_ABDX", "my lidcx"),
    ],
)
def test_part_of_a_word_and_an_organ_alone_name_no_data_set(name: str) -> None:
    assert recognise(name) is None


def put(root: Path, image: str, label: str) -> None:
    write(root / image, scan())
    write(root / label, mask())


@pytest.mark.parametrize(
    ("files", "names"),
    [
        ([("Images/a.nii.gz", "Labels/a.nii.gz")], ["a"]),
        ([("P1/ct.nii.gz", "P1/mask.nii.gz"), ("P2/ct.nii.gz", "P2/mask.nii.gz")], ["P1", "P2"]),
        ([("P1/CT.nii.gz", "P1/Segmentation.nii.gz")], ["P1"]),
        ([("P1/P1.nii.gz", "P1/P1_tumours.nii.gz")], ["P1"]),
        (
            [("P1/images/x.nii.gz", "P1/masks/x.nii.gz"), ("P2/images/x.nii.gz", "P2/gt/x.nii.gz")],
            ["P1_x", "P2_x"],
        ),
        ([("P1/2020/ct.nii.gz", "P1/2020/seg.nii.gz")], ["P1_2020"]),
        ([("imagesTr/a_0000.nii.gz", "labelsTr/a.nii.gz")], ["a"]),
        ([("volume/a.nrrd", "segmentation/a.nrrd")], ["a"]),
    ],
)
def test_layouts_that_nearly_fit_are_read(
    tmp_path: Path, files: list[tuple[str, str]], names: list[str]
) -> None:
    for image, label in files:
        put(tmp_path, image, label)
    found = find("pairs", tmp_path)
    assert [case.name for case in found.cases] == names
    assert (found.without_mask, found.without_image) == ((), ())
    for case, (image, label) in zip(found.cases, files, strict=True):
        assert (case.image, case.mask) == (tmp_path / image, tmp_path / label)


def test_an_image_with_a_mask_of_the_same_name_has_no_channel_number(tmp_path: Path) -> None:
    """`patient_0007` is a name, not channel 7 of `patient`."""
    put(tmp_path, "imagesTr/patient_0007.nii.gz", "labelsTr/patient_0007.nii.gz")
    put(tmp_path, "imagesTr/b_0000.nii.gz", "labelsTr/b.nii.gz")
    assert [case.name for case in find("nnunet", tmp_path).cases] == ["b", "patient_0007"]


@pytest.mark.parametrize(
    ("reader", "files", "shown"),
    [
        ("nnunet", ("Images/a.nii.gz", "Labels/a.nii.gz"), r"but Images/, Labels/.*pairs=FOLDER"),
        ("lits", ("ct/a.nii.gz", "seg/a.nii.gz"), r"no pair among them \(ct/a\.nii\.gz, seg/a"),
        ("kits", ("P1/imaging.nii.gz", "P1/segmentation.nii.gz"), r"\(P1/imaging\.nii\.gz"),
        (
            *("pairs", ("s0001/ct.nii.gz", "s0001/segmentations/liver.nii.gz")),
            r"one mask a scan, found 1 images and 1 masks.*s0001/segmentations/liver\.nii\.gz",
        ),
        ("hcuch", ("thorax/images/a.nii.gz", "thorax/mask/a.nii.gz"), r"1 images and 0 masks"),
        ("uls23", ("LiTS/CT/a.nii.gz", "LiTS/labels/a.nii.gz"), r"LiTS/CT/a\.nii\.gz"),
    ],
)
def test_layouts_that_do_not_fit_are_shown_beside_what_was_expected(
    tmp_path: Path, reader: str, files: tuple[str, str], shown: str
) -> None:
    put(tmp_path, *files)
    with pytest.raises(InputError, match=rf"expected the layout of '{reader}'.*{shown}"):
        find(reader, tmp_path)


def test_the_caller_may_name_the_data_set_that_pairs_are_of(tmp_path: Path) -> None:
    write(tmp_path / "images/liver_4.nii.gz", scan())
    write(tmp_path / "masks/liver_4.nii.gz", mask(value=2))
    (case,) = find("pairs", tmp_path).cases
    assert (case.dataset, case.challenge_number) == (tmp_path.name, None)
    (case,) = find("pairs", tmp_path, dataset="LITS").cases
    assert (case.dataset, case.challenge_number) == ("LiTS", 4)
    assert summary(case)[0] == (1, "liver", 288)


def test_the_archives_data_set_is_not_told_from_folders_around_them(tmp_path: Path) -> None:
    """A private set in a project folder called LiTS is not LiTS."""
    root = tmp_path / "LiTS" / "clinic"
    for kind in ("images", "labels"):
        (root / "ours" / kind).mkdir(parents=True)
        (root / "ours" / kind / "p_2_lesion_01.nii.gz").touch()
    (case,) = find("uls23", root).cases
    assert (case.dataset, case.classes[0].lesion_type) == ("ours", "lesion")


def test_a_released_voi_with_several_values_is_refused(tmp_path: Path) -> None:
    """Any value would count, an organ's as well."""
    voi(tmp_path / "ours/images/a_lesion_01.nii.gz", lesion=False)
    path = voi(tmp_path / "ours/labels/a_lesion_01.nii.gz", lesion=True)
    labels = sitk.GetArrayFromImage(sitk.ReadImage(str(path)))
    labels[60, 100:110, 100:110] = 2
    write(path, labels)
    (case,) = find("uls23", tmp_path).cases
    with pytest.raises(InputError, match=r"one value beside 0.*found 1, 2"):
        lesions_of(case)


def test_any_number_of_masks_beside_their_image(tmp_path: Path) -> None:
    """The layout of `training starter evaluate`: each mask is a case, all of one scan."""
    for name in ("P1", "P1_2", "P3"):
        write(tmp_path / f"{name}_image.nii.gz", scan())
    for name in ("P1_tumour", "P1_2_node", "P1_2_livermass1", "P3_label"):
        write(tmp_path / f"{name}.nii.gz", mask(lesions=(FIRST,)))
    write(tmp_path / "P4_image.nii.gz", scan())
    found = find("pairs", tmp_path)
    assert [(c.name, c.patient, c.series, c.mask) for c in found.cases] == [
        ("P1", "P1", "P1", tmp_path / "P1_tumour.nii.gz"),
        ("P1_2_livermass1", "P1_2", "P1_2", tmp_path / "P1_2_livermass1.nii.gz"),
        ("P1_2_node", "P1_2", "P1_2", tmp_path / "P1_2_node.nii.gz"),
        ("P3", "P3", "P3", tmp_path / "P3_label.nii.gz"),
    ]
    assert found.without_mask == (tmp_path / "P4_image.nii.gz",)
    assert summary(found.cases[1]) == [(1, "lesion", 288)]


def test_a_folder_of_images_holds_no_masks_beside(tmp_path: Path) -> None:
    """`P1_late` is another scan there, not a mask of P1."""
    put(tmp_path, "images/P1_image.nii.gz", "masks/P1.nii.gz")
    put(tmp_path, "images/P1_late.nii.gz", "masks/P1_late.nii.gz")
    assert [case.name for case in find("pairs", tmp_path).cases] == ["P1", "P1_late"]


def test_two_masks_of_one_name_are_refused(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        put(tmp_path / folder, "P1_image.nii.gz", "P1_tumour.nii.gz")
    with pytest.raises(InputError, match=r"expected one file a case, found .*for 'P1' as well"):
        find("pairs", tmp_path)


def test_scans_in_folders_within_folders_may_be_of_one_patient(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    put(tmp_path / "flat", "P1/ct.nii.gz", "P1/mask.nii.gz")
    find("pairs", tmp_path / "flat")
    assert "--patients" not in caplog.text
    for year in ("2020", "2021"):
        put(tmp_path / "deep", f"P1/{year}/ct.nii.gz", f"P1/{year}/mask.nii.gz")
    find("pairs", tmp_path / "deep")
    assert "2 scans lie in folders within folders, such as P1/2020/ct.nii.gz" in caplog.text
    assert "--patients" in caplog.text
