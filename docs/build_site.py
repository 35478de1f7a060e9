"""Build the documentation into one static site: `make docs` (out/docs/site).

The pages are the Markdown files of the tree, where they lie, so that the links between them hold
here and on a forge. The reference of commands is made from the commands themselves, that of the
Python interface from its docstrings. A broken link or any other warning is an error.
"""

import os
import re
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import typer

ROOT = Path(__file__).parents[1]
OUT = ROOT / "out" / "docs"
_CONFIGURATION = ROOT / "docs" / "mkdocs.yml"
_COLUMNS = 100
_QUIET = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
_MADE_HERE = ("build", "dist", "out")
_LINK = re.compile(r"\]\(([^)#\s]+)")


def main() -> None:
    """Build the site in the checkout's `out`, or in the folder that the first argument names."""
    out = Path(sys.argv[1]).absolute() if len(sys.argv) > 1 else OUT
    shutil.rmtree(out, ignore_errors=True)
    build(out)
    sys.stdout.write(f"Open {out / 'site' / 'index.html'}\n")


def build(out: Path) -> None:
    """Lay the pages out in `out/pages` and build the site in `out/site`.

    Raises:
        CalledProcessError: a link leads nowhere, or a page has no place in the navigation.
    """
    pages = out / "pages"
    for page in _documents():
        _copy(page, pages)
    _write(pages / "docs" / "commands.md", commands_page())
    configuration = _CONFIGURATION.read_text("utf-8").replace("PAGES", str(pages))
    _write(out / "mkdocs.yml", configuration.replace("ROOT", str(ROOT)))
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"]
    options = ["--config-file", out / "mkdocs.yml", "--site-dir", out / "site"]
    subprocess.run([*command, *options], check=True, cwd=out, env=_QUIET)  # noqa: S603


def commands_page() -> str:
    """Return a page with the help of every command."""
    sys.path.insert(0, str(ROOT))
    commands = import_module("uls23.commands")
    lines = [
        "# Commands",
        "",
        "What `uls23 COMMAND --help` says. `python -m algorithm`, `evaluation`, `clinic` and",
        "`training` offer the same by package.",
    ]
    for heading, group in commands.GROUPS.items():
        lines += ["", f"## {heading}"]
        for name, command in group.items():
            leaf: Any = typer.main.get_command(import_module(command.module).app)
            for word in command.words:
                leaf = leaf.commands[word]
            lines += list(_help(leaf, f"uls23 {name}"))
    return "\n".join(lines) + "\n"


def _help(command: Any, called: str) -> list[str]:
    """Return the help of a command, and of those below it."""
    context = command.make_context(called, [], resilient_parsing=True, terminal_width=_COLUMNS)
    lines = ["", f"### {called}", "", "```text", command.get_help(context).rstrip(), "```"]
    for name, below in getattr(command, "commands", {}).items():
        lines += _help(below, f"{called} {name}")
    return lines


def _documents() -> list[Path]:
    """List the pages: those under version control, or all where the sources came without it."""
    listed = subprocess.run(
        ["git", "ls-files", "*.md"],  # noqa: S607
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    if listed.returncode == 0:
        return [ROOT / name for name in listed.stdout.split()]
    found = (path.relative_to(ROOT) for path in ROOT.rglob("*.md"))
    ours = (path for path in found if path.parts[0] not in _MADE_HERE and path.parts[0][0] != ".")
    return sorted(ROOT / path for path in ours)


def _copy(page: Path, pages: Path) -> None:
    """Copy a page, and the files that it links to."""
    text = page.read_text("utf-8")
    _write(pages / page.relative_to(ROOT), text)
    for link in _LINK.findall(text):
        linked = (page.parent / link).resolve()
        if linked.is_file() and linked.suffix != ".md" and ROOT in linked.parents:
            target = pages / linked.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(linked, target)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
