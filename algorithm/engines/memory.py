"""Memory that ran out, on the machine or on a card, however an engine's package says so."""

from uls.workshop.errors import ModelError

__all__ = ["OutOfMemoryError", "ran_out_of_memory", "telling_line"]

_WORDS = (
    "out of memory",  # CUDA, torch on a CPU
    "bad_alloc",  # C++
    "bad allocation",
    "failed to allocate",  # ONNX Runtime
    "can't allocate memory",  # torch on a CPU
    "cannot allocate memory",  # the system
    "not enough memory",
    "found no memory",  # our own library
    "cublas_status_alloc_failed",
    "cudnn_status_alloc_failed",
)


class OutOfMemoryError(ModelError):
    """There is too little memory for a model on an engine: no fault of the model."""

    exit_code = 1


def telling_line(error: BaseException) -> str:
    """Return the line of an exception's text that speaks of memory, else the first; or nothing."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    telling = (line for line in lines if any(words in line.lower() for words in _WORDS))
    return next(telling, lines[0] if lines else "")


def ran_out_of_memory(error: BaseException) -> bool:
    """Say whether an exception, of whatever package, means that memory ran out."""
    if isinstance(error, OutOfMemoryError | MemoryError) or "OutOfMemory" in type(error).__name__:
        return True
    said = str(error).lower()
    return any(words in said for words in _WORDS)
