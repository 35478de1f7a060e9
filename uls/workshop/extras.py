"""How to install what only some commands need: the extras of pyproject.toml."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

__all__ = ["how_to_install"]

_PROJECT = "uls23"
_SOURCE = Path(__file__).parents[2]
_OWN_EXTRAS = re.compile(rf"{_PROJECT}\[(?P<extras>[^\]]+)\]")
_MARKER = re.compile(r"""extra == ["'](?P<extra>[^"']+)["']""")


def how_to_install(*extras: str) -> str:
    """Return a sentence, without its full stop, that says how to install extras.

    From a checkout it names the checkout. Elsewhere it names the packages themselves: no package
    index has this project, and a stranger's project of its name must not be installed for it. An
    extra that the project does not have stands for what it always needs.
    """
    if (known := _extras_of_checkout()) is not None:
        names = ",".join(extra for extra in extras if extra in known)
        what = f"'.[{names}]'" if names else "."
        return f"Run `pip install {what}` in {_SOURCE}"
    wanted = list(dict.fromkeys(need for extra in extras for need in _needs(extra)))
    if not wanted:
        return f"Run `pip install '.[{','.join(extras)}]'` in the folder of the project's sources"
    return f"Run `pip install {shlex.join(wanted)}`"


def _extras_of_checkout() -> set[str] | None:
    """Name the extras that the checkout has; None where this file lies in no checkout."""
    try:
        text = (_SOURCE / "pyproject.toml").read_text(encoding="utf-8")
        project = tomllib.loads(text).get("project", {})
    except (OSError, ValueError):
        return None
    own = project.get("name") == _PROJECT
    return set(project.get("optional-dependencies", ())) if own else None


def _needs(extra: str) -> Iterator[str]:
    """List the packages of an extra, as the installed project's own record has them."""
    parts = [[part.strip() for part in line.partition(";")] for line in _recorded()]
    markers = [_MARKER.search(marker) for _, _, marker in parts]
    of_extras = [marker["extra"] if marker else None for marker in markers]
    wanted = extra if extra in of_extras else None
    for (requirement, _, _), of_extra in zip(parts, of_extras, strict=True):
        if of_extra != wanted:
            continue
        if own := _OWN_EXTRAS.match(requirement):
            for other in own["extras"].split(","):
                yield from _needs(other.strip())
        else:
            yield requirement


def _recorded() -> list[str]:
    try:
        return requires(_PROJECT) or []
    except PackageNotFoundError:
        return []
