"""nnU-Net's and the Medical Segmentation Decathlon's layout: imagesTr/, labelsTr/, dataset.json."""

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from training.data.cases.case import Case, Found, InstanceRule, LesionClass
from training.data.readers.base import (
    Reader,
    Source,
    by_stem,
    case_number,
    found_pairs,
    image_files,
    image_stem,
    lesions_as_told,
)
from training.data.readers.dataset_json import DatasetJson, lesion_labels, read_dataset_json
from training.data.readers.datasets import Dataset, recognise, told
from uls.workshop.errors import CallError, InputError
from uls.workshop.folder_scan import shown

__all__ = ["NnunetReader"]

_log = logging.getLogger(__name__)

_Lesions = tuple[LesionClass, tuple[int, ...] | None]


@dataclass(frozen=True)
class _Known:
    """The public data set that a folder is, or is named like.

    Attributes:
        dataset: which.
        is_it: whether it is this one: the caller says so, or its folder and all its cases are named
            as they are released. Otherwise its patients are not those of the challenge's list.
    """

    dataset: Dataset
    is_it: bool


@dataclass(frozen=True)
class NnunetReader:
    """Reads imagesTr/ and labelsTr/; channels are told by `_0000`, of which there may be one."""

    name: str = "nnunet"
    layout: str = "imagesTr/<case>[_0000].nii.gz and labelsTr/<case>.nii.gz, best with dataset.json"

    def find(self, source: Source) -> Found:
        """Return the cases."""
        root, labels = source.root, source.labels or source.root
        masks = by_stem(_listed(labels, "labelsTr", self))
        images = _images(_listed(root, "imagesTr", self), masks)
        document = read_dataset_json(root)
        known = _known(source, document, images)
        lesions, declared = _lesions(source, known, document)
        title = known.dataset.name if known and known.is_it else source.dataset or _title(root)
        rule = _rule(source, known, lesions)

        def case(name: str, image: Path, mask: Path) -> Case:
            listed = known is not None and known.is_it and known.dataset.is_case(name)
            return Case(
                name=name,
                dataset=title,
                patient=name,
                challenge_number=case_number(name) if listed else None,
                image=image,
                mask=mask,
                classes=(lesions,),
                declared=declared,
                rule=rule,
            )

        return found_pairs(images, masks, case, self, root)


def _listed(root: Path, name: str, reader: Reader) -> list[Path]:
    if not (root / name).is_dir():
        raise InputError.about(
            root,
            expected=f"the layout of {reader.name!r}: {reader.layout}",
            found=f"no folder {name}, but {shown(root)}",
            hint="Folders of other names are read by pairs=FOLDER.",
        )
    return image_files(root / name)


def _images(paths: Iterable[Path], masks: dict[str, Path]) -> dict[str, Path]:
    """Key images by their case, without the channel's number; a CT has one channel.

    An image that is named exactly as a mask has no channel's number, whatever its name ends in.
    """

    def case(path: Path) -> str:
        stem = image_stem(path)
        match = re.fullmatch(r"(.+)_(\d{4})", stem)
        if match is None or stem in masks:
            return stem
        if match[2] != "0000" and match[1] in masks:
            raise InputError.about(
                path,
                expected="CT alone, channel _0000",
                found=f"a further channel, _{match[2]}",
                hint="Move further channels out of the folder.",
            )
        return match[1] if match[2] == "0000" else stem

    return by_stem(paths, case)


def _known(source: Source, document: DatasetJson | None, images: dict[str, Path]) -> _Known | None:
    """Return the public data set that this is, or is named like; the caller's word decides."""
    if source.dataset is not None:
        dataset = told(source.dataset)
        return _Known(dataset, is_it=True) if dataset else None
    folder = source.root.resolve().name
    dataset = recognise(folder) or recognise(document.name if document else "")
    if dataset is None:
        return None
    released = dataset.released and re.fullmatch(dataset.released, folder)
    return _Known(dataset, is_it=bool(released) and all(map(dataset.is_case, images)))


def _title(root: Path) -> str:
    return re.sub(r"^(Dataset|Task)\d+_", "", root.resolve().name) or "scans"


def _rule(source: Source, known: _Known | None, lesions: LesionClass) -> InstanceRule:
    """Say how lesions are told apart; only where a set is surely numbered, by its numbers."""
    if source.instances:
        return InstanceRule("labels")
    rule = known.dataset.rule if known else InstanceRule()
    numbered = known is not None and known.is_it and lesions.values is None
    return rule if rule.kind != "labels" or numbered else InstanceRule()


def _lesions(source: Source, known: _Known | None, document: DatasetJson | None) -> _Lesions:
    """Say which values are lesions: as the caller says, as dataset.json says, or as is known.

    Returns:
        The lesions, and all values that dataset.json declares; None where nothing was asked of it.

    Raises:
        CallError: dataset.json does not tell, or says otherwise than is known of the data set.
    """
    lesions = known.dataset.lesions if known else LesionClass("lesion")
    if source.values is not None or source.instances:
        return lesions_as_told(lesions, source), None
    own = lesion_labels(document) if document else None
    if document and own:
        _check_clash(document, own.lesion, known)
        lesions = replace(lesions, values=own.lesion)
        if own.ignore:
            _log.warning(
                "%s: voxels of the ignore label count as background in VOIs", document.path
            )
    elif known and not known.is_it:
        lesions = replace(lesions, values=None)
    return lesions_as_told(lesions, source), own.declared if own else None


def _check_clash(document: DatasetJson, own: tuple[int, ...], known: _Known | None) -> None:
    expected = known.dataset.lesions.values if known else None
    if known is None or expected is None or own == expected:
        return
    raise CallError.about(
        f"{document.path}, labels",
        expected=f"the lesion = {expected[0]}, as in {known.dataset.name}, whose name the set has",
        found=f"the lesion = {', '.join(map(str, own))}",
        hint="Say --label with the lesion's value; or --dataset with a name of its own, if it is "
        "another data set.",
    )
