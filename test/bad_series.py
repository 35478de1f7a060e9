"""Series that no reader should take as they are, each with what must be said of it."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from dicom_series import renew, save
from pydicom.dataset import FileDataset
from pydicom.uid import generate_uid

from clinic.dicom.quiet import quiet

Slices = list[FileDataset]


@dataclass(frozen=True)
class Bad:
    """How a series is spoiled, and what of the refusal must be read."""

    spoil: Callable[[Slices, Path], object]
    sentence: str

    def make(self, slices: Slices, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        with quiet():  # pydicom warns of values that are wrong on purpose
            self.spoil(slices, folder)
        return folder

    def is_said_in(self, text: str) -> bool:
        return re.search(self.sentence, text) is not None


def _z(slices: Slices, step: Callable[[int], float]) -> Slices:
    x, y, first = map(float, slices[0].ImagePositionPatient)
    for index, dataset in enumerate(slices):
        dataset.ImagePositionPatient = [x, y, round(first + step(index), 4)]
        dataset.InstanceNumber = index + 1
    return slices


def _missing(slices: Slices, folder: Path) -> None:
    _z(slices, float)
    save(slices[:11] + slices[13:], folder)


def _twice_different(slices: Slices, folder: Path) -> None:
    other = renew(slices[5])
    other.PixelData = slices[6].PixelData
    save([*slices, other], folder)


def _uneven(slices: Slices, folder: Path) -> None:
    save(_z(slices, lambda i: i if i < 15 else 14 + 2 * (i - 14)), folder)


def _tilted(slices: Slices, folder: Path) -> None:
    turn = math.radians(16.7)
    for dataset in slices:
        dataset.ImageOrientationPatient = [
            1,
            0,
            0,
            0,
            *(round(f(turn), 8) for f in (math.cos, math.sin)),
        ]
    save(slices, folder)


def _cut_short(slices: Slices, folder: Path) -> None:
    save(slices, folder)
    file = sorted(folder.iterdir())[7]
    file.write_bytes(file.read_bytes()[: file.stat().st_size * 2 // 3])


def _cut_in_header(slices: Slices, folder: Path) -> None:
    save(slices, folder)
    file = sorted(folder.iterdir())[7]
    file.write_bytes(file.read_bytes()[:400])


def _empty_file(slices: Slices, folder: Path) -> None:
    save(slices, folder)
    sorted(folder.iterdir())[7].write_bytes(b"")


def _each(**values: object) -> Callable[[Slices, Path], object]:
    def spoil(slices: Slices, folder: Path) -> None:
        for dataset in slices:
            for keyword, value in values.items():
                if value is None:
                    delattr(dataset, keyword)
                else:
                    setattr(dataset, keyword, value)
        save(slices, folder)

    return spoil


def _some(**values: object) -> Callable[[Slices, Path], object]:
    """Give slices 4 and 5 other values."""

    def spoil(slices: Slices, folder: Path) -> None:
        for dataset in slices[3:5]:
            for keyword, value in values.items():
                setattr(dataset, keyword, value)
        save(slices, folder)

    return spoil


def _mixed_sizes(slices: Slices, folder: Path) -> None:
    for dataset in slices[3:5]:
        pixels = dataset.pixel_array[:-10, :-6]
        dataset.Rows, dataset.Columns = pixels.shape
        dataset.PixelData = pixels.tobytes()
    save(slices, folder)


def _enhanced(slices: Slices, folder: Path) -> None:
    dataset = slices[0]
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.2.1"
    dataset.NumberOfFrames = len(slices)
    dataset.PixelData = b"".join(d.PixelData for d in slices)
    save([dataset], folder)


def _phases(slices: Slices, folder: Path) -> None:
    second = [renew(d) for d in slices]
    for dataset in slices:
        dataset.AcquisitionNumber = 1
    for dataset in second:
        dataset.AcquisitionNumber = 2
    save([d for pair in zip(slices, second, strict=True) for d in pair], folder)


def _phases_untold(slices: Slices, folder: Path) -> None:
    """Two phases that no attribute tells apart; their voxels differ."""
    second = [renew(d) for d in slices]
    for before, dataset in zip(slices, second, strict=True):
        dataset.PixelData = before.PixelData[::-1]
    save([*slices, *second], folder)


def _header_bomb(slices: Slices, folder: Path) -> None:
    slices[3].Rows = slices[3].Columns = 65535
    _encapsulated(slices[3])
    save(slices, folder)


def _rle_bomb(slices: Slices, folder: Path) -> None:
    slices[3].Rows = slices[3].Columns = 40000
    _encapsulated(slices[3])
    save(slices, folder)


def _encapsulated(dataset: FileDataset) -> None:
    from pydicom.encaps import encapsulate
    from pydicom.uid import RLELossless

    dataset.file_meta.TransferSyntaxUID = RLELossless
    dataset.PixelData = encapsulate([b"\x02\0\0\0" + b"\0" * 60 + b"\x81\0" * 1000])
    dataset["PixelData"].is_undefined_length = True


def _rle_rubbish(slices: Slices, folder: Path) -> None:
    _encapsulated(slices[3])
    save(slices, folder)


def _two_patients(slices: Slices, folder: Path) -> None:
    for dataset in slices[12:]:
        dataset.PatientID, dataset.PatientName = "PLANTEDID88", "PLANTEDOTHER"
    save(slices, folder)


def _same_uid(slices: Slices, folder: Path) -> None:
    slices[7].SOPInstanceUID = slices[6].SOPInstanceUID
    save(slices, folder)


def _two_births(slices: Slices, folder: Path) -> None:
    for dataset in slices:
        dataset.PatientBirthDate = "19330727"
    for dataset in slices[12:]:
        dataset.PatientBirthDate = "19440727"
    save(slices, folder)


def _not_dicom(slices: Slices, folder: Path) -> None:
    (folder / "notes.txt").write_text("no scan here")


def _link_out(slices: Slices, folder: Path) -> None:
    outside = folder.parent / f"{folder.name}-outside"
    save(slices[12:], outside)
    save(slices[:12], folder)
    (folder / "IM0099.dcm").symlink_to(outside / "IM0001.dcm")


def _packed(uid: str) -> Callable[[Slices, Path], object]:
    def spoil(slices: Slices, folder: Path) -> None:
        for dataset in slices:
            _encapsulated(dataset)
            dataset.file_meta.TransferSyntaxUID = uid
        save(slices, folder)

    return spoil


def _deflated(slices: Slices, folder: Path) -> None:
    for dataset in slices:
        dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1.99"
    save(slices, folder)


def _same_place(slices: Slices, folder: Path) -> None:
    for dataset in slices:
        dataset.ImagePositionPatient = slices[0].ImagePositionPatient
    save(slices, folder)


def _shifted(slices: Slices, folder: Path) -> None:
    for dataset in slices[12:]:
        x, y, z = map(float, dataset.ImagePositionPatient)
        dataset.ImagePositionPatient = [x + 7, y, z]
    save(slices, folder)


def _colour(slices: Slices, folder: Path) -> None:
    for dataset in slices:
        grey = (dataset.pixel_array >> 4).astype(np.uint8)
        dataset.PixelData = np.repeat(grey[..., None], 3, axis=-1).tobytes()
        dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 3, "RGB"
        dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
        dataset.PlanarConfiguration = 0
    save(slices, folder)


def _second_series(slices: Slices, folder: Path) -> None:
    second = [renew(d) for d in slices]
    uid = generate_uid()
    for dataset in second:
        dataset.SeriesInstanceUID, dataset.SeriesNumber = uid, 9
    save([*slices, *second], folder)


BAD = {
    "two slices missing": Bad(
        _missing, r"slices 12 and 13 of 24 are missing \(gap 3\.0 mm, else 1\.0\)"
    ),
    "a slice twice, different": Bad(_twice_different, r"two different slices at .* mm"),
    "uneven spacing": Bad(_uneven, r"uneven spacing: 1\.00 mm, but 2\.00 mm behind slice 15"),
    "gantry tilt": Bad(_tilted, r"tilted by 16\.7°.*not supported"),
    "cut short": Bad(_cut_short, r"file 8 of 24 \(by name\) is cut short"),
    "cut in its header": Bad(_cut_in_header, r"file 8 of 24 \(by name\) is (cut short|damaged)"),
    "an empty file": Bad(_empty_file, r"file 8 of 24 \(by name\) is empty"),
    "MR": Bad(_each(Modality="MR"), r"MR, not CT"),
    "PET": Bad(_each(Modality="PT"), r"PT, not CT"),
    "no rescale": Bad(_each(RescaleSlope=None, RescaleIntercept=None), r"no Hounsfield scale"),
    "another unit": Bad(_each(RescaleType="US"), r"no Hounsfield scale"),
    "slope 0": Bad(_each(RescaleSlope=0), r"no Hounsfield scale"),
    "enhanced": Bad(_enhanced, r"enhanced multi-frame CT: not supported"),
    "mixed sizes": Bad(_mixed_sizes, r"different rows and columns: .*\(files 4, 5\)"),
    "mixed spacings": Bad(
        _some(PixelSpacing=[0.5, 0.5]), r"different pixel spacing \(files 4, 5\)"
    ),
    "mixed orientations": Bad(
        _some(ImageOrientationPatient=[0, 1, 0, 0, 0, -1]), r"different orientation \(files 4, 5\)"
    ),
    "two phases": Bad(_phases, r"2 \(1: 24 slices acquisition 1; 2: 24 slices acquisition 2\)"),
    "two phases, untold": Bad(_phases_untold, r"two different slices at"),
    "two series": Bad(_second_series, r"expected one CT series, or a choice by --series"),
    "header bomb": Bad(_header_bomb, r"65,535 × 65,535 pixels \(file 4\): limit 4,096"),
    "RLE bomb": Bad(_rle_bomb, r"40,000 × 40,000 pixels \(file 4\): limit 4,096"),
    "RLE rubbish": Bad(_rle_rubbish, r"File 4 .* cannot be decoded"),
    "HTJ2K": Bad(_packed("1.2.840.10008.1.2.4.201"), r"High-Throughput JPEG 2000.*not supported"),
    "MPEG": Bad(_packed("1.2.840.10008.1.2.4.100"), r"MPEG2.*not supported"),
    "deflated": Bad(_deflated, r"packed as a whole \(Deflated\)"),
    "two patients": Bad(_two_patients, r"expected files of one patient, found 2"),
    "two dates of birth": Bad(_two_births, r"expected files of one patient, found 2 .*birth"),
    "no DICOM": Bad(_not_dicom, r"1 files?, none of which is DICOM"),
    "a link out": Bad(_link_out, r"a link that leads out of its folder"),
    "one place": Bad(_same_place, r"two different slices at"),
    "shifted": Bad(_shifted, r"shifted sideways"),
    "colour": Bad(_colour, r"colour images"),
    "no position": Bad(_each(ImagePositionPatient=None), r"no position in the header"),
    "no spacing": Bad(_each(PixelSpacing=None), r"no pixel spacing in the header"),
    "spacing of nothing": Bad(_each(PixelSpacing=[1e-9, 1e-9]), r"voxels of 0\.01 to 100 mm"),
    "two slices of one UID": Bad(_same_uid, r"slices without an identifier"),
    "a UID with dots": Bad(
        _each(SeriesInstanceUID="../../etc", RescaleSlope=None), r"no Hounsfield scale"
    ),
}
