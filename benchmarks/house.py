"""Print how the house stands: sizes of files and functions, and imports that run backwards.

    python benchmarks/house.py [--json FILE]

It reads the source alone, so it needs nothing but Python. A *room* is a folder of Python files; an
arrow runs from a room to one that it imports from, at import time or later. Where rooms of one
package import each other, directly or in a ring, the arrows with the fewest imports, and whose
removal opens every ring, are counted as backward.
"""

import argparse
import ast
import json
import statistics
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("uls", "algorithm", "evaluation", "clinic", "training", "leaderboard", "uls23")
LONGEST_FILE, LONGEST_FUNCTION = 200, 50

Arrows = Counter[tuple[str, str]]


@dataclass(frozen=True)
class Numbers:
    """How a package, or all of them, stands."""

    package: str
    files: int
    lines: int
    file_median: float
    long_files: tuple[str, ...]
    function_median: float
    long_functions: tuple[str, ...]
    rooms: int
    arrows: int
    backward: tuple[str, ...]
    test_lines: int


def main() -> None:
    """Measure every package that is there, print a table, and write JSON where it is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write all figures and names there"
    )
    to_file = parser.parse_args().json
    packages = [name for name in PACKAGES if (ROOT / name).is_dir()]
    rows = [measured(name) for name in packages]
    sys.stdout.write("\n".join(table(rows)) + "\n")
    if to_file:
        to_file.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n", "utf-8")


def measured(package: str) -> Numbers:
    """Measure one package and its tests."""
    sources = {path: path.read_text("utf-8") for path in sorted((ROOT / package).rglob("*.py"))}
    lengths = {path: text.count("\n") for path, text in sources.items()}
    functions = [one for path, text in sources.items() for one in functions_of(path, text)]
    arrows = arrows_of(sources, package)
    return Numbers(
        package=package,
        files=len(sources),
        lines=sum(lengths.values()),
        file_median=statistics.median(lengths.values()),
        long_files=tuple(
            f"{path.relative_to(ROOT)} {lines}"
            for path, lines in lengths.items()
            if lines > LONGEST_FILE
        ),
        function_median=statistics.median(lines for _, lines in functions),
        long_functions=tuple(
            f"{name} {lines}" for name, lines in functions if lines > LONGEST_FUNCTION
        ),
        rooms=len({path.parent for path in sources}),
        arrows=len(arrows),
        backward=tuple(f"{one} -> {other}" for one, other in sorted(backward(arrows))),
        test_lines=sum(
            path.read_text("utf-8").count("\n") for path in (ROOT / "test" / package).rglob("*.py")
        ),
    )


def functions_of(path: Path, text: str) -> Iterator[tuple[str, int]]:
    """List functions with their lines, from the `def` to the last."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", lines


def arrows_of(sources: dict[Path, str], package: str) -> Arrows:
    """Count, from room to room of a package, the imports that cross."""
    modules = {module_of(path) for path in sources}
    arrows: Arrows = Counter()
    for path, text in sources.items():
        own = room_of(module_of(path), modules)
        for name in imported(text):
            if name.partition(".")[0] == package and (other := room_of(name, modules)) != own:
                arrows[own, other] += 1
    return arrows


def imported(text: str) -> Iterator[str]:
    """List the dotted names that a file imports, `from a import b` as `a.b`."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def module_of(path: Path) -> str:
    """Name a file as it is imported; a package's `__init__` as the package's own."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts)


def room_of(name: str, modules: set[str]) -> str:
    """Return the folder that an imported name lives in."""
    parts = name.split(".")
    while parts:
        dotted = ".".join(parts)
        if f"{dotted}.__init__" in modules:
            return dotted
        if dotted in modules:
            return ".".join(parts[:-1])
        parts.pop()
    return name


def backward(arrows: Arrows) -> set[tuple[str, str]]:
    """Choose few arrows whose removal opens every ring: those that carry the fewest imports."""
    left, removed = dict(arrows), set()
    while ring := ring_in(left):
        weakest = min(ring, key=lambda arrow: (left[arrow], arrow))
        removed.add(weakest)
        del left[weakest]
    return removed


def ring_in(arrows: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the arrows of one ring, or none."""
    ahead: dict[str, list[str]] = {}
    for one, other in sorted(arrows):
        ahead.setdefault(one, []).append(other)
    done: set[str] = set()

    def walk(room: str, way: list[str]) -> list[str]:
        if room in way:
            return [*way[way.index(room) :], room]
        if room in done:
            return []
        for other in ahead.get(room, []):
            if ring := walk(other, [*way, room]):
                return ring
        done.add(room)
        return []

    for start in list(ahead):
        if ring := walk(start, []):
            return list(pairwise(ring))
    return []


def table(rows: list[Numbers]) -> list[str]:
    """Lay the figures out as text, and name what is too long or runs backwards."""
    head = f"{'package':<12}{'files':>6}{'lines':>8}{'median':>8}{'>200':>6}{'fn median':>11}"
    lines = [head + f"{'>50':>5}{'rooms':>7}{'arrows':>8}{'back':>6}{'test/code':>11}"]
    for row in rows:
        lines.append(
            f"{row.package:<12}{row.files:>6}{row.lines:>8}{row.file_median:>8.0f}"
            f"{len(row.long_files):>6}{row.function_median:>11.0f}{len(row.long_functions):>5}"
            f"{row.rooms:>7}{row.arrows:>8}{len(row.backward):>6}"
            f"{row.test_lines / row.lines:>11.2f}"
        )
    named = [(row.long_files, row.long_functions, row.backward) for row in rows]
    titles = (f"files > {LONGEST_FILE} lines", f"functions > {LONGEST_FUNCTION} lines", "backward")
    for title, *groups in zip(titles, *named, strict=True):
        found = [name for group in groups for name in group]
        lines += ["", f"{title}: {len(found)}", *(f"  {name}" for name in found)]
    return lines


if __name__ == "__main__":
    main()
