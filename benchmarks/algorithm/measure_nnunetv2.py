"""In the worker: nnunetv2's own predictor on the same VOIs, in the same process conditions."""

import itertools
import time
import warnings
from typing import Any

import numpy as np
import torch

from algorithm.engines.process_start import seconds_since_process_start
from algorithm.engines.selection.phantoms import PHANTOMS, batch_of
from algorithm.models.manifest import read_manifest
from benchmarks.algorithm.measure_engine import Voi, first_vois
from benchmarks.algorithm.memory import peak_memory_gb
from benchmarks.algorithm.result_folder import CHECKPOINT
from benchmarks.algorithm.synthetic import DIFFERENT_VOIS, SPACING_MM
from benchmarks.algorithm.tasks import Nnunetv2Task, Turn
from benchmarks.algorithm.worker import Say
from training.nnunet.framework.torchvision_import import make_torchvision_importable

__all__ = ["measure"]


def measure(task: Nnunetv2Task, say: Say) -> Turn:
    """Load the result folder, predict each VOI by `predict_single_npy_array`, without mirroring."""
    say("loading")
    warnings.simplefilter("ignore")
    predictor = _predictor(task)
    clock = _ForwardClock(predictor.network, on_cuda=task.device == "cuda")
    vois = first_vois(task.input_folder, DIFFERENT_VOIS)
    _predict(predictor, vois[0])
    to_first = seconds_since_process_start()
    seconds, forward_seconds, patches = [], [], []
    for run, voi in zip(range(task.runs), itertools.cycle(vois)):
        clock.reset()
        start = time.perf_counter()
        _predict(predictor, voi)
        seconds.append(time.perf_counter() - start)
        forward_seconds.append(clock.seconds)
        patches.append(clock.patches)
        say(f"run {run + 1} of {task.runs}: {seconds[-1]:.3g} s")
    turn = Turn(
        device=_said(task.device),
        seconds=seconds,
        forward_seconds=forward_seconds,
        patches=patches,
        seconds_to_first_voi=to_first,
        peak_memory_gb=peak_memory_gb(on_cuda=task.device == "cuda"),
    )
    _save_phantom(predictor, task)
    return turn


def _predictor(task: Nnunetv2Task) -> Any:
    make_torchvision_importable()
    from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor  # noqa: PLC0415

    predictor = nnUNetPredictor(
        use_mirroring=False, device=torch.device(task.device), allow_tqdm=False
    )
    predictor.initialize_from_trained_model_folder(str(task.result_folder), task.folds, CHECKPOINT)
    return predictor


def _predict(predictor: Any, voi: Voi) -> None:
    image = voi[np.newaxis].astype(np.float32)
    x_mm, y_mm, z_mm = SPACING_MM
    predictor.predict_single_npy_array(image, {"spacing": [z_mm, y_mm, x_mm]})


@torch.inference_mode()
def _save_phantom(predictor: Any, task: Nnunetv2Task) -> None:
    """Save what its networks say, without the blending of tiles, which rounds to float16."""
    patch = torch.from_numpy(batch_of(PHANTOMS[0], read_manifest(task.model))).to(task.device)
    logits = []
    for state in predictor.list_of_parameters:
        predictor.network.load_state_dict(state)
        with torch.autocast(task.device, enabled=task.device == "cuda"):
            logits.append(predictor.network(patch).float().cpu().numpy())
    np.save(task.logits_file, np.mean(logits, axis=0))


class _ForwardClock:
    """Notes how long a torch network was busy, and with how many patches."""

    def __init__(self, network: torch.nn.Module, *, on_cuda: bool) -> None:
        self._on_cuda = on_cuda
        self._start = 0.0
        self.reset()
        network.register_forward_pre_hook(self._begin)
        network.register_forward_hook(self._end)

    def reset(self) -> None:
        """Begin at nothing."""
        self.seconds, self.patches = 0.0, 0

    def _begin(self, *_: Any) -> None:
        self._start = self._now()

    def _end(self, _: torch.nn.Module, arguments: tuple[torch.Tensor, ...], __: Any) -> None:
        self.seconds += self._now() - self._start
        self.patches += len(arguments[0])

    def _now(self) -> float:
        if self._on_cuda:
            torch.cuda.synchronize()
        return time.perf_counter()


def _said(device: str) -> str:
    if device == "cuda":
        return f"{torch.cuda.get_device_name()} (autocast fp16)"
    return f"CPU ({torch.get_num_threads()} threads, f32)"
