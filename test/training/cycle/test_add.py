"""The set's versions."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk
from synthetic_cycle import block, fields, write_scan, write_seg_nrrd

from training.cycle import segment_files as module
from training.cycle.add import Annotation, add
from training.cycle.grids import Fit
from training.cycle.project import Work
from uls.workshop.errors import CallError, InputError


def annotation(tmp_path: Path, scan: Path, mask: Any = None, **changes: Any) -> Annotation:
    layer = block(1, 2, 3, size_zyx=(2, 10, 10)) if mask is None else mask
    path = write_seg_nrrd(tmp_path / "inbox" / "m.seg.nrrd", [layer], fields({"name": "lesion"}))
    given = {"mask": path, "scan": scan, "case": "ct1", "patient": "p1", "by": "resident"}
    return Annotation(**(given | changes))


def test_first_version(tmp_path: Path, scan: Path, work: Work) -> None:
    made = add(work, [annotation(tmp_path, scan, signed_off_by="radiologist")])
    assert made is not None
    assert (made.version, made.changed) == (1, ("ct1",))
    entry = made.entries[0]
    assert (entry.by, entry.signed_off_by, entry.replaces) == ("resident", "radiologist", None)
    segment = entry.segments[0]
    assert (segment.name, segment.voxels, segment.fit) == ("lesion", 200, Fit.SAME)
    assert segment.volume_ml == pytest.approx(0.4)  # 200 voxels of 2 mm³
    kept = sitk.GetArrayFromImage(sitk.ReadImage(str(work.root / segment.file)))
    assert np.array_equal(kept, block(1, 2, 3, size_zyx=(2, 10, 10)))
    assert work.set_version() == made


def test_the_same_again_changes_nothing(tmp_path: Path, scan: Path, work: Work) -> None:
    add(work, [annotation(tmp_path, scan)])
    assert add(work, [annotation(tmp_path, scan)]) is None
    assert [path.name for path in (work.root / "set").iterdir()] == ["0001.json"]


def test_replaced_masks_are_kept(tmp_path: Path, scan: Path, work: Work) -> None:
    first = add(work, [annotation(tmp_path, scan)])
    larger = block(1, 2, 3, size_zyx=(3, 10, 10))
    second = add(work, [annotation(tmp_path, scan, larger, by="other")])
    assert first is not None
    assert second is not None
    assert (second.version, second.entries[0].replaces, second.entries[0].by) == (2, 1, "other")
    assert second.entries[0].segments[0].voxels == 300
    old = work.root / first.entries[0].segments[0].file
    assert sitk.GetArrayFromImage(sitk.ReadImage(str(old))).sum() == 200
    assert work.set_version(1) == first


def test_other_cases_stay_as_they_are(tmp_path: Path, scan: Path, work: Work) -> None:
    add(work, [annotation(tmp_path, scan)])
    other = write_scan(tmp_path / "scans" / "ct2.nii.gz", value=50)
    made = add(work, [annotation(tmp_path, other, case="ct2", patient="p2")])
    assert made is not None
    assert [entry.case for entry in made.entries] == ["ct1", "ct2"]
    assert made.changed == ("ct2",)


def test_stopped_while_adding_leaves_the_set_as_it_was(
    tmp_path: Path, scan: Path, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = write_scan(tmp_path / "scans" / "ct2.nii.gz", value=50)
    both = [annotation(tmp_path, scan), annotation(tmp_path, other, case="ct2", patient="p2")]
    write = module._write
    calls = []

    def stop_at_second(*arguments: Any) -> None:
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        write(*arguments)

    # Both scans have the same mask, but each keeps its own file
    monkeypatch.setattr(module, "_write", stop_at_second)
    with pytest.raises(KeyboardInterrupt):
        add(work, both)
    assert work.set_version() is None
    made = add(work, both)
    assert made is not None
    assert len(made.entries) == 2
    assert len(calls) == 3  # the first mask was not written again


def test_another_scan_or_patient_under_a_known_name(tmp_path: Path, scan: Path, work: Work) -> None:
    add(work, [annotation(tmp_path, scan)])
    other = write_scan(tmp_path / "other" / "ct1.nii.gz", value=99)
    with pytest.raises(CallError, match="expected the scan that the set has it with"):
        add(work, [annotation(tmp_path, other)])
    with pytest.raises(CallError, match=r"expected the patient .*\(p1\), found p9"):
        add(work, [annotation(tmp_path, scan, patient="p9")])


def test_a_mask_of_another_scan(tmp_path: Path, scan: Path, work: Work) -> None:
    path = write_seg_nrrd(
        tmp_path / "far.seg.nrrd",
        [block(1, 2, 3, size_zyx=(2, 5, 5))],
        fields({"name": "lesion"}),
        origin=(1010, 20, 30),
    )
    with pytest.raises(InputError, match="another scan"):
        add(work, [Annotation(path, scan, case="ct1", patient="p1", by="x")])
    assert work.set_version() is None


def test_segments_by_name(tmp_path: Path, scan: Path, work: Work) -> None:
    layer = block(1, 2, 3, size_zyx=(2, 5, 5)) + block(6, 2, 3, size_zyx=(2, 5, 5), value=2)
    path = write_seg_nrrd(
        tmp_path / "m.seg.nrrd", [layer], fields({"name": "liver"}, {"name": "lesion", "value": 2})
    )
    given = {"mask": path, "scan": scan, "case": "ct1", "patient": "p1", "by": "x"}
    made = add(work, [Annotation(**given, segments=("lesion",))])
    assert made is not None
    assert [s.name for s in made.entries[0].segments] == ["lesion"]
    with pytest.raises(CallError, match="one of 'liver', 'lesion', found 'tumour'"):
        add(work, [Annotation(**given, segments=("tumour",))])


@pytest.mark.parametrize("name", ["", "../up", "a b", ".hidden"])
def test_names_that_are_no_file_names(tmp_path: Path, scan: Path, work: Work, name: str) -> None:
    with pytest.raises(CallError, match="--case"):
        add(work, [annotation(tmp_path, scan, case=name)])


def test_the_set_is_plain_json(tmp_path: Path, scan: Path, work: Work) -> None:
    add(work, [annotation(tmp_path, scan)])
    content = json.loads((work.root / "set" / "0001.json").read_text())
    assert content["entries"][0]["segments"][0]["fit"] == "same grid"
