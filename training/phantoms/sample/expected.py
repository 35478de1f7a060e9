"""What must come of the sample: the built-in model's masks in float32, and their scores."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import SimpleITK as sitk

from algorithm.cli.load import load_predictor
from algorithm.engines.engine_names import EngineSettings
from algorithm.job.job import run_job
from algorithm.job.options import JobOptions
from algorithm.models.find_model import find_built_in
from algorithm.models.manifest import MANIFEST_NAME
from evaluation.scoring.self_test import score_sample
from uls.images.written import write_image
from uls.platform import sample
from uls.platform.sample import Expected
from uls.workshop.files import sha256, write_json

__all__ = ["write_expected"]

_SMALLEST_FILE = 9
"""zlib's level: the masks are written once and part of every installation."""


def write_expected(folder: Path) -> list[Path]:
    """Segment a sample with the built-in model, write `expected/`; return the files written."""
    model, masks = find_built_in(), folder / sample.EXPECTED_MASKS
    if not (predictions := folder / sample.PREDICTIONS_FILE).exists():
        shutil.copyfile(sample.find_sample() / sample.PREDICTIONS_FILE, predictions)
    with TemporaryDirectory() as place:
        options = JobOptions(input_folder=folder / "input", output_folder=Path(place))
        (done,) = run_job(load_predictor(model, EngineSettings(precision="f32")), options)
        write_image(sitk.ReadImage(str(done.path)), masks, compression_level=_SMALLEST_FILE)
    expected = Expected(
        model_sha256=sha256(model / MANIFEST_NAME),
        files={name: sha256(folder / name) for name in sample.given_files(folder)},
        masks=tuple(sample.mask_sha256(mask) for mask in sample.masks_in(masks)),
        scores=score_sample(folder),
    )
    return [masks, write_json(folder / sample.EXPECTED_FILE, expected.model_dump(mode="json"))]
