"""What all objects of one piece of work share: headers of slices, identifiers, maker, time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from clinic.dicom.limited_file import LimitedFile
from clinic.dicom.pixels import FileError
from clinic.dicom.quiet import dicom_package
from clinic.lesions.identity import content_uid, derived_uid, tracking_uid
from clinic.lesions.lesion import Lesion
from clinic.lesions.measurements import Measurements
from clinic.scans.scan import Scan
from clinic.segmentation.model import LoadedModel
from uls.workshop.errors import InputError

__all__ = ["MANUFACTURER", "Finding", "Work"]

MANUFACTURER = "uls23"

_LARGEST_SERIES = 899


@dataclass(frozen=True, eq=False)
class Finding:
    """A lesion that has a mask.

    Attributes:
        number: of the lesion among all that were clicked, from 1.
        segment: of its segment, from 1.
        lesion: itself.
        measured: of it.
        tracking_uid: the same in all objects, and in those of earlier scans that it continues.
        content: what its objects are named by; they differ where mask or tracking UID do.
    """

    number: int
    segment: int
    lesion: Lesion
    measured: Measurements
    tracking_uid: str
    content: str

    @property
    def label(self) -> str:
        """Its name in the objects; the user's own name for it may identify the patient."""
        return f"Lesion {self.number}"


@dataclass(frozen=True, eq=False, repr=False)
class Work:
    """One scan, its lesions, and the model that found them.

    Attributes:
        scan: a DICOM series.
        lesions: all that were clicked.
        model: that segmented them.
        when: the objects were made.
    """

    scan: Scan
    lesions: Sequence[Lesion]
    model: LoadedModel
    when: datetime

    def uid(self, *parts: object) -> str:
        """Give an identifier that follows from the content: the same work gives the same one."""
        return derived_uid(self.scan.series_uid, self.model.sha256, *parts)

    @cached_property
    def findings(self) -> list[Finding]:
        """The lesions that have a mask."""
        found: list[Finding] = []
        for number, lesion in enumerate(self.lesions, 1):
            if lesion.measurements is not None:
                own = content_uid(self.scan, self.model.sha256, number, lesion)
                uid = tracking_uid(self.scan, self.model.sha256, number, lesion)
                content = own if uid == own else f"{own} {uid}"
                segment = len(found) + 1
                found.append(Finding(number, segment, lesion, lesion.measurements, uid, content))
        return found

    @cached_property
    def digest(self) -> str:
        """Of all masks: objects that hold all lesions are named by it."""
        return " ".join(finding.content for finding in self.findings)

    @cached_property
    def slice_range(self) -> range:
        """The slices that any mask touches."""
        masks = [finding.lesion.mask for finding in self.findings]
        first = min(mask.corner_zyx[0] for mask in masks)
        return range(first, max(mask.corner_zyx[0] + mask.voxels.shape[0] for mask in masks))

    @cached_property
    def slices(self) -> dict[int, Any]:
        """The whole headers of the slices that any mask touches, by their place in the array."""
        return {index: self.read_header(index) for index in self.slice_range}

    def read_header(self, index: int) -> Any:
        """Read the whole header of a slice of the array anew."""
        pydicom = dicom_package("pydicom")
        try:
            with self.scan.slices[index].path.open("rb") as file:
                header = pydicom.dcmread(LimitedFile(file), stop_before_pixels=True, force=True)
        except (OSError, FileError) as error:
            raise InputError.about(
                f"slice {index} of the series",
                expected="a file that can still be read",
                found="that it changed or is too long",
            ) from error
        if str(header.get("SOPInstanceUID", "")) != self.scan.slices[index].sop_instance_uid:
            raise InputError.about(
                f"slice {index} of the series", expected="the file that was read", found="another"
            )
        return header

    def series_number(self, nth: int) -> int:
        """Give the number of a series of ours: the source's, then ours, as far as that goes."""
        first = self.slices[self.slice_range.start]
        source = int(first.get("SeriesNumber") or 0)
        return (source if 0 < source <= _LARGEST_SERIES else 0) * 100 + 90 + nth

    @property
    def equipment(self) -> dict[str, Any]:
        """Who made an object, as highdicom's classes take it."""
        return {
            "manufacturer": MANUFACTURER,
            "manufacturer_model_name": self.model.name[:64],
            "software_versions": self.software,
            "device_serial_number": self.model.sha256[:16],
        }

    @property
    def software(self) -> str:
        """The program's version."""
        try:
            return version("uls23")
        except PackageNotFoundError:
            return "source"

    @property
    def algorithm_name(self) -> str:
        """The model's name."""
        return f"uls23 {self.model.name}"[:64]
