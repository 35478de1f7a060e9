"""nnU-Net's and the Medical Segmentation Decathlon's layout: imagesTr/, labelsTr/, dataset.json."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.prepare.case import Case, Found, InstanceRule, LesionClass
from training.prepare.readers.base import (
    Reader,
    Source,
    by_stem,
    case_number,
    found_pairs,
    image_files,
    image_stem,
    lesions_as_told,
)
from training.prepare.readers.datasets import Dataset, recognise
from uls.errors import CallError, InputError

__all__ = ["NnunetReader"]

_LESION_NAMES = r"lesion|tumou?r|cancer|nodule|metasta|node"
"""By which a label of dataset.json is known to be the lesion's."""


@dataclass(frozen=True)
class NnunetReader:
    """Reads imagesTr/ and labelsTr/; channels are told by `_0000`, of which there may be one."""

    name: str = "nnunet"
    layout: str = "imagesTr/<case>[_0000].nii.gz and labelsTr/<case>.nii.gz, best with dataset.json"

    def find(self, source: Source) -> Found:
        """Find the cases."""
        root, labels = source.root, source.labels or source.root
        images = by_stem(_listed(root / "imagesTr", self), _image_case)
        masks = by_stem(_listed(labels / "labelsTr", self))
        document = _read_dataset_json(root)
        dataset = recognise(root.name) or recognise(str(document.get("name", "")))
        lesions = _lesions(source, dataset, document)
        rule = _rule(source, dataset)
        title = source.dataset or (dataset.name if dataset else _title(root))

        def case(name: str, image: Path, mask: Path) -> Case:
            number = case_number(name) if dataset and not source.dataset else None
            return Case(
                name=name,
                dataset=title,
                patient=name,
                challenge_number=number if _numbered_as_listed(dataset, name) else None,
                image=image,
                mask=mask,
                classes=(lesions,),
                rule=rule,
            )

        return found_pairs(images, masks, case, self, root)


def _listed(folder: Path, reader: Reader) -> list[Path]:
    if not folder.is_dir():
        expected = f"the layout of {reader.name!r}: {reader.layout}"
        raise InputError.about(folder, expected=expected, found="no such folder")
    return image_files(folder)


def _image_case(path: Path) -> str:
    """Give an image's case, without the channel's number; a CT has one channel."""
    case, channel = re.fullmatch(r"(.*?)(?:_(\d{4}))?", image_stem(path)).groups()  # type: ignore[union-attr]
    if channel not in (None, "0000"):
        raise InputError.about(path, expected="CT alone, channel _0000", found=f"_{channel}")
    return str(case)


def _read_dataset_json(root: Path) -> dict[str, Any]:
    path = root / "dataset.json"
    if not path.exists():
        return {}
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise InputError.about(path, expected="JSON", found=str(error)) from error
    return document if isinstance(document, dict) else {}


def _title(root: Path) -> str:
    return re.sub(r"^(Dataset|Task)\d+_", "", root.resolve().name) or "scans"


def _rule(source: Source, dataset: Dataset | None) -> InstanceRule:
    if source.instances:
        return InstanceRule("labels")
    return dataset.rule if dataset else InstanceRule()


def _lesions(source: Source, dataset: Dataset | None, document: dict[str, Any]) -> LesionClass:
    """Say which values are lesions: as the caller says, as is known, or as dataset.json names."""
    lesions = dataset.lesions if dataset else LesionClass("lesion", _named_values(source, document))
    return lesions_as_told(lesions, source)


def _named_values(source: Source, document: dict[str, Any]) -> tuple[int, ...] | None:
    """Find the lesion's value among the labels of dataset.json, in its old form or its new one.

    Raises:
        CallError: there are several labels, and no name tells which is the lesion's.
    """
    if source.values is not None or source.instances:
        return source.values
    values = _foreground(document.get("labels"))
    named = [v for name, v in values.items() if re.search(_LESION_NAMES, name, re.IGNORECASE)]
    if len(values) <= 1 or len(named) == 1:
        return (named[0],) if named else tuple(values.values()) or None
    raise CallError.about(
        f"{source.root / 'dataset.json'}, labels",
        expected="to see which one is the lesion",
        found=", ".join(f"{name} = {value}" for name, value in values.items()),
        hint="Say --label with its value.",
    )


def _foreground(labels: Any) -> dict[str, int]:
    """List labels other than background: MSD has {"1": "tumour"}, nnU-Net {"tumour": 1}."""
    if not isinstance(labels, dict):
        return {}
    try:
        pairs = {str(v): int(k) for k, v in labels.items()}
    except ValueError:
        pairs = {str(k): int(v) for k, v in labels.items() if isinstance(v, int)}
    return {name: value for name, value in pairs.items() if value}


def _numbered_as_listed(dataset: Dataset | None, name: str) -> bool:
    """Tell whether the challenge's list means this number: it counts LIDC's scans anew."""
    if dataset is None:
        return False
    return dataset.name != "LIDC-IDRI" or name.lower().startswith("lidcidri_")
