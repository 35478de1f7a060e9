"""All files of a scan's results: masks, table, record, key images, and DICOM objects."""

import json
from collections.abc import Sequence
from pathlib import Path

from clinic.dicom.quiet import dicom_package
from clinic.lesions.lesion import Lesion
from clinic.output.mask_file import write_masks
from clinic.output.output_folder import RESULTS
from clinic.output.records import key_image_name, lesion_table, results, tracking_uids
from clinic.pictures.key_image import key_image
from clinic.scans.scan import Format, Scan
from clinic.segmentation.model import LoadedModel
from uls.workshop.errors import CallError
from uls.workshop.files import sha256

__all__ = ["check_format", "write_results"]


def check_format(scan_format: Format, wanted: Format | None) -> Format:
    """Give the format of the masks: the wanted one, else the scan's.

    Raises:
        CallError: DICOM objects of a scan that is not DICOM.
    """
    kind = wanted or scan_format
    if kind == "dicom" and scan_format != "dicom":
        raise CallError.about(
            "--format",
            expected="nifti, nrrd or metaimage for a scan that is not DICOM",
            found="dicom",
        )
    return kind


def write_results(
    scan: Scan, lesions: Sequence[Lesion], model: LoadedModel, folder: Path, kind: Format
) -> None:
    """Write all files of a scan's results into a folder that is there and empty.

    Args:
        scan: the scan.
        lesions: in the order of their numbers.
        model: that predicted them.
        folder: the folder.
        kind: format of the masks; `dicom` writes a segmentation, a report and key objects.
    """
    if kind == "dicom":
        from clinic.dicom_out.write import write_objects  # noqa: PLC0415  (needs highdicom)

        write_objects(scan, lesions, model, folder)
    else:
        write_masks(scan, lesions, folder, kind)
    for number, lesion in enumerate(lesions, 1):
        if lesion.measurements is not None:
            picture = key_image(scan, lesion, number, model.name)
            image = dicom_package("PIL.Image").fromarray(picture)
            image.save(folder / key_image_name(number), format="PNG")
    table = lesion_table(lesions, tracking_uids(scan, lesions, model))
    (folder / "lesions.csv").write_text(table, encoding="utf-8")
    files = {file.name: sha256(file) for file in sorted(folder.iterdir())}
    record = results(scan, lesions, model, files)
    text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
    (folder / RESULTS).write_text(text, encoding="utf-8")
