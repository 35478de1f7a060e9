"""A fold's left-out cases predicted and scored on whole VOIs, as `algorithm` will see them.

nnU-Net validates on the cases that it prepared. Where these were cut to a patch around the click,
what a lesion has beyond it would not count, neither predicted nor missed: the raw VOIs are
predicted then, by the path that `algorithm` takes, and compared with the raw labels. The masks and
`summary.json` lie where nnU-Net leaves its own.
"""

import json
import logging
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import SimpleITK as sitk

from algorithm.engines.selection.create import create
from algorithm.models.importing.model_import import import_model
from training.jobs.stage_records import Records
from training.nnunet.data.raw_dataset import RawDataset
from training.nnunet.planning.auto_plans import resamples
from training.nnunet.preprocessing.training_data import TrainingData
from training.nnunet.run.predict import predict_case
from training.nnunet.run.settings import Prediction
from uls.geometry.voi import VOI_SHAPE_ZYX
from uls.workshop.errors import CallError

if TYPE_CHECKING:
    from algorithm.inference.predictor import Predictor

__all__ = ["Whole", "raw_of", "validate_fold", "whole_vois"]

_log = logging.getLogger(__name__)

_SUMMARY = "summary.json"
_FOLDER = "validation"
_MIRRORED = 8
"""Views of a VOI that nnU-Net's own validation averages too."""


def raw_of(job: Path, stage: str = "plan") -> Path | None:
    """Say which raw data set a job of ours prepared; None where it left no record."""
    done = Records(job / "stages").done(stage)
    return Path(done.inputs["raw"].path) if done and "raw" in done.inputs else None


@dataclass(frozen=True)
class Whole:
    """The raw data set whose VOIs are larger than the patch that their network is trained on."""

    data: TrainingData
    raw: RawDataset

    def validate(self, fold: str, folder: Path, *, device: str) -> None:
        """Predict and score a fold's left-out VOIs; masks that are there already stay.

        Args:
            fold: its number.
            folder: the fold's folder in the result folder, with its final checkpoint.
            device: where it was trained.
        """
        place = folder / _FOLDER
        place.mkdir(parents=True, exist_ok=True)
        cases = self._left_out(fold)
        left = [case for case in cases if not (place / f"{case}{self.raw.ending}").exists()]
        if left:
            with tempfile.TemporaryDirectory() as scratch:
                predictor = _predictor(folder, fold, Path(scratch), device)
                for case in left:
                    self._predict(case, predictor, folder.parent, place)
        summary = self._score(place)
        dice = summary["foreground_mean"]["Dice"]
        _log.info("Fold %s: mean Dice %.3f on %d whole VOIs", fold, dice, len(cases))

    def _left_out(self, fold: str) -> Sequence[str]:
        splits = json.loads((self.data.root / self.data.dataset / "splits_final.json").read_bytes())
        cases: list[str] = splits[int(fold)]["val"]
        return cases

    def _predict(self, case: str, predictor: "Predictor", model: Path, place: Path) -> None:
        how = Prediction(model=model, images=self.raw.folder / "imagesTr", mirror=_MIRRORED)
        target = place / f"{case}{self.raw.ending}"
        predict_case(how, predictor, self.raw.image(case), target)

    def _score(self, place: Path) -> dict[str, Any]:
        """Have nnU-Net compare the masks; `summary.json` takes its name when it is whole."""
        from nnunetv2.evaluation.evaluate_predictions import (  # noqa: PLC0415
            compute_metrics_on_folder,
        )
        from nnunetv2.imageio.simpleitk_reader_writer import SimpleITKIO  # noqa: PLC0415

        beside = place / f"new-{_SUMMARY}"
        summary: dict[str, Any] = compute_metrics_on_folder(
            str(self.raw.folder / "labelsTr"),
            str(place),
            str(beside),
            SimpleITKIO(),
            self.raw.ending,
            [1],
            self.raw.json["labels"].get("ignore"),
            num_processes=1,
        )
        beside.replace(place / _SUMMARY)
        return summary


def validate_fold(
    fold: str, folder: Path, whole: Whole | None, *, device: str, trainer: Callable[[], Any]
) -> None:
    """Validate a trained fold once, on whole VOIs or as its trainer does it.

    Args:
        fold: its number; the fold `all` has no cases left out.
        folder: the fold's folder in the result folder.
        whole: as `whole_vois` gives it.
        device: where it was trained.
        trainer: gives its trainer.
    """
    if fold == "all" or (folder / _FOLDER / _SUMMARY).exists():
        return
    if whole is not None:
        whole.validate(fold, folder, device=device)
    else:
        trainer().perform_actual_validation()


def whole_vois(
    data: TrainingData, raw: Path | None, folds: Sequence[str], *, validate: bool
) -> Whole | None:
    """Say how folds are validated: on whole VOIs (see `Whole`), or None for nnU-Net's own way.

    Found out before a training begins, not after it.

    Args:
        data: the prepared data set.
        raw: where the data set lay that it was prepared of.
        folds: which are trained.
        validate: whether they will be validated at all.

    Raises:
        CallError: whole VOIs are needed, and the raw data set is not there any more.
    """
    if not validate or all(fold == "all" for fold in folds):
        return None
    if resamples(data.plans, data.configuration):
        return None  # nnU-Net prepared whole VOIs, and resamples what it predicts back
    patch = data.plans["configurations"][data.configuration]["patch_size"]
    back = data.plans["transpose_backward"]
    if all(patch[axis] >= size for axis, size in zip(back, VOI_SHAPE_ZYX, strict=True)):
        return None
    if raw is None or not (raw / "imagesTr").is_dir():
        raise CallError.about(
            "--validate",
            expected=f"the raw data set {raw or data.dataset}, as the patch is smaller than a VOI",
            found="nothing there" if raw else "no record of where it is",
            hint="Call from where `plan` was called, put it back, or say --no-validate.",
        )
    whole = Whole(data, RawDataset.read(raw))
    if _size_zyx(whole.raw) == VOI_SHAPE_ZYX:
        return whole
    _log.warning("%s holds no whole VOIs: folds are validated on the patch alone", raw)
    return None


def _size_zyx(raw: RawDataset) -> tuple[int, ...]:
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(raw.image(raw.cases[0])))
    reader.ReadImageInformation()
    return tuple(reversed(reader.GetSize()))


def _predictor(folder: Path, fold: str, scratch: Path, device: str) -> "Predictor":
    from algorithm.cli.load import make_predictor  # noqa: PLC0415
    from algorithm.models import weights  # noqa: PLC0415  (loads the engine)

    import_model(
        folder.parent,
        scratch / "model",
        name=f"fold {fold}",
        folds=(fold,),
        checkpoint="final",
        native_spacing=True,
    )
    model = weights.verify(scratch / "model")
    where = device if device == "cuda" else "cpu"
    return make_predictor(model, create("torch", model, device=where, precision="f32"))
