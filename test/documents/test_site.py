"""The documentation's site: built as `make docs` does, complete, nothing from elsewhere."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from documents.blocks import ROOT, documents

from uls23 import __all__ as public
from uls23.commands import COMMANDS

_FROM_ELSEWHERE = re.compile(
    r"""<(?:script|img|iframe)[^>]+src=["']?(?:https?:)?//|@import|"""
    r"""<link[^>]+rel=["']?stylesheet[^>]+href=["']?(?:https?:)?//"""
)


@pytest.fixture(scope="module")
def builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_site", ROOT / "docs" / "build_site.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def site(builder: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Warnings are errors: a page without a place in the navigation, a link to nothing."""
    out = tmp_path_factory.mktemp("docs")
    builder.build(out)
    return Path(out) / "site"


def test_every_document_is_a_page(site: Path) -> None:
    for document in documents():
        page = Path(document).with_suffix(".html")
        page = page.with_name("index.html") if page.stem == "README" else page
        assert (site / page).is_file(), document


def test_every_command_and_every_public_name_is_described(site: Path) -> None:
    commands = (site / "docs" / "commands.html").read_text("utf-8")
    for name in COMMANDS:
        assert f">uls23 {name}<" in commands, name
    described = (site / "docs" / "python.html").read_text("utf-8")
    for name in set(public) - {"Lesion", "Predictor"}:
        assert name in described, name


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        assert not _FROM_ELSEWHERE.search(page.read_text("utf-8")), page
