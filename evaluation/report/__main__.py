"""`python -m evaluation.report picture …`."""

from evaluation.report.command import app
from uls.workshop import command_line

if __name__ == "__main__":
    command_line.run(app, default_command="picture")
