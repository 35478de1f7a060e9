"""In the worker: whole jobs, with a network that answers at once or with a real one."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from algorithm.cli.load import make_predictor
from algorithm.engines.process_start import seconds_since_process_start
from algorithm.engines.selection.create import create
from algorithm.inference.predictor import Predictor
from algorithm.job.job import run_job
from algorithm.job.options import JobOptions
from algorithm.models.importing.on_the_fly import load_model
from benchmarks.algorithm.tasks import Around, AroundTask, WholeJob, WholeJobTask
from benchmarks.algorithm.timed_engine import InstantEngine, TimedEngine
from benchmarks.algorithm.worker import Say
from uls.geometry.lesion import clicked
from uls.images.mask_stack import MaskStackWriter
from uls.images.stack import read_vois
from uls.platform.sockets import find_job

__all__ = ["measure"]


def measure(task: AroundTask | WholeJobTask, say: Say) -> Around | WholeJob:
    """Do the job, one way or the other."""
    return _around(task, say) if isinstance(task, AroundTask) else _whole(task)


def _whole(task: WholeJobTask) -> WholeJob:
    model = load_model(task.model)
    made = create("auto", model, device=task.device, precision="auto")
    run_job(make_predictor(model, made), _options(task))
    return WholeJob(seconds=seconds_since_process_start())


def _around(task: AroundTask, say: Say) -> Around:
    model = load_model(task.model)
    networks = [TimedEngine(InstantEngine(model.manifest)) for _ in model.manifest.folds]
    predictor = make_predictor(model, networks)
    stages = _stages(task, predictor, networks)
    job_seconds = []
    for run in range(task.runs):
        start = time.perf_counter()
        run_job(predictor, _options(task))
        job_seconds.append(time.perf_counter() - start)
        say(f"job {run + 1} of {task.runs}: {job_seconds[-1]:.3g} s")
    return Around(stages=stages, job_seconds=job_seconds)


def _options(task: AroundTask | WholeJobTask) -> JobOptions:
    return JobOptions(input_folder=task.input_folder, output_folder=task.output_folder, mirror=0)


def _stages(
    task: AroundTask, predictor: Predictor, networks: list[TimedEngine]
) -> dict[str, float]:
    """Time each stage of some VOIs by itself, nothing beside it."""
    (stack,) = find_job(task.input_folder)
    clock = _Clock()
    with MaskStackWriter(stack.header, task.output_folder) as writer:
        vois = read_vois(stack.header)
        for index in range(min(task.runs + 1, stack.header.n_vois)):
            with clock.stage("read"):
                voi = next(vois)
            before = sum(network.seconds for network in networks)
            with clock.stage("normalise"):
                logit = predictor.predict(voi, spacing_mm=stack.spacings_mm[index], mirror=0)
            clock.take_off("normalise", sum(network.seconds for network in networks) - before)
            with clock.stage("post-process"):
                lesion = clicked(logit > 0, spacing_mm=stack.spacings_mm[index])
            with clock.stage("write"):
                writer.write(lesion.mask)
    return clock.medians()


class _Clock:
    """Seconds of each stage, VOI for VOI."""

    def __init__(self) -> None:
        self._seconds: dict[str, list[float]] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self._seconds.setdefault(name, []).append(time.perf_counter() - start)

    def take_off(self, name: str, seconds: float) -> None:
        self._seconds[name][-1] -= seconds

    def medians(self) -> dict[str, float]:
        """Give each stage's median; the first VOI, which pays for imports, is left out."""
        return {name: median(seconds[1:] or seconds) for name, seconds in self._seconds.items()}
