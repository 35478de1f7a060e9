"""Work that is waited for, and work that is not."""

import threading

import pytest

from algorithm.cli.abandonable import Abandonable
from uls.workshop.errors import ModelError


def test_what_is_done_in_time_is_given() -> None:
    work = Abandonable(lambda: 7)
    assert work.result(60.0) == 7
    assert not work.is_alive


def test_what_is_raised_is_raised() -> None:
    def fail() -> int:
        raise ModelError("damaged")

    with pytest.raises(ModelError, match="damaged"):
        Abandonable(fail).result(60.0)


@pytest.mark.parametrize("seconds", [-1.0, 0.0, 0.01])
def test_what_takes_longer_is_none_and_goes_on(seconds: float) -> None:
    end = threading.Event()
    work = Abandonable(end.wait)
    assert work.result(seconds) is None
    assert work.is_alive
    end.set()
    assert work.result(60.0) is True
