"""A release on disk: a zip file a mask, the split, a table, and the hashes of all.

<data set>/labels/<case>_lesion_<nn>.nii.gz.zip
<data set>/images/<case>_lesion_<nn>.nii.gz          if images are asked for
split.json  lesions.csv  SHA256SUMS
"""

import csv
import io
import shutil
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from training.release.plan import Release
from uls.images.scan_reading import read_image
from uls.images.voxels import label_array
from uls.images.written import write_image
from uls.workshop.atomic import write_file
from uls.workshop.beside import new_folder
from uls.workshop.errors import InputError
from uls.workshop.files import sha256, write_json
from uls.workshop.progress import progress

__all__ = ["SPLIT_FILE", "SUMS_FILE", "TABLE_FILE", "write_release"]

SPLIT_FILE, TABLE_FILE, SUMS_FILE = "split.json", "lesions.csv", "SHA256SUMS"

_ALWAYS = (1980, 1, 1, 0, 0, 0)
"""The time in each zip file, so that the same mask makes the same bytes."""


def write_release(
    release: Release, output: Path, *, with_images: bool = False, overwrite: bool = False
) -> Path:
    """Write a release into a new folder, which appears when it is whole; return the folder.

    Raises:
        InputError: a mask is damaged, empty, or holds more than one lesion's value.
        OutputError: the folder is there already, or cannot be written.
    """
    cases = release.raw.cases
    with new_folder(output, overwrite=overwrite) as folder:
        rows = []
        for case in progress(cases, about="Packing", total=len(cases), unit="masks"):
            place = folder / release.dataset_of[case]
            voxels = _pack(release.raw.label(case), place / "labels" / f"{case}.nii.gz.zip")
            if with_images:
                _copy_image(release.raw.image(case), place / "images" / f"{case}.nii.gz")
            rows.append((case, release.dataset_of[case], f"{voxels}", *_axes(release, case)))
        write_json(folder / SPLIT_FILE, {"train": list(cases), "held-out": list(release.held_out)})
        _table(folder / TABLE_FILE, rows, release)
        _sums(folder)
    return output


def _pack(source: Path, target: Path) -> int:
    """Write a mask as the only file in a zip file; return how many voxels the lesion has."""
    image = read_image(source)
    labels = label_array(image, source)
    values = np.unique(labels).tolist()
    if values != [0, 1]:
        raise InputError.about(
            source, expected="a mask with the values 0 and 1", found=", ".join(map(str, values))
        )
    mask = sitk.GetImageFromArray(labels.astype(np.uint8))
    mask.CopyInformation(image)
    with tempfile.TemporaryDirectory() as scratch:
        plain = write_image(mask, Path(scratch) / target.name.removesuffix(".zip"))
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
            entry = zipfile.ZipInfo(plain.name, date_time=_ALWAYS)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, plain.read_bytes())
    write_file(target, packed.getvalue(), make_folder=True)
    return int(np.count_nonzero(labels))


def _copy_image(source: Path, target: Path) -> None:
    """Copy an image as it is, or as NIfTI if it is of another format."""
    if source.name.endswith(".nii.gz"):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    else:
        write_image(read_image(source), target)


def _axes(release: Release, case: str) -> tuple[str, ...]:
    return tuple(release.axes[case].values()) if release.axes else ()


def _table(path: Path, rows: list[tuple[str, ...]], release: Release) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    axes = tuple(next(iter(release.axes.values()))) if release.axes else ()
    writer.writerow(("name", "dataset", "voxels", *axes))
    writer.writerows(rows)
    write_file(path, text.getvalue())


def _sums(folder: Path) -> None:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = [f"{sha256(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
    write_file(folder / SUMS_FILE, "".join(lines))
