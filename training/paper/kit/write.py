"""A paper's tables and figures on disk: SVG and PDF, CSV, one HTML page, and a list of it all."""

import csv
import io
import platform
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from training.paper.kit.items import Item
from uls.report.drawing import data_uri
from uls.report.html import render, write_html
from uls.report.page import Figure, Headline, Page, Section, Table
from uls.workshop.atomic import write_file
from uls.workshop.beside import new_folder
from uls.workshop.files import write_json
from uls.workshop.progress import progress

__all__ = ["LIST_FILE", "PAGE_FILE", "write_paper"]

PAGE_FILE, LIST_FILE = "paper.html", "paper.json"


def write_paper(
    title: str,
    items: Sequence[Item],
    output: Path,
    *,
    sources: Mapping[str, str],
    overwrite: bool = False,
) -> list[Path]:
    """Write all items into a new folder, which appears when it is whole; return its files.

    Args:
        title: of the page.
        items: in the order of the paper.
        output: the folder; each figure becomes an SVG and a PDF file, each table a CSV file.
        sources: what it was made of, by option.
        overwrite: replace a folder that is there.

    Raises:
        OutputError: the folder is there already, or cannot be written.
    """
    with new_folder(output, overwrite=overwrite) as folder:
        shown = progress(items, about="Drawing", total=len(items), unit="items")
        written = [_write_item(item, folder) for item in shown]
        write_html(render(_page(title, items, written, sources)), folder / PAGE_FILE)
        write_json(folder / LIST_FILE, _list(title, items, written, sources))
    return sorted(output.iterdir())


@dataclass(frozen=True)
class _Written:
    """What an item became: its files' names, and its figures as SVG by their suffix."""

    files: list[str]
    drawn: dict[str, str]


def _write_item(item: Item, folder: Path) -> _Written:
    files, drawn = [], {}
    for suffix, plot in item.plots.items():
        name, drawn[suffix] = _file_name(item.key, suffix), plot.svg()
        files += [
            write_file(folder / f"{name}.svg", drawn[suffix]),
            write_file(folder / f"{name}.pdf", plot.pdf()),
        ]
    for suffix, table in item.tables.items():
        files.append(write_file(folder / f"{_file_name(item.key, suffix)}.csv", _csv(table)))
    return _Written([path.name for path in files], drawn)


def _file_name(key: str, suffix: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9_.]+", "_", suffix)[:60]
    return f"{key}-{plain}" if plain else key


def _csv(table: Table) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.headings)
    writer.writerows(table.rows)
    return text.getvalue()


def _list(
    title: str, items: Sequence[Item], written: Sequence[_Written], sources: Mapping[str, str]
) -> dict[str, object]:
    return {
        "title": title,
        "sources": dict(sources),
        "items": [
            {"key": item.key, "title": item.title, "files": one.files, "not_made": item.not_made}
            for item, one in zip(items, written, strict=True)
        ],
    }


def _page(
    title: str, items: Sequence[Item], written: Sequence[_Written], sources: Mapping[str, str]
) -> Page:
    made = [item for item in items if not item.not_made]
    missing = [f"{item.title}: {item.not_made}" for item in items if item.not_made]
    return Page(
        title=title,
        evaluated="Computed from the files that are named at the end; published figures are marked "
        "as such.",
        headline=Headline(
            name="Tables and figures",
            value=f"{len(made)} of {len(items)}",
            interval="",
            remark="What was not made says why, below." if missing else "",
        ),
        warnings=missing,
        sections=[
            _section(item, one.drawn)
            for item, one in zip(items, written, strict=True)
            if not item.not_made
        ],
        versions=[
            *sources.items(),
            ("Made", datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")),
            ("Made by", f"matplotlib {version('matplotlib')}, Python {platform.python_version()}"),
        ],
    )


def _section(item: Item, drawn: Mapping[str, str]) -> Section:
    return Section(
        title=item.title,
        anchor=item.key,
        text=[item.caption] if item.caption else [],
        figures=[
            Figure(
                source=data_uri(svg, "svg+xml"),
                alt=f"{item.title}. {suffix}".strip(),
                caption=suffix,
            )
            for suffix, svg in drawn.items()
        ],
        tables=list(item.tables.values()),
    )
