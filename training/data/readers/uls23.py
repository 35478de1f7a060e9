"""The challenge's own archives: VOIs in images/ and labels/ of each data set's folder."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from training.data.cases.case import Case, Found, InstanceRule, LesionClass
from training.data.readers.base import (
    Source,
    by_stem,
    case_number,
    found_pairs,
    image_files,
    image_stem,
)
from training.data.readers.datasets import Dataset, recognise

__all__ = ["Uls23Reader"]

_IMAGE_FOLDERS = ("images", "imagesTr")
_LABEL_FOLDERS = ("labels", "labelsTr", "labels_grabcut")
_VOI = re.compile(r"(?P<case>.+?)(?:_lesion_(?P<lesion>\d+))?(?:_sample_(?P<sample>\d+))?")
_DEEPLESION = re.compile(r"(\d{6})_\d\d_\d\d_\d+")
"""patient_study_series_slice"""


@dataclass(frozen=True)
class Uls23Reader:
    """Reads released VOIs; their labels may be zipped, and in a folder tree of their own."""

    name: str = "uls23"
    layout: str = (
        "<data set>/images/<case>_lesion_<nn>.nii.gz and "
        "<data set>/labels[_grabcut]/<the same>.nii.gz[.zip], in any sub-folders"
    )

    def find(self, source: Source) -> Found:
        """Find the VOIs; of several samples of a lesion the first is taken."""
        labels = source.labels or source.root
        images = by_stem(_listed(source.root, _IMAGE_FOLDERS), _key)
        masks = by_stem(_preferred(_listed(labels, _LABEL_FOLDERS)), _key)
        found = found_pairs(images, masks, lambda *pair: _case(source, *pair), self, source.root)
        first = [case for case in found.cases if _parts(case.name)["sample"] in (None, "0")]
        n_others = len(found.cases) - len(first)
        return replace(
            found,
            cases=_named_apart(first),
            skipped={"further samples of a lesion": n_others} if n_others else {},
        )


def _listed(root: Path, names: tuple[str, ...]) -> Iterator[Path]:
    return (path for path in image_files(root, deep=True) if path.parent.name in names)


def _preferred(labels: Iterator[Path]) -> list[Path]:
    """Of a label that is there both unpacked and zipped, take the unpacked one."""
    paths = set(labels)
    return sorted(p for p in paths if p.suffix != ".zip" or p.with_suffix("") not in paths)


def _key(path: Path) -> str:
    """Tell a VOI by its data set's folder and its name: names alone may be in several."""
    return f"{path.parent.parent.name}/{image_stem(path)}"


def _parts(name: str) -> dict[str, str | None]:
    match = _VOI.fullmatch(name.rpartition("/")[2])
    return match.groupdict() if match else {"case": name, "lesion": None, "sample": None}


def _case(source: Source, key: str, image: Path, mask: Path) -> Case:
    folder = key.rpartition("/")[0]
    dataset = _dataset(image, folder)
    parts = _parts(key)
    case = str(parts["case"])
    lesions = dataset.lesions if dataset else LesionClass("lesion")
    return Case(
        name=key,
        dataset=source.dataset or (dataset.name if dataset else folder),
        patient=_patient(case),
        challenge_number=_number(case),
        image=image,
        mask=mask,
        classes=(replace(lesions, lesion_type=source.lesion_type or lesions.lesion_type),),
        rule=InstanceRule("labels"),
        voi_lesion=int(parts["lesion"] or 1),
        series=case,
    )


def _dataset(image: Path, folder: str) -> Dataset | None:
    """Return the data set that its folder names; NIH's ABD and MED with the one around it."""
    around = image.parent.parent.parent.name if folder.upper() in ("ABD", "MED") else ""
    return recognise(folder) or recognise(f"{around}_{folder}")


def _named_apart(cases: list[Case]) -> tuple[Case, ...]:
    """Name VOIs <case>_lesion_<nn>; where two data sets have one of that name, with the data set.

    DeepLesion3D's VOIs are of scans of DeepLesion.
    """
    names = [f"{case.series}_lesion_{case.voi_lesion:02d}" for case in cases]
    times = Counter(names)
    return tuple(
        replace(case, name=name if times[name] == 1 else f"{case.dataset}_{name}")
        for case, name in zip(cases, names, strict=True)
    )


def _patient(case: str) -> str:
    """Give the patient: DeepLesion's names begin with it, in others the scan stands for it."""
    match = _DEEPLESION.fullmatch(case)
    return match[1] if match else case


def _number(case: str) -> int | None:
    match = _DEEPLESION.fullmatch(case)
    return int(match[1]) if match else case_number(case)
