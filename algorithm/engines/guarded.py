"""What goes wrong inside an engine, such as too little memory on a device, told as what it is."""

from algorithm.engines.base import Batch, Engine
from algorithm.interruption import OutOfTimeError, go_on_or_stop
from uls.errors import ModelError

__all__ = ["GuardedEngine"]


class GuardedEngine:
    """An engine whose failures are `ModelError`s: each package has exceptions of its own.

    Args:
        engine: the engine.
        model_name: of the model that it runs.
    """

    def __init__(self, engine: Engine, model_name: str) -> None:
        self.name = engine.name
        self.device = engine.device
        self._engine = engine
        self._model_name = model_name

    def __call__(self, batch: Batch) -> Batch:
        """Run the network; see `Engine`.

        Raises:
            ModelError: it does not run.
            OutOfTimeError: it was stopped.
        """
        go_on_or_stop()
        try:
            return self._engine(batch)
        except OutOfTimeError:
            raise
        except Exception as error:
            said = str(error).strip().splitlines()
            raise ModelError.about(
                f"model {self._model_name} on {self.name}, {self.device}",
                expected="a network that runs",
                found=f"{type(error).__name__}: {said[0] if said else 'it does not say why'}",
                hint="Another --engine, --device or --precision may do.",
            ) from error
