"""Runs a training command in processes that die again and again, until one of them finishes it.

    python test/killed_often.py EVERY LOG ARGUMENTS...

Each child process runs `python -m training ARGUMENTS` and is killed, as by `kill -9`, just before
its rename number EVERY: renames are how our work takes its place, so death falls between any two
durable steps. LOG gets a line per child that died, and one per rename: what took which place.
Children are forked, so that what is slow to import is imported once.
"""

import os
import signal
import sys
import warnings
from pathlib import Path
from typing import Any

MOST_CHILDREN = 200


def main() -> int:
    every, log, *arguments = sys.argv[1:]
    if arguments[0] == "semi-supervised":
        _import_what_is_slow()
    for _ in range(MOST_CHILDREN):
        child = os.fork()
        if child == 0:
            _die_before_rename(int(every), Path(log))
            _run(arguments)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            return os.WEXITSTATUS(status)
        _note(Path(log), f"died {os.WTERMSIG(status)}")
    return 99


def _import_what_is_slow() -> None:
    from training.nnunet.framework.environment import nnunet

    with warnings.catch_warnings(), nnunet():
        warnings.simplefilter("ignore")
        import nnunetv2.inference.predict_from_raw_data
        import nnunetv2.preprocessing.preprocessors.default_preprocessor  # noqa: F401
        from nnunetv2.utilities.find_objects import recursive_find_trainer_class_by_name

        recursive_find_trainer_class_by_name("nnUNetTrainer_ULS_1k")


def _die_before_rename(number: int, log: Path) -> None:
    done = 0

    def dying(rename: Any) -> Any:
        def renamed(source: Any, target: Any, **options: Any) -> None:
            nonlocal done
            done += 1
            if done == number:
                os.kill(os.getpid(), signal.SIGKILL)
            rename(source, target, **options)
            _note(log, f"made {target}")

        return renamed

    os.rename, os.replace = dying(os.rename), dying(os.replace)


def _run(arguments: list[str]) -> None:
    from training.__main__ import app
    from uls.workshop import command_line

    try:
        command_line.run(app, default_command="--help", arguments=arguments)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    else:
        code = 0
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _note(log: Path, line: str) -> None:
    with log.open("a") as file:
        file.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
