"""The measurements, each in a worker of its own, and what came of them."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from algorithm.models.json_files import StrictModel
from benchmarks.algorithm import plan
from benchmarks.algorithm.cells import Cell
from benchmarks.algorithm.options import BenchOptions
from benchmarks.algorithm.processes import run_worker
from benchmarks.algorithm.progress import Progress
from benchmarks.algorithm.subject import Subject
from benchmarks.algorithm.synthetic import write_job
from benchmarks.algorithm.tasks import (
    Around,
    AroundTask,
    EngineTask,
    Nnunetv2Task,
    Peak,
    PeakTask,
    Turn,
    WholeJob,
    WholeJobTask,
)
from uls.workshop.cpus import available_cpus
from uls.workshop.errors import UserError

__all__ = ["Bencher"]

_log = logging.getLogger(__name__)

_PEAK_RUNS = 5

_Answer = TypeVar("_Answer", bound=StrictModel)


class Bencher:
    """Runs one measurement after the other and keeps what came of them."""

    def __init__(
        self,
        options: BenchOptions,
        subject: Subject,
        cells: Sequence[Cell],
        reference: Cell,
        scratch: Path,
    ) -> None:
        self.threads = available_cpus()
        self.measured: dict[str, list[Turn]] = {}
        self.left_out: dict[str, str] = {}
        self._options, self._subject, self._scratch = options, subject, scratch
        self._reference = reference
        self._cells = {cell.name: cell for cell in cells}
        with_nnunetv2 = subject.result_folder is not None
        if not with_nnunetv2:
            self.left_out[plan.NNUNETV2] = subject.without_nnunetv2
        self.precisions = plan.precisions(cells, options.device, nnunetv2=with_nnunetv2)
        names = [*self._cells, plan.NNUNETV2] if with_nnunetv2 else list(self._cells)
        self.turns = plan.turns(names, options.runs)
        self._progress = Progress(
            plan.steps(
                self.turns,
                self.precisions,
                voi_seconds=plan.guessed_voi_seconds(subject, options.device),
                jobs=options.runs,
                vois=options.vois,
                whole_job=options.whole_job,
            )
        )
        _log.info("Writing a stack of %d VOIs", options.vois)
        self._input = write_job(scratch / "input", vois=options.vois)

    @property
    def reference_name(self) -> str:
        """The cell that the others' logits are compared to."""
        return self._reference.name

    @property
    def logits(self) -> dict[str, Path]:
        """Give the file of the phantom's logits of each that was measured, and the reference's."""
        names = [*self._cells, plan.NNUNETV2, self.reference_name]
        return {name: path for name in names if (path := self._logits_file(name)).exists()}

    def peak(self, precision: str) -> float:
        """Measure the fastest matrix product in a precision, in TFLOP/s."""
        size = self._options.peak_size
        task = PeakTask(
            precision=precision, device=self._options.device, size=size, runs=_PEAK_RUNS
        )
        with self._progress.step(f"matrix product of {size}×{size}, {precision}"):
            answer = self._run(task, Peak)
        return max(answer.tflops.values())

    def turn(self, name: str, runs: int) -> None:
        """Measure an engine or nnunetv2; one that fails is left out from then on."""
        with self._progress.step(f"{name}, {runs} timed after a first"):
            if name in self.left_out:
                return
            try:
                answer = self._run(self._task(name, runs), Turn)
            except UserError as error:
                _log.warning("%s is left out: %s", name, error)
                self.left_out[name] = str(error)
                self.measured.pop(name, None)
                return
        self.measured.setdefault(name, []).append(answer)

    def reference(self) -> None:
        """Compute the reference's logits, if no turn has done so."""
        with self._progress.step(f"{self.reference_name}, the reference"):
            if self._logits_file(self.reference_name).exists():
                return
            try:
                self._run(self._engine_task(self._reference, 0), Turn)
            except UserError as error:
                _log.warning("Parity is left out: %s", error)
                self.left_out["parity"] = str(error)

    def around(self) -> Around:
        """Time all that a job does around the network."""
        options = self._options
        task = AroundTask(
            model=self._subject.model.folder,
            runs=options.runs,
            input_folder=self._input,
            output_folder=self._scratch / "output",
        )
        with self._progress.step(f"{options.runs} jobs of {options.vois} VOIs around the network"):
            return self._run(task, Around)

    def whole_job(self) -> float:
        """Do the job with what `auto` takes; give the seconds of its process."""
        task = WholeJobTask(
            model=self._subject.model.folder,
            device=self._options.device,
            input_folder=self._input,
            output_folder=self._scratch / "output",
        )
        with self._progress.step("the whole job, as `segment` does it"):
            return self._run(task, WholeJob).seconds

    def _run(self, task: StrictModel, answer: type[_Answer]) -> _Answer:
        return run_worker(task, answer, threads=self.threads, say=self._progress.say)

    def _task(self, name: str, runs: int) -> EngineTask | Nnunetv2Task:
        if name != plan.NNUNETV2:
            return self._engine_task(self._cells[name], runs)
        return Nnunetv2Task(
            model=self._subject.model.folder,
            result_folder=self._subject.result_folder or Path(),
            folds=self._subject.folds,
            device=self._options.device,
            runs=runs,
            input_folder=self._input,
            logits_file=self._logits_file(name),
        )

    def _engine_task(self, cell: Cell, runs: int) -> EngineTask:
        return EngineTask(
            model=self._subject.model.folder,
            engine=cell.engine,
            precision=cell.precision,
            device=self._options.device,
            runs=runs,
            input_folder=self._input,
            logits_file=self._logits_file(cell.name),
        )

    def _logits_file(self, name: str) -> Path:
        return self._scratch / f"logits-{name}.npy"
