"""The labels of dataset.json: its own word comes first, and what it does not say is not guessed."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from synthetic_scans import FIRST, SECOND, SHAPE, scan, write

from training.data.cases.case import Case, Found
from training.data.prepare.plan import Plan
from training.data.prepare.scan import read_scan
from training.data.prepare.sources import parse_sources
from training.data.readers import READERS, Source
from training.data.splits import split_patients
from uls.workshop.errors import CallError, InputError, UserError

LESION_VOXELS = 2 * 7 * 7


def organ_with_lesion(*, lesion: int = 2, organ: int = 1) -> np.ndarray:
    """An organ of 288 voxels (`FIRST`) and a lesion of 98 (`SECOND`)."""
    labels = np.zeros(SHAPE, dtype=np.uint8)
    labels[FIRST], labels[SECOND] = organ, lesion
    return labels


def data_set(
    root: Path,
    labels: Any,
    *,
    cases: tuple[str, ...] = ("a",),
    mask: np.ndarray | None = None,
    **more: Any,
) -> Path:
    for case in cases:
        write(root / f"imagesTr/{case}_0000.nii.gz", scan())
        write(root / f"labelsTr/{case}.nii.gz", organ_with_lesion() if mask is None else mask)
    document = {**({} if labels is None else {"labels": labels}), **more}
    (root / "dataset.json").write_text(json.dumps(document))
    return root


def find(root: Path, **said: Any) -> Found:
    return READERS["nnunet"].find(Source(root, **said))


def lesion_voxels(case: Case) -> int:
    plan = Plan(output=Path("unused"), dataset_folder=None, recipe=None)
    return sum(lesion.mask.n_voxels for lesion in read_scan(case, plan).lesions)


@pytest.mark.parametrize(
    "labels",
    [
        {"background": 0, "organ": 1, "lesion": 2},
        {"background": "0", "organ": "1", "lesion": "2"},
        {"background": 0.0, "organ": 1.0, "lesion": 2.0},
        {"0": "background", "1": "organ", "2": "lesion"},
        {"background": 0, "organ": [1, 2], "lesion": [2]},
        {"background": [0], "whole organ": [1, 2], "tumour": ["2"]},
        {"background": 0, "organ": 1, "liver_tumor": 2, "ignore": 3},
        {"background": 0, "no lesion": 1, "Lesions": 2},
        {"organ": 1, "lesion": 2},
    ],
)
def test_the_lesion_is_found_in_every_form_that_people_write(tmp_path: Path, labels: Any) -> None:
    (case,) = find(data_set(tmp_path / "mine", labels)).cases
    assert case.classes[0].values == (2,)
    assert lesion_voxels(case) == LESION_VOXELS


def test_a_region_of_several_values_is_all_of_them(tmp_path: Path) -> None:
    labels = {"background": 0, "organ": 1, "tumour": [2, 3]}
    mask = organ_with_lesion()
    mask[8, 28:35, 24:31] = 3
    (case,) = find(data_set(tmp_path / "mine", labels, mask=mask)).cases
    assert case.classes[0].values == (2, 3)
    assert lesion_voxels(case) == LESION_VOXELS


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ({"background": 0, "organ": 1, "lesion": 1.5}, r"label 'lesion'.*found 1\.5"),
        ({"background": 0, "organ": 1, "lesion": "two"}, r"label 'lesion'.*found 'two'"),
        ({"background": 0, "organ": 1, "lesion": -1}, r"label 'lesion'.*found -1"),
        ({"background": 0, "organ": 1, "lesion": True}, r"label 'lesion'.*found True"),
        ({"background": 0, "organ": 1, "lesion": None}, r"label 'lesion'.*found None"),
        ({"background": 0, "organ": 1, "lesion": []}, r"label 'lesion'.*found \[\]"),
        ({"background": 0, "organ": 1, "lesion": [[2]]}, r"label 'lesion'.*found \[\[2\]\]"),
        ({"background": 0, "lesion": {"value": 2}}, r"label 'lesion'.*found {'value': 2}"),
        ({"background": 2, "organ": 1, "lesion": 0}, r"label 'background'.*found 2"),
        ({"organ": 1, "lesion": [0, 2]}, r"label 'lesion'.*found \[0, 2\]"),
        (["background", "organ", "lesion"], r"expected an object such as"),
        ({}, r"expected an object such as"),
        (7, r"expected an object such as.*found 7"),
    ],
)
def test_a_label_without_a_certain_meaning_is_refused_by_name(
    tmp_path: Path, labels: Any, message: str
) -> None:
    root = data_set(tmp_path / "mine", labels)
    with pytest.raises(InputError, match=rf"dataset\.json.*{message}.*--label"):
        find(root)
    (case,) = find(root, values=(2,)).cases  # the caller's word needs none of them
    assert lesion_voxels(case) == LESION_VOXELS


@pytest.mark.parametrize(
    "labels",
    [
        {"background": 0, "liver": 1},
        {"background": 0, "organ": 1, "other organ": 2},
        {"background": 0, "tumour": 1, "metastasis": 2},
        {"background": 0},
        {"background": 0, "ignore": 1},
        {"background": 0, "non-lesion": 1, "rest of lung": 2},
    ],
)
def test_where_names_do_not_tell_the_lesion_the_caller_must(tmp_path: Path, labels: Any) -> None:
    with pytest.raises(
        CallError, match=r"labels: expected to see which one is the lesion.*--label"
    ):
        find(data_set(tmp_path / "mine", labels))


@pytest.mark.parametrize("text", ["{", "[1]", '{"labels": {"a": 1, "a": 2}}', '"labels"'])
def test_a_file_that_is_no_object_or_has_a_key_twice_is_refused(tmp_path: Path, text: str) -> None:
    root = data_set(tmp_path / "mine", {"lesion": 1})
    (root / "dataset.json").write_text(text)
    with pytest.raises(InputError, match=r"dataset\.json: expected"):
        find(root)


@pytest.mark.parametrize(
    "folder", ["Liver", "Lung", "splits", "Deliverance", "Dataset007_Pancreas"]
)
def test_a_set_named_like_an_organ_or_by_part_of_a_word_has_its_own_labels(
    tmp_path: Path, folder: str
) -> None:
    """Of LiTS and the Decathlon's pancreas the lesion is 2, of its lung 1: here it is 3."""
    cases = tuple(f"{folder.lower()}_{number:03d}" for number in (2, 14, 5))
    labels = {"background": 0, "organ": 1, "lesion": 3}
    root = data_set(tmp_path / folder, labels, cases=cases, mask=organ_with_lesion(lesion=3))
    found = find(root)
    assert {case.classes[0].values for case in found.cases} == {(3,)}
    assert {case.challenge_number for case in found.cases} == {None}
    assert lesion_voxels(found.cases[0]) == LESION_VOXELS


@pytest.mark.parametrize("folder", ["LiTS", "my-LiTS", "Task03_Liver", "lits17"])
def test_a_clash_with_the_data_set_that_the_folder_names_is_an_error(
    tmp_path: Path, folder: str
) -> None:
    labels = {"background": 0, "lesion": 1}
    root = data_set(tmp_path / folder, labels, mask=organ_with_lesion(lesion=1, organ=0))
    with pytest.raises(
        CallError, match=r"the lesion = 2, as in LiTS.*found the lesion = 1.*--label"
    ):
        find(root)
    (case,) = find(root, values=(1,)).cases
    assert case.classes[0].values == (1,)
    (case,) = find(root, dataset="ours").cases
    assert (case.dataset, case.classes[0].values) == ("ours", (1,))


def test_the_name_inside_the_file_clashes_as_well(tmp_path: Path) -> None:
    labels = {"background": 0, "lesion": 1}
    with pytest.raises(CallError, match="as in LiTS"):
        find(data_set(tmp_path / "mine", labels, name="LITS"))


@pytest.mark.parametrize(
    ("folder", "case", "number"),
    [
        ("Task03_Liver", "liver_4", 4),  # as released
        ("Task03_Liver", "patient_4", None),
        ("LiTS", "liver_4", None),
        ("Dataset003_Liver", "liver_4", None),
        ("our Task03_Liver", "liver_4", None),
    ],
)
def test_only_a_set_as_released_has_the_numbers_of_the_challenges_list(
    tmp_path: Path, folder: str, case: str, number: int | None
) -> None:
    labels = {"background": 0, "organ": 1, "lesion": 2}
    (found,) = find(data_set(tmp_path / folder, labels, cases=(case,))).cases
    assert found.challenge_number == number


def test_one_foreign_case_keeps_the_list_from_a_folder(tmp_path: Path) -> None:
    labels = {"background": 0, "organ": 1, "lesion": 2}
    root = data_set(tmp_path / "Task03_Liver", labels, cases=("liver_4", "ours_4"))
    assert {case.challenge_number for case in find(root).cases} == {None}


def test_the_list_is_applied_to_other_folders_if_the_caller_names_the_data_set(
    tmp_path: Path,
) -> None:
    """LiTS' held-out patients begin with 2, 4, 16 and 19."""
    labels = {"background": 0, "organ": 1, "lesion": 2}
    cases = tuple(f"liver_{number}" for number in (1, 2, 3, 4))
    root = data_set(tmp_path / "anything", labels, cases=cases)
    found = find(root, dataset="lits").cases
    split = split_patients([case.key for case in found], rule="auto")
    assert {c.name for c in found if split.part(c.key) == "held-out"} == {"liver_2", "liver_4"}
    private = [case.key for case in find(root).cases]
    with pytest.raises(CallError, match=r"--held-out challenge.*--dataset LiTS"):
        split_patients(private, rule="challenge")
    assert split.rules["LiTS"].startswith("challenge's list: 2 of its 9 patients")
    assert split_patients(private, rule="auto").rules == {
        "anything": "0.1 of the patients, seed 23: 1 of 4"
    }


def test_without_a_word_of_the_labels_a_mask_of_several_values_is_refused(tmp_path: Path) -> None:
    root = data_set(tmp_path / "mine", None)
    (root / "dataset.json").unlink()
    (case,) = find(root).cases
    with pytest.raises(UserError, match=r"one value.*found 1, 2.*--label.*--instances"):
        lesion_voxels(case)
    for name, voxels in (("values", LESION_VOXELS), ("instances", LESION_VOXELS + 288)):
        (case,) = find(root, **{name: (2,) if name == "values" else True}).cases
        assert lesion_voxels(case) == voxels


def test_pairs_of_masks_with_several_values_are_refused_as_well(tmp_path: Path) -> None:
    write(tmp_path / "images/a.nii.gz", scan())
    write(tmp_path / "masks/a.nii.gz", organ_with_lesion())
    (source,) = parse_sources([f"pairs={tmp_path}"])
    (case,) = READERS["pairs"].find(source[1]).cases
    with pytest.raises(UserError, match="found 1, 2"):
        lesion_voxels(case)


def test_numbered_nodes_with_one_declared_value_are_told_apart_by_components(
    tmp_path: Path,
) -> None:
    """NIH's nodes are numbered; a set named like it, in which all are 1, has two nodes, not one."""
    mask = organ_with_lesion(lesion=1)
    root = data_set(tmp_path / "NIH-LN-ABD", {"background": 0, "node": 1}, mask=mask)
    (case,) = find(root).cases
    plan = Plan(output=Path("unused"), dataset_folder=None, recipe=None)
    assert len(read_scan(case, plan).lesions) == 2


@pytest.mark.parametrize("folder", ["LiTS", "my-LiTS", "NIH-LN-ABD"])
def test_without_labels_a_folders_name_does_not_say_which_value_is_the_lesion(
    tmp_path: Path, folder: str
) -> None:
    """Here 1 is the lesion; of LiTS it is 2, and of NIH's nodes every value is one."""
    mask = organ_with_lesion(lesion=1, organ=2)
    root = data_set(tmp_path / folder, None, mask=mask)
    (case,) = find(root).cases
    with pytest.raises(InputError, match="found 1, 2"):
        lesion_voxels(case)
    (case,) = find(root, values=(1,)).cases
    assert lesion_voxels(case) == LESION_VOXELS


def test_without_labels_the_only_value_is_the_lesion_whatever_the_folders_name(
    tmp_path: Path,
) -> None:
    mask = organ_with_lesion(lesion=1, organ=1)
    root = data_set(tmp_path / "NIH-LN-ABD", None, mask=mask)
    (case,) = find(root).cases
    plan = Plan(output=Path("unused"), dataset_folder=None, recipe=None)
    assert len(read_scan(case, plan).lesions) == 2  # two components, not one value


def test_a_set_as_released_is_read_without_its_dataset_json(tmp_path: Path) -> None:
    root = data_set(tmp_path / "Task03_Liver", None, cases=("liver_4",))
    (root / "dataset.json").unlink()
    (case,) = find(root).cases
    assert (case.classes[0].values, case.challenge_number) == ((2,), 4)
    assert lesion_voxels(case) == LESION_VOXELS


@pytest.mark.parametrize("value", [3, 255, 256])
def test_a_mask_with_a_value_that_no_label_has_is_refused(tmp_path: Path, value: int) -> None:
    """Its lesion would be background, and the scan silently one without lesions."""
    mask = organ_with_lesion().astype(np.int16)
    mask[mask == 2] = value
    root = data_set(tmp_path / "mine", {"background": 0, "organ": 1, "lesion": 2}, mask=mask)
    (case,) = find(root).cases
    with pytest.raises(InputError, match=rf"labels declare: 0, 1, 2, found also {value}"):
        lesion_voxels(case)
    (case,) = find(root, values=(value,)).cases
    assert lesion_voxels(case) == LESION_VOXELS


def test_the_ignore_labels_value_is_declared(tmp_path: Path) -> None:
    mask = organ_with_lesion()
    mask[0, 0, 0] = 3
    labels = {"background": 0, "organ": 1, "lesion": 2, "ignore": 3}
    (case,) = find(data_set(tmp_path / "mine", labels, mask=mask)).cases
    assert lesion_voxels(case) == LESION_VOXELS
