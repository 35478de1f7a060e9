import logging
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer

from uls import command_line
from uls.errors import CallError, InputError, ModelError, OutputError, UserError

app = typer.Typer()


@app.command()
def greet(name: str = "nobody") -> None:
    typer.echo(f"hello {name}")


@app.command()
def fail(kind: str) -> None:
    kinds = {"call": CallError, "input": InputError, "model": ModelError, "output": OutputError}
    raise kinds[kind](f"wrong {kind}")


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        command_line.run(app, default_command="greet", arguments=arguments)
    return int(left.value.code or 0)


@pytest.mark.parametrize("arguments", [[], ["--name", "nobody"], ["greet"]])
def test_default_command_may_be_left_out(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) == 0
    assert capsys.readouterr().out == "hello nobody\n"


@pytest.mark.parametrize(("kind", "code"), [("call", 2), ("input", 3), ("model", 4), ("output", 1)])
def test_user_error_is_one_line_and_its_exit_code(
    kind: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("fail", kind) == code
    assert capsys.readouterr().err == f"Error: wrong {kind}\n"


def test_unknown_option_is_a_wrong_call() -> None:
    assert run("--no-such-option") == 2
    assert run("no-such-command") == 2


def test_bug_keeps_its_traceback() -> None:
    with pytest.raises(KeyError):
        command_line.run(app, default_command="greet", arguments=["fail", "unheard-of"])


def test_error_about_something_says_all_four_things() -> None:
    error = UserError.about(Path("a.json"), expected="two", found="three", hint="Remove one.")
    assert str(error) == "a.json: expected two, found three. Remove one."


@pytest.mark.parametrize(
    ("options", "level"),
    [({}, logging.INFO), ({"quiet": True}, logging.WARNING), ({"verbose": True}, logging.DEBUG)],
)
def test_log_level_follows_the_options(options: dict[str, bool], level: int) -> None:
    root = logging.getLogger()
    before = root.level, root.handlers[:]
    try:
        command_line.start_log(**options)
        assert root.level == level
    finally:
        root.level, root.handlers[:] = before


SLEEPER = """
import time, typer
from uls import command_line
app = typer.Typer()
@app.command()
def wait() -> None:
    try:
        print("waiting", flush=True)
        time.sleep(60)
    finally:
        print("cleaned up", flush=True)
@app.command()
def other() -> None: ...
command_line.run(app, default_command="wait")
"""


def test_sigterm_cleans_up_on_the_way_out() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SLEEPER], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=30)
    assert out == "cleaned up\n"
    assert process.returncode == 128 + signal.SIGTERM
