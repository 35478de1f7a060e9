"""Winograd's method in float32: the fastest for large networks on CPUs that have AVX2 or AVX-512.

Our own library, see `algorithm.engines.winograd`; OpenVINO only reads the file. It is compared with
the float32 reference like every engine before it may run a model.
"""

import numpy as np

from algorithm.engines.base import Batch, Engine
from algorithm.engines.mapped_pages import give_back
from algorithm.engines.options import Options
from algorithm.engines.winograd.graph import UnknownOperatorError, read_network
from algorithm.engines.winograd.library import library_path, shared
from algorithm.engines.winograd.program import Program
from algorithm.models.manifest import Fold
from algorithm.models.weights import Model
from uls.workshop.cpus import available_cpus
from uls.workshop.errors import CallError, ModelError

__all__ = ["WinogradEngine", "create"]


def create(model: Model, fold: Fold, _options: Options) -> Engine:
    """Read one fold's network and lay out its filters.

    Raises:
        CallError: the library was not built, or is for another CPU.
        ModelError: the ONNX file cannot be read, or has a layer that the library has not.
    """
    library = library_path()
    if library is None:
        expected, found = "its library, for this CPU", "none"
        raise CallError.about("--engine winograd", expected=expected, found=found)
    path = model.folder / (fold.onnx.name if fold.onnx else "")
    try:
        network = read_network(path, (1, *model.manifest.input_shape))
        native = shared(library, available_cpus())
        program = Program(network, native)
    except UnknownOperatorError as error:
        expected = "layers that --engine winograd has"
        raise ModelError.about(path, expected=expected, found=str(error)) from error
    except (OSError, RuntimeError, MemoryError, ValueError, LookupError, TypeError) as error:
        expected = "a network that can be read, and memory for it"
        found = str(error) or type(error).__name__
        raise ModelError.about(path, expected=expected, found=found.splitlines()[-1]) from error
    del network
    give_back(model.folder / fold.weights.name)
    return WinogradEngine(program, native.threads)


class WinogradEngine:
    """A network for one patch; those of a batch run one after the other.

    Args:
        program: the network.
        threads: that it runs on.
    """

    name = "winograd"

    def __init__(self, program: Program, threads: int) -> None:
        self.device = f"CPU ({threads} threads, f32)"
        self._program = program

    def __call__(self, batch: Batch) -> Batch:
        """Run the network; see `Engine`."""
        if len(batch) == 1:
            return self._program(batch[0])[np.newaxis]
        return np.stack([self._program(patch).copy() for patch in batch])
