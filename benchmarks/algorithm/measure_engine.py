"""In the worker: one of our engines on VOIs, as `segment` would run it."""

import itertools
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt

from algorithm.cli.load import make_predictor
from algorithm.engines.base import Engine
from algorithm.engines.catalogue.catalogue import Candidate
from algorithm.engines.process_start import seconds_since_process_start
from algorithm.engines.selection.phantoms import PHANTOMS, batch_of
from algorithm.inference.predictor import Predictor
from algorithm.models.importing.on_the_fly import load_model
from algorithm.models.manifest import AnyManifest
from benchmarks.algorithm.memory import peak_memory_gb
from benchmarks.algorithm.synthetic import DIFFERENT_VOIS, SPACING_MM
from benchmarks.algorithm.tasks import EngineTask, Turn
from benchmarks.algorithm.timed_engine import TimedEngine
from benchmarks.algorithm.worker import Say
from uls.images.stack import read_vois
from uls.platform.sockets import find_job

__all__ = ["first_vois", "measure"]

Voi = npt.NDArray[np.int16]


def measure(task: EngineTask, say: Say) -> Turn:
    """Load the model, predict, and save what the network says of the phantom."""
    say("loading")
    model = load_model(task.model)
    candidate = Candidate(task.engine, task.device, task.precision)
    made = [candidate.make(model, fold) for fold in model.manifest.folds]
    networks = [TimedEngine(engine) for engine in made]
    turn = _predicted(task, make_predictor(model, networks), networks, say)
    _save_phantom(model.manifest, networks, task.logits_file)
    return turn


def _predicted(
    task: EngineTask, predictor: Predictor, networks: list[TimedEngine], say: Say
) -> Turn:
    """Predict the first VOI, untimed but for the start-up, and then as many as are wanted."""
    vois = first_vois(task.input_folder, DIFFERENT_VOIS if task.runs else 0)
    seconds, forward_seconds, patches = [], [], []
    for voi in vois[:1]:
        predictor.predict(voi, spacing_mm=SPACING_MM)
    to_first = seconds_since_process_start()
    for run, voi in zip(range(task.runs), itertools.cycle(vois)):
        for network in networks:
            network.seconds, network.patches = 0.0, 0
        start = time.perf_counter()
        predictor.predict(voi, spacing_mm=SPACING_MM)
        seconds.append(time.perf_counter() - start)
        forward_seconds.append(sum(network.seconds for network in networks))
        patches.append(sum(network.patches for network in networks))
        say(f"run {run + 1} of {task.runs}: {seconds[-1]:.3g} s")
    return Turn(
        device=networks[0].device,
        seconds=seconds,
        forward_seconds=forward_seconds,
        patches=patches,
        seconds_to_first_voi=to_first,
        peak_memory_gb=peak_memory_gb(on_cuda=task.device == "cuda"),
    )


def first_vois(input_folder: Path, count: int) -> list[Voi]:
    """Read the first VOIs of a job's stack, as many as there are."""
    (stack,) = find_job(input_folder)
    return list(itertools.islice(read_vois(stack.header), count))


def _save_phantom(manifest: AnyManifest, networks: list[TimedEngine], path: Path) -> None:
    engines_: list[Engine] = list(networks)
    batch = batch_of(PHANTOMS[0], manifest)
    np.save(path, np.mean([engine(batch).copy() for engine in engines_], axis=0))
