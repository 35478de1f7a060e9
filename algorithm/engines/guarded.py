"""What goes wrong inside an engine, such as too little memory on a device, told as what it is."""

from algorithm.engines.base import Batch, Engine
from algorithm.engines.interruption import OutOfTimeError, go_on_or_stop
from algorithm.engines.memory import OutOfMemoryError, ran_out_of_memory, telling_line
from uls.workshop.errors import ModelError

__all__ = ["GuardedEngine", "no_memory_or"]


def no_memory_or(subject: str, expected: str, error: Exception) -> ModelError:
    """Say in our words what an engine's package raised: too little memory, or anything else."""
    found = f"{type(error).__name__}: {telling_line(error) or 'it does not say why'}"
    if ran_out_of_memory(error):
        return OutOfMemoryError.about(
            subject,
            expected="enough memory",
            found=f"too little ({found})",
            hint="Give the process more (docker run --memory), end what else uses it, or take "
            "another --engine or --device.",
        )
    hint = "Another --engine, --device or --precision may do."
    return ModelError.about(subject, expected=expected, found=found, hint=hint)


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
            ModelError: it does not run; `OutOfMemoryError`: there is too little memory for it.
            OutOfTimeError: it was stopped.
        """
        go_on_or_stop()
        try:
            return self._engine(batch)
        except OutOfTimeError:
            raise
        except Exception as error:
            subject = f"model {self._model_name} on {self.name}, {self.device}"
            raise no_memory_or(subject, "a network that runs", error) from error
