"""Work for worker processes in tests: each function can be imported there by its name."""

import os
import signal
import time
from pathlib import Path


def square(number: int) -> tuple[int, int]:
    """The square, and who computed it."""
    return number * number, os.getpid()


def note(place: tuple[Path, int]) -> int:
    """Leave a line that it was begun; take a moment, in which a test can end the worker."""
    folder, number = place
    with (folder / f"begun-{number}").open("a") as file:
        file.write(f"{os.getpid()}\n")
    time.sleep(0.3)
    return number


def kill_at_13(place: tuple[Path, int]) -> int:
    """Note it, and die of 13, as of a decoder that crashes."""
    number = note(place)
    if number == 13:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def fail(number: int) -> int:
    raise ZeroDivisionError(f"no {number} here")
