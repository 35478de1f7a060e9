"""The command blocks of the documents, as a reader would copy them."""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(
    r"(?:\./|python |make |docker |mkdir |sha256sum |pip |source |uls-|uls23 |git )"
)
_NAME = re.compile(r"(?<![A-Za-z0-9_])([A-Z][A-Z0-9_]*)(?![A-Za-z0-9_])")


@dataclass(frozen=True)
class Block:
    """A block: where it begins, and its commands, each on as many lines as printed."""

    file: str
    line: int
    commands: tuple[str, ...]


def documents() -> list[str]:
    """The documents under version control; the log of changes tells the past."""
    listed = subprocess.run(
        ["git", "ls-files", "*.md"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return [name for name in listed.stdout.split() if name != "CHANGELOG.md"]


def blocks_of(file: str) -> list[Block]:
    """The blocks that are marked as `sh`, and those without a mark that begin with a command."""
    text = (ROOT / file).read_text()
    found = []
    for fenced in _FENCED.finditer(text):
        mark, body = fenced.groups()
        commands = commands_in(body)
        if mark == "sh" or (not mark and any(_COMMAND.match(command) for command in commands)):
            found.append(Block(file, text.count("\n", 0, fenced.start()) + 1, commands))
    return found


def commands_in(body: str) -> tuple[str, ...]:
    """Split a block into commands: a line that ends in a backslash goes on, others end one."""
    joined = re.sub(r"\\\n", "\\\\\0", body).splitlines()
    lines = (line.replace("\0", "\n").strip() for line in joined)
    return tuple(line for line in lines if line and not line.startswith("#"))


def with_stand_ins(command: str, stand_ins: Mapping[str, str]) -> str:
    """Replace names in capitals outside of comments.

    Raises:
        KeyError: no stand-in is declared for one.
    """
    code, *comment = re.split(r"(?=\s#)", command, maxsplit=1)
    return _NAME.sub(lambda name: stand_ins[name[1]], code) + "".join(comment)
