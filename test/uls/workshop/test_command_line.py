import logging
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Literal

import pytest
import typer
from pydantic import BaseModel, ValidationError

from uls.workshop import command_line
from uls.workshop.errors import CallError, InputError, ModelError, OutputError, UserError

ROOT = Path(command_line.__file__).parents[2]

app = typer.Typer()


@app.command()
def greet(name: str = "nobody") -> None:
    typer.echo(f"hello {name}")


@app.command()
def choose(number: int, way: Literal["this", "that"] = "this") -> None:
    typer.echo(f"{number} {way}")


@app.command()
def meet(trouble: str) -> None:
    """Run into what any program can run into."""
    raise TROUBLES[trouble]


@app.command()
def fail(kind: str) -> None:
    kinds = {"call": CallError, "input": InputError, "model": ModelError, "output": OutputError}
    raise kinds[kind](f"wrong {kind}")


class OutOfMemoryError(RuntimeError):
    """Called as torch's own is."""


class Recipe(BaseModel):
    steps: int
    rate: float


def raw_validation_text() -> str:
    """What pydantic says, over several lines."""
    with pytest.raises(ValidationError) as caught:
        Recipe.model_validate({"steps": "many", "rate": "slow"})
    return str(caught.value)


TROUBLES: dict[str, BaseException] = {
    "memory": MemoryError(),
    "gpu memory": OutOfMemoryError("CUDA out of memory.\nTried to allocate 20 MiB."),
    "disk": OSError(28, "No space left on device", "/out/masks.mha"),
    "owner": PermissionError(13, "Permission denied", "/out/masks.mha"),
    "package": ModuleNotFoundError("No module named 'torch'", name="torch"),
    "validation": InputError.about("recipe", expected="a recipe", found=raw_validation_text()),
    "name": InputError.about("a\nb.mha", expected="a file", found="none"),
    "several": InputError.of_several(["a.mha: no job.", "b.mha: no job."], hint="Nothing is done."),
    "bug": ZeroDivisionError("division\nby zero"),
    "keyboard": KeyboardInterrupt(),
}


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


@pytest.mark.parametrize(
    ("trouble", "code", "sentence"),
    [
        ("memory", 1, "memory: expected enough for this job, found that no more can be had."),
        ("gpu memory", 1, "memory: expected enough for this job, found that no more can be had."),
        ("disk", 1, "/out/masks.mha: expected that it can be read or written, found No space left"),
        ("owner", 1, "/out/masks.mha: expected that it can be read or written, found Permission"),
        ("package", 1, "the Python package 'torch': expected that it is installed, found that"),
        (
            "validation",
            3,
            "recipe: expected a recipe, found steps: Input should be a valid integer, unable to "
            "parse string as an integer (got 'many'), and 1 more.",
        ),
        ("name", 3, r"a\nb.mha: expected a file, found none."),
        ("several", 3, "2 problems, the last: b.mha: no job. Nothing is done."),
        ("bug", 1, "a fault in the program, not in what it was given: ZeroDivisionError: division"),
        ("keyboard", 130, "stopped from the keyboard (Ctrl-C) before the end;"),
    ],
)
def test_last_line_explains_whatever_happens(
    trouble: str, code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("meet", trouble) == code
    *above, last = capsys.readouterr().err.splitlines()
    assert last.startswith(f"Error: {sentence}")
    assert ("Traceback (most recent call last):" in above) == (trouble == "bug")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--nam"], "No such option: --nam"),
        (["no-such-command"], "No such command 'no-such-command'. Found: no-such-command. See: "),
        (["choose"], "Missing argument 'number'. Found: choose. See: "),
        (["choose", "one"], "Invalid value for 'number': "),
        (["choose", "1", "2"], "Got unexpected extra argument"),
        (["choose", "1", "--way", "other"], "Invalid value for '--way': "),
        (
            ["choose", "1", "--way"],
            "Option '--way' requires an argument. Found: choose 1 --way. See: ",
        ),
    ],
)
def test_wrong_call_ends_with_what_is_wrong_with_it(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) == 2
    *_, last = capsys.readouterr().err.splitlines()
    assert last.startswith(f"Error: {sentence}")
    assert last.endswith(" --help")


def test_wrong_call_shows_the_right_one_first(capsys: pytest.CaptureFixture[str]) -> None:
    run("choose", "one")
    assert capsys.readouterr().err.splitlines()[0].startswith("Usage: ")


def test_unknown_option_is_a_wrong_call() -> None:
    assert run("--no-such-option") == 2
    assert run("no-such-command") == 2


def test_bug_keeps_its_traceback_and_ends_in_a_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("fail", "unheard-of") == 1
    *above, last = capsys.readouterr().err.splitlines()
    assert above[0] == "Traceback (most recent call last):"
    assert above[-1] == "KeyError: 'unheard-of'"
    assert last.startswith("Error: a fault in the program, not in what it was given: KeyError:")


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
from uls.workshop import command_line
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
        [sys.executable, "-c", SLEEPER],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
    assert out == "cleaned up\n"
    assert err == "Error: stopped by SIGTERM before the end; nothing half written is left.\n"
    assert process.returncode == 128 + signal.SIGTERM


@pytest.mark.parametrize("package", ["algorithm", "evaluation"])
@pytest.mark.parametrize("is_there", [False, True])
def test_without_a_checkout_bench_says_so_and_runs_nothing_of_others(
    tmp_path: Path, package: str, is_there: bool
) -> None:
    """`python -m` looks in the working folder first, and many a project has benchmarks there."""
    if is_there:
        (tmp_path / "benchmarks" / package).mkdir(parents=True)
        (tmp_path / "benchmarks" / "__init__.py").write_text("raise SystemExit(77)")
    done = subprocess.run(
        [sys.executable, "-m", package, "bench", "--runs", "3"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT) if is_there else str(_without_benchmarks(tmp_path))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert done.stderr.splitlines()[-1].startswith("Error: bench: expected a checkout")


def _without_benchmarks(folder: Path) -> Path:
    """A place that has the packages as an installation does."""
    site = folder / "site"
    site.mkdir()
    for package in ("uls", "algorithm", "evaluation"):
        (site / package).symlink_to(ROOT / package)
    return site
