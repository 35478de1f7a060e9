"""What `python -m training prepare` and `grabcut` say of a data set that they made."""

from pathlib import Path

from training.data.prepare.manifest import MANIFEST_FILE, Lesion, read_manifest
from training.nnunet.data.raw_dataset import RawDataset

__all__ = ["manifest_of", "patients_of", "vois_of"]

_LESION = "_lesion_"
"""What parts a VOI's name into scan and lesion, in the challenge's files and in ours."""


def manifest_of(raw: RawDataset) -> Path | None:
    """Give the manifest of the preparation that made a data set, or None if none did."""
    path = raw.folder.parent.parent / MANIFEST_FILE
    return path if path.is_file() else None


def vois_of(manifest: Path) -> dict[str, Lesion]:
    """Give the lesion that each VOI shows, by the VOI's name."""
    lesions = read_manifest(manifest.parent).lesions
    return {voi.name: lesion for lesion in lesions for voi in lesion.vois}


def patients_of(raw: RawDataset) -> dict[str, str]:
    """Say whose each case is: as its manifest tells, else by the scan in its name."""
    manifest = manifest_of(raw)
    known = vois_of(manifest) if manifest is not None else {}
    return {
        case: f"{known[case].dataset}/{known[case].patient}"
        if case in known
        else case.split(_LESION)[0]
        for case in raw.cases
    }
