"""What a release holds: which masks, of which data set, and who must stay out of training."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from training.data.prepare.manifest import Manifest, read_manifest
from training.data.readers.base import read_table
from training.nnunet.data.raw_dataset import RawDataset, case_files
from training.nnunet.semi_supervised.raw_sets import SELECTION
from uls.workshop.errors import CallError, InputError

__all__ = ["Release", "plan_release"]

_NAME = re.compile(r".+_lesion_\d{2,}")
_AXES = (
    *("measured_long_px", "measured_short_px", "predicted_long_px", "predicted_short_px"),
    "kept",
)


@dataclass(frozen=True)
class Release:
    """A release that is not written yet.

    Attributes:
        raw: the masks, and the images that they lie on.
        dataset_of: by case, the data set that its folder is called after.
        held_out: lesions of the manifest whose patients are held out, and which have no mask here.
        axes: by case, the row of selection.csv; empty where there is none.
    """

    raw: RawDataset
    dataset_of: Mapping[str, str]
    held_out: tuple[str, ...]
    axes: Mapping[str, Mapping[str, str]]


def plan_release(raw: RawDataset, manifest: Path | None, dataset: str | None) -> Release:
    """Find out what is released under which name.

    Args:
        raw: a data set of 3D masks, such as stage 3 of `semi-supervised` makes.
        manifest: the folder that `grabcut` made of the measured lesions.
        dataset: one name for all, where there is no manifest.

    Raises:
        CallError: neither a manifest nor a name is given, or both.
        InputError: a name is not in the challenge's form, the masks are of one slice, or the
            manifest lacks one of them.
    """
    if (manifest is None) == (dataset is None):
        raise CallError.about(
            "--manifest, --dataset",
            expected="one of the two, which says what the data sets are called",
            found="neither" if manifest is None else "both",
        )
    raw.check_trainable()  # a label for what nobody annotated means masks of one slice
    if odd := [case for case in raw.cases if not _NAME.fullmatch(case)]:
        raise InputError.about(
            raw.folder, expected="names as <case>_lesion_<nn>", found=case_files(odd)
        )
    found = read_manifest(manifest) if manifest else None
    named = _named(found) if found else dict.fromkeys(raw.cases, str(dataset))
    if missing := [case for case in raw.cases if case not in named]:
        raise InputError.about(
            f"{manifest}", expected="every lesion of the masks", found=f"no {case_files(missing)}"
        )
    return Release(
        raw=raw,
        dataset_of={case: named[case] for case in raw.cases},
        held_out=_held_out(found, raw) if found else (),
        axes=_axes(raw),
    )


def _named(manifest: Manifest) -> dict[str, str]:
    return {voi.name: lesion.dataset for lesion in manifest.lesions for voi in lesion.vois}


def _held_out(manifest: Manifest, raw: RawDataset) -> tuple[str, ...]:
    there = {v.name for x in manifest.lesions if x.part == "held-out" for v in x.vois}
    if both := sorted(there & set(raw.cases)):
        raise InputError.about(
            raw.folder,
            expected="masks of training patients only",
            found=f"{case_files(both)}, held out by the manifest",
        )
    return tuple(sorted(there))


def _axes(raw: RawDataset) -> dict[str, dict[str, str]]:
    """Read what the selection noted of the masks; without it there are no axes."""
    path = raw.folder.parent / SELECTION
    if not path.is_file():
        return {}
    rows = {row["case"]: row for row in read_table(path, ("case", *_AXES))}
    wrong = [c for c in raw.cases if rows.get(c, {}).get("kept", "") != "true"]
    if wrong:
        raise InputError.about(
            path, expected="a kept row for every mask", found=f"none for {case_files(wrong)}"
        )
    return {case: {name: rows[case][name] for name in _AXES[:-1]} for case in raw.cases}
