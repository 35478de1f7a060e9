"""A page as one HTML file that needs nothing else: no network, no scripts, images inside."""

from contextlib import suppress
from importlib.resources import files
from pathlib import Path

from evaluation.report.page import Page
from uls.errors import OutputError

__all__ = ["render", "write_html"]

_TEMPLATES = files("evaluation.report") / "templates"


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
    """Write a report beside its place first, and then rename it.

    Raises:
        OutputError: it cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8", errors="replace")
        return part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise OutputError.about(
            path, expected="a file that can be written", found=error.strerror or str(error)
        ) from error
