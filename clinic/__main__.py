"""The clinic's commands: `look` at a study, `segment` lesions in a scan."""

from clinic.command import app
from uls.workshop import command_line


def main() -> None:
    """Run the command line."""
    command_line.run(app, default_command="--help")


if __name__ == "__main__":
    main()
