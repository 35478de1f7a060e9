"""Progress without a terminal advances, and says no more than it must; with one it is a bar."""

import io
import logging
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import uls.workshop.progress
from uls.workshop.progress import Progress, log_beside_bars, progress

SOURCES = Path(uls.workshop.progress.__file__).parents[2]


class Terminal(io.StringIO):
    """A text file that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Clock:
    """Seconds that pass when they are told to."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(uls.workshop.progress, "time", made)
    return made


@pytest.fixture(autouse=True)
def no_terminal(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    caplog.set_level(logging.INFO)


def slow(count: int, clock: Clock, *, seconds: float) -> Iterator[int]:
    for number in range(count):
        clock.now += seconds
        yield number


def test_lines_without_a_terminal_advance(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """Four pieces of six seconds: 6, 12, 18 and 24 s; a line at least ten seconds after another."""
    items = slow(4, clock, seconds=6)
    assert list(progress(items, "Measuring", total=4, unit="case")) == [0, 1, 2, 3]
    assert caplog.messages == ["Measuring: 2 of 4 cases", "Measuring: 4 of 4 cases"]


def test_the_last_line_says_how_much_was_done(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    list(progress(slow(3, clock, seconds=8), "Measuring", total=3, unit="series"))
    assert caplog.messages == ["Measuring: 2 of 3 series", "Measuring: 3 of 3 series"]


def test_what_was_done_before_counts(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    with Progress("Cases", total=338, unit="case", done=100) as shown:
        clock.now = 11
        shown.update(7)
    assert caplog.messages == ["Cases: 107 of 338 cases"]


def test_quick_work_has_no_line(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    list(progress(slow(50, clock, seconds=0.1), "Reading", total=50, unit="VOI"))
    assert caplog.messages == []


def test_a_stop_halfway_says_where(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    def work() -> None:
        for number in progress(slow(9, clock, seconds=11), "Reading", total=9, unit="VOI"):
            if number == 3:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work()
    assert caplog.messages[-1] == "Reading: 3 of 9 VOIs"


def test_a_terminal_has_a_bar_and_no_lines(
    clock: Clock, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with log_beside_bars():
        list(progress(slow(3, clock, seconds=11), "Reading", total=3, unit="VOI"))
    assert "Reading" in terminal.getvalue()
    assert "3/3" in terminal.getvalue()
    assert caplog.messages == []


@pytest.mark.parametrize("package", ["uls", "algorithm", "evaluation", "training"])
def test_all_progress_is_shown_here(package: str) -> None:
    """A bar of its own elsewhere would be silent, or stand still, without a terminal."""
    importing = re.compile(r"^\s*(from tqdm|import tqdm)", re.MULTILINE)
    files = [path for path in (SOURCES / package).rglob("*.py") if path.name != "progress.py"]
    assert [str(path) for path in files if importing.search(path.read_text("utf-8"))] == []
