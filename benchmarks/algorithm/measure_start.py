"""In the worker: a start as `segment` does it, up to the first VOI."""

import os

from algorithm.cli.load import make_predictor
from algorithm.engines.process_start import seconds_since_process_start
from algorithm.engines.selection.create import select
from algorithm.models.importing.on_the_fly import load_model
from benchmarks.algorithm.synthetic import SPACING_MM, synthetic_voi
from benchmarks.algorithm.tasks import Start, StartTask
from benchmarks.algorithm.worker import Say
from uls.workshop import cache

__all__ = ["measure"]


def measure(task: StartTask, _say: Say) -> Start:
    """Load the model, let `auto` choose, and predict one VOI."""
    if task.cache_folder is not None:
        os.environ[cache.VARIABLE] = str(task.cache_folder)
    model = load_model(task.model)
    selected = select("auto", model, device=task.device, precision="auto")
    predictor = make_predictor(model, selected.engines)
    predictor.predict(synthetic_voi(0), spacing_mm=SPACING_MM)
    return Start(engine=selected.name, seconds_to_first_voi=seconds_since_process_start())
