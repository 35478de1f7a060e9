"""A page as one HTML file that needs nothing else: no network, no scripts, images inside."""

from importlib.resources import files
from pathlib import Path

from uls.report.page import Page
from uls.workshop.atomic import write_file

__all__ = ["render", "write_html"]

_TEMPLATES = files("uls.report") / "templates"


def render(page: Page) -> str:
    """Lay a page out as HTML; every text in it is escaped."""
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415  (scoring needs no Jinja2)
    from markupsafe import Markup  # noqa: PLC0415

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
    )
    template = environment.from_string((_TEMPLATES / "report.html.j2").read_text("utf-8"))
    css = Markup((_TEMPLATES / "report.css").read_text("utf-8"))  # noqa: S704  (our own file)
    return template.render(page=page, css=css)


def write_html(text: str, path: Path) -> Path:
    """Write a report, whole or not at all.

    Raises:
        OutputError: it cannot be written.
    """
    return write_file(path, text.encode(errors="replace"), make_folder=True)
