"""Independent checkers and readers of DICOM: dicom3tools and dcmqi, where they are installed."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import SimpleITK as sitk

_SR_QUIRK = "Different information entities for attribute - Element=<AccessionNumber>"
"""dicom3tools files the accession number of every report, empty or not, under its series."""


def _tool(name: str) -> str:
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed (a development requirement: dicom3tools, dcmqi)")
    return found


def errors_of(file: Path) -> list[str]:
    """What `dciodvfy` calls errors in an object."""
    done = subprocess.run([_tool("dciodvfy"), file], capture_output=True, text=True, check=False)
    assert done.stderr.strip()
    return [line for line in done.stderr.splitlines() if line.startswith("Error")]


def disagreements_of(files: list[Path]) -> list[str]:
    """What `dcentvfy` says of objects that name the same patient, study, series or slices."""
    done = subprocess.run([_tool("dcentvfy"), *files], capture_output=True, text=True, check=False)
    return [line for line in (done.stdout + done.stderr).splitlines() if _SR_QUIRK not in line]


def segments_of(file: Path, folder: Path) -> list[sitk.Image]:
    """The masks that dcmqi reads from a segmentation, by segment."""
    folder.mkdir()
    command = [_tool("segimage2itkimage"), "--inputDICOM", file, "--outputDirectory", folder]
    subprocess.run([*command, "-t", "nrrd"], capture_output=True, check=True)
    images = sorted(folder.glob("*.nrrd"), key=lambda p: int(p.stem.rpartition("-")[2]))
    return [sitk.ReadImage(str(image)) for image in images]


def groups_of(file: Path, folder: Path) -> list[dict]:
    """The groups of measurements that dcmqi reads from a report."""
    output = folder / "report.json"
    command = [_tool("tid1500reader"), "--inputDICOM", file, "--outputMetadata", output]
    subprocess.run(command, capture_output=True, check=True)
    return json.loads(output.read_text())["Measurements"]
