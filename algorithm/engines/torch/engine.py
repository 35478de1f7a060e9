"""PyTorch: the reference, in plain float32, on a CPU or a CUDA device; half on CUDA is faster."""

import torch

from algorithm.engines.base import Batch, Engine
from algorithm.engines.options import Options
from algorithm.engines.torch.cuda import HalfEngine
from algorithm.models.manifest import AnyManifest, Fold, ZoomManifest
from algorithm.models.weights import Model
from algorithm.networks import networks
from algorithm.networks.zoom_network import ZoomNetwork
from uls.workshop.cpus import available_cpus
from uls.workshop.errors import CallError, ModelError

__all__ = ["TorchEngine", "create"]

_AUTOCAST = {"bf16": torch.bfloat16, "fp16": torch.float16}


def create(model: Model, fold: Fold, options: Options) -> Engine:
    """Load one fold's network.

    Raises:
        CallError: CUDA was asked for and there is none.
        ModelError: the weights do not fit the network.
    """
    if options.device == "cuda" and not torch.cuda.is_available():
        found = f"none that torch {torch.__version__} can use"
        raise CallError.about("--device cuda", expected="a CUDA device", found=found)
    if options.device == "cpu":
        torch.set_num_threads(min(torch.get_num_threads(), available_cpus()))
    network = _empty_network(model.manifest)
    networks.load_state(network, networks.read_state(model.folder / fold.weights.name))
    if options.device == "cuda" and options.precision != "f32":
        return _half(network, model, options)
    return TorchEngine(network.to(options.device), options.device, options.precision)


def _half(network: torch.nn.Module, model: Model, options: Options) -> Engine:
    """Make the fast engine; what goes wrong on the device then is no bug of the caller's."""
    shape, said = model.manifest.input_shape, _said("cuda", options.precision)
    try:
        return HalfEngine(network, shape, device="cuda", precision=options.precision, said=said)
    except RuntimeError as error:  # such as too little memory, or a layer that cannot be recorded
        found = str(error).splitlines()[0]
        raise ModelError.about(
            f"model {model.manifest.name} on {said}",
            expected="a network that CUDA runs in half precision",
            found=found,
            hint="Try --precision f32.",
        ) from error


def _empty_network(manifest: AnyManifest) -> torch.nn.Module:
    """Build a network in inference mode whose tensors have no memory yet (device `meta`)."""
    if isinstance(manifest, ZoomManifest):
        layers = manifest.architecture
        with torch.device("meta"):
            empty = ZoomNetwork(layers.channels_in, layers.widths, layers.blocks, norm=False)
        return empty.eval()
    return networks.build(manifest.architecture)


class TorchEngine:
    """A network in eager PyTorch: float32 anywhere, reduced precision on a CPU."""

    name = "torch"

    def __init__(self, network: torch.nn.Module, device: str, precision: str = "f32") -> None:
        self.device = _said(device, precision)
        self._network = network
        self._device = device
        self._autocast = _AUTOCAST.get(precision)

    @torch.inference_mode()
    def __call__(self, batch: Batch) -> Batch:
        """Run the network; see `Engine`."""
        with (
            # cuDNN rounds float32 convolutions to 10 bits (TF32) unless told not to.
            torch.backends.cudnn.flags(enabled=True, benchmark=True, allow_tf32=False),
            torch.autocast(self._device, self._autocast, enabled=self._autocast is not None),
        ):
            logits: torch.Tensor = self._network(torch.from_numpy(batch).to(self._device))
        result: Batch = logits.float().cpu().numpy()
        return result


def _said(device: str, precision: str) -> str:
    if device == "cuda":
        return f"{torch.cuda.get_device_name()} ({precision})"
    return f"CPU ({torch.get_num_threads()} threads, {precision})"
