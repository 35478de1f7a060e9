"""An nnU-Net raw data set: images, labels, and the JSON that says what they are."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from training.jobs.stages import write_json
from training.nnunet.data.dataset_rules import (
    check_channels,
    check_ending,
    check_labels,
    has_ignore,
)
from uls.workshop.errors import InputError
from uls.workshop.folder_scan import listed, shown
from uls.workshop.strict_json import parse_json

__all__ = ["RawDataset", "dataset_json"]

_NAME = re.compile(r"Dataset\d{3}_\w[\w-]*")
_CHANNEL = "_0000"


@dataclass(frozen=True)
class RawDataset:
    """A folder `DatasetNNN_Name` with `imagesTr`, `labelsTr` and `dataset.json`.

    Attributes:
        folder: the data set's folder.
        json: what `dataset.json` holds.
        cases: the names of the cases that have both an image and a label, sorted.
    """

    folder: Path
    json: dict[str, Any]
    cases: tuple[str, ...]

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read which cases a data set has.

        Raises:
            InputError: it is no raw data set of one channel, or a case lacks its image or label.
        """
        if not _NAME.fullmatch(folder.name) or not folder.is_dir():
            raise InputError.about(
                folder,
                expected="an nnU-Net raw data set, a folder called DatasetNNN_Name",
                found="one of another name" if folder.is_dir() else "no folder",
                hint="`python -m training prepare` makes one.",
            )
        content = _read_json(folder / "dataset.json")
        check_ending(folder / "dataset.json", content)
        ending = str(content.get("file_ending", ".nii.gz"))
        images = _image_cases(folder / "imagesTr", ending)
        labels = {path.name.removesuffix(ending) for path in _files(folder / "labelsTr", ending)}
        if images != labels or not images:
            raise InputError.about(
                folder,
                expected="an image and a label for every case",
                found=case_files(sorted(images ^ labels)) or f"no case at all ({shown(folder)})",
                hint=f"Files are imagesTr/<case>{_CHANNEL}{ending} and labelsTr/<case>{ending}.",
            )
        return cls(folder, content, tuple(sorted(images)))

    def check_trainable(self) -> None:
        """Make sure that a network which is trained on it can run: CT alone, and one lesion.

        Raises:
            InputError: it has other labels or channels, or one marks what nobody annotated.
        """
        check_labels(self.folder / "dataset.json", self.json)
        check_channels(self.folder / "dataset.json", self.json)
        if has_ignore(self.json):
            raise InputError.about(
                f"{self.folder / 'dataset.json'}, labels",
                expected="background and lesion alone",
                found="a label `ignore`, for voxels that nobody annotated",
                hint="Annotate these voxels, or leave such cases out; lesions that are annotated "
                "on one slice are for `python -m training semi-supervised`.",
            )

    @property
    def name(self) -> str:
        """The data set's name, `DatasetNNN_Name`."""
        return self.folder.name

    @property
    def ending(self) -> str:
        """The files' ending, such as `.nii.gz`."""
        return str(self.json.get("file_ending", ".nii.gz"))

    def image(self, case: str) -> Path:
        """Say where the image of a case is."""
        return self.folder / "imagesTr" / f"{case}{_CHANNEL}{self.ending}"

    def label(self, case: str) -> Path:
        """Say where the label of a case is."""
        return self.folder / "labelsTr" / f"{case}{self.ending}"


def dataset_json(n_cases: int, *, ending: str = ".nii.gz", ignore: bool = False) -> dict[str, Any]:
    """Describe a data set of lesions in CT; with `ignore`, label 2 marks what nobody annotated."""
    labels = {"background": 0, "lesion": 1, **({"ignore": 2} if ignore else {})}
    return {
        "channel_names": {"0": "CT"},
        "labels": labels,
        "numTraining": n_cases,
        "file_ending": ending,
    }


def write_dataset_json(folder: Path, n_cases: int, *, ending: str, ignore: bool = False) -> None:
    """Write a raw data set's `dataset.json`."""
    write_json(folder / "dataset.json", dataset_json(n_cases, ending=ending, ignore=ignore))


def case_files(cases: Sequence[str]) -> str:
    """Name some cases for a message: the first three, and how many more."""
    shown = ", ".join(cases[:3])
    return shown if len(cases) <= 3 else f"{shown} and {len(cases) - 3} more"


def _files(folder: Path, ending: str) -> list[Path]:
    paths = listed(folder) if folder.is_dir() else []
    return [path for path in paths if path.name.endswith(ending)]


def _image_cases(folder: Path, ending: str) -> set[str]:
    """Return the cases that have an image.

    Raises:
        InputError: an image's name says that it is a further channel, or does not say its channel.
    """
    cases = set()
    for path in _files(folder, ending):
        match = re.fullmatch(r"(.+)_(\d{4})", path.name.removesuffix(ending))
        if match is None:
            raise InputError.about(
                path,
                expected=f"a name with its channel, <case>{_CHANNEL}{ending}",
                found=path.name,
                hint="Rename the images; `python -m training prepare` reads them without it.",
            )
        if match[2] != _CHANNEL[1:]:
            raise InputError.about(
                path,
                expected=f"one channel, {_CHANNEL}, since `algorithm` runs models of one",
                found=f"a further channel, _{match[2]}",
            )
        cases.add(match[1])
    return cases


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = parse_json(path.read_bytes())
    except OSError as error:
        raise InputError.about(path, expected="a readable file", found=str(error)) from error
    except ValueError as error:
        raise InputError.about(path, expected="a JSON file", found=str(error)) from error
    if not isinstance(content, dict):
        raise InputError.about(path, expected="a JSON object", found=type(content).__name__)
    return content
