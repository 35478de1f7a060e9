"""The clinic's commands: `look` at a study, `segment` lesions in a scan."""

import sys
import traceback
from pathlib import Path

import typer

from clinic.command import app
from uls import command_line

_OURS = tuple(Path(__file__).parents[1] / name for name in ("clinic", "uls", "algorithm"))


def main() -> None:
    """Run the command line.

    An error of the program itself is told by its kind and place: its message may quote a header.
    """
    try:
        command_line.run(app, default_command="--help")
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        ours = [f for f in frames if any(Path(f.filename).is_relative_to(p) for p in _OURS)]
        ours = ours or frames
        place = f"{Path(ours[-1].filename).name}, line {ours[-1].lineno}"
        typer.echo(
            f"Error: a fault in the program itself ({type(error).__name__} in {place}). "
            "No results were written. Please report this line.",
            err=True,
        )
        sys.exit(1)


if __name__ == "__main__":
    main()
