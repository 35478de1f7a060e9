"""What every engine is: a network with its weights, ready to run on patches of one shape."""

from typing import Protocol

import numpy as np
import numpy.typing as npt

__all__ = ["Batch", "Engine"]

Batch = npt.NDArray[np.float32]
"""Float32, C-contiguous, (n, channels or classes, z, y, x)."""


class Engine(Protocol):
    """One network (one fold) on one device. Not to be called from two threads at once.

    Attributes:
        name: the engine's name, as `--engine` takes it.
        device: where and how it runs, for the log, such as `CPU (2 threads, f32)`.
    """

    name: str
    device: str

    def __call__(self, batch: Batch) -> Batch:
        """Run the network.

        Args:
            batch: normalised patches, (n, channels, z, y, x), of the model's fixed patch size.

        Returns:
            Logits, (n, classes, z, y, x). The array is the engine's: the next call may write over
            it, so take from it what you need before.
        """
