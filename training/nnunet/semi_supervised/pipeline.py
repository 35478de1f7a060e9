"""nnUnet-ResEnc+SS, top to bottom: the five stages of the baseline (de Grauw et al. 2025).

1. pre-train a network on 2D pseudo-masks of measured lesions;
2. fine-tune it on fully annotated lesions, at a quarter of the learning rate;
3. predict 3D pseudo-masks of the measured lesions, and keep those whose axes agree;
4. pre-train a second network on these;
5. fine-tune it on fully annotated lesions. That is the model.

All four trainings share the plans of the fully annotated data set, so that weights fit.
"""

from dataclasses import dataclass, field
from pathlib import Path

from algorithm.engines.engine_names import EngineSettings
from training.jobs.stages import Stage, Stages
from training.nnunet.data.raw_dataset import RawDataset
from training.nnunet.preprocessing.training_data import prepare_as_plans
from training.nnunet.run.folds import FINAL, TrainingRun
from training.nnunet.run.jobs import plan_stage, train_stage
from training.nnunet.run.predict import predict_stage
from training.nnunet.run.settings import Machine, Prediction
from training.nnunet.semi_supervised.inputs import check_inputs
from training.nnunet.semi_supervised.places import (
    DATA_2D,
    DATA_FULL,
    DATA_PSEUDO,
    MASKS,
    RAW_2D,
    RAW_PSEUDO,
    Places,
)
from training.nnunet.semi_supervised.raw_sets import SELECTION, write_2d_set, write_pseudo_set
from training.nnunet.semi_supervised.recipe import Recipe
from training.nnunet.semi_supervised.selection import select
from uls.workshop.errors import CallError

__all__ = ["REDO_HINT", "Pipeline"]

_LAST = "5-fine-tune"

REDO_HINT = "To do the stage and those after it anew: --again-from STAGE."


@dataclass(frozen=True)
class Pipeline:
    """One run in one folder.

    Attributes:
        full: the fully annotated data set.
        partial: the data set of 2D pseudo-masks, made of measurements.
        measurements: the table of these measurements.
        root: the run's folder.
        recipe: how.
        machine: where networks train and predict.
        processes: processes that prepare cases.
    """

    full: RawDataset
    partial: RawDataset
    measurements: Path
    root: Path
    recipe: Recipe
    machine: Machine = field(default_factory=Machine)
    processes: int = 1

    def run(self, *, again_from: str | None = None, until: str | None = None) -> Path:
        """Do all stages that are not done yet; give the output of the last one.

        Args:
            again_from: a stage that is done anew, with all after it.
            until: the last stage to do.

        Raises:
            CallError: there is no such stage, or a stage was begun otherwise.
            InputError: the data do not fit.
        """
        check_inputs(self.full, self.partial, self.measurements)
        stages = Stages(self.root, redo_hint=REDO_HINT)
        wanted = self.stages[: self._place(until) + 1 if until else None]
        with stages.alone():
            for stage in self.stages[self._place(again_from) :] if again_from else ():
                stages.forget(stage)
            for stage in wanted:
                stages.run(stage)
        return self.model if wanted[-1].name == _LAST else wanted[-1].output

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages in order."""
        return (
            self._plan(),
            self._labels_2d(),
            self._prepare("1-data", of=RAW_2D, output=DATA_2D),
            self._pre_train("1-pre-train", on=DATA_2D, output="pretrained-1"),
            self._fine_tune("2-fine-tune", begin="pretrained-1", output="model-1"),
            self._predict(),
            self._select(),
            self._prepare("4-data", of=RAW_PSEUDO, output=DATA_PSEUDO),
            self._pre_train("4-pre-train", on=DATA_PSEUDO, output="pretrained-2"),
            self._fine_tune(_LAST, begin="pretrained-2", output="model"),
        )

    @property
    def model(self) -> Path:
        """The nnU-Net result folder that the last stage makes."""
        return self._places.results(DATA_FULL, self._places.fine_tuning, "model")

    @property
    def _places(self) -> Places:
        return Places(self.root, self.full.name, self.partial.name, self.recipe, self.machine)

    def _plan(self) -> Stage:
        return plan_stage(
            self.full,
            self.recipe.preset,
            self.recipe.overrides,
            self.root / DATA_FULL,
            name="0-plan",
            processes=self.processes,
        )

    def _labels_2d(self) -> Stage:
        return Stage(
            name="1-labels",
            output=self.root / RAW_2D,
            work=self._write_2d,
            inputs={"raw": self.partial.folder},
        )

    def _prepare(self, name: str, *, of: str, output: str) -> Stage:
        """Prepare a raw data set that an earlier stage made, by the plans of the full one."""

        def work(place: Path) -> None:
            raw = RawDataset.read(self.root / of / self._places.dataset(of))
            plans = self._places.data(DATA_FULL).plans
            configuration = self.recipe.preset.configuration
            prepare_as_plans(raw, plans, configuration, place, processes=self.processes)

        plans_file = f"{self.recipe.preset.plans_name}.json"
        inputs = {"raw": self.root / of, "plans": self.root / DATA_FULL / self.full.name}
        inputs["plans"] = inputs["plans"] / plans_file
        return Stage(name=name, output=self.root / output, work=work, inputs=inputs)

    def _pre_train(self, name: str, *, on: str, output: str) -> Stage:
        run = TrainingRun(self._places.data(on), self._places.pretraining)
        return train_stage(run, self.root / output, name=name)

    def _fine_tune(self, name: str, *, begin: str, output: str) -> Stage:
        on = DATA_2D if begin == "pretrained-1" else DATA_PSEUDO
        earlier = self._places.results(on, self._places.pretraining, begin)
        run = TrainingRun(
            self._places.data(DATA_FULL),
            self._places.fine_tuning,
            pretrained=earlier / "fold_all" / FINAL,
        )
        return train_stage(run, self.root / output, name=name)

    def _predict(self) -> Stage:
        device = self.machine.device
        prediction = Prediction(
            model=self._places.results(DATA_FULL, self._places.fine_tuning, "model-1"),
            images=self.partial.folder / "imagesTr",
            engine=EngineSettings(device="auto" if device == "mps" else device, precision="f32"),
            mirror=self.recipe.mirror,
        )
        return predict_stage(prediction, self.root / MASKS, name="3-predict")

    def _select(self) -> Stage:
        return Stage(
            name="3-select",
            output=self.root / RAW_PSEUDO,
            work=self._write_pseudo,
            settings={"tolerance_px": self.recipe.tolerance_px},
            inputs={
                "masks": self.root / MASKS,
                "images": self.partial.folder / "imagesTr",
                "measurements": self.measurements,
            },
        )

    def _write_2d(self, place: Path) -> None:
        write_2d_set(self.partial, place / self.partial.name, processes=self.processes)

    def _write_pseudo(self, place: Path) -> None:
        masks = self.root / MASKS
        kept = select(
            masks,
            self.measurements,
            place / SELECTION,
            tolerance_px=self.recipe.tolerance_px,
            processes=self.processes,
        )
        write_pseudo_set(self.partial, masks, kept, place / self._places.dataset(RAW_PSEUDO))

    def _place(self, name: str) -> int:
        names = [stage.name for stage in self.stages]
        if name not in names:
            raise CallError.about("stage", expected=f"one of {', '.join(names)}", found=name)
        return names.index(name)
