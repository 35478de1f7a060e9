"""The import rule: clinic stands on uls, algorithm, evaluation; of it, training takes follow-up."""

import ast
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_OURS = {"uls", "algorithm", "evaluation", "training", "clinic"}


def _imported(package: str) -> Iterator[tuple[str, str]]:
    for file in (_ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            for name in names:
                if name.partition(".")[0] in _OURS:
                    yield str(file.relative_to(_ROOT)), name.partition(".")[0]


def test_clinic_imports_what_it_may() -> None:
    found = {package for _, package in _imported("clinic")}

    assert "uls" in found
    assert found <= {"uls", "algorithm", "evaluation", "clinic"}


def test_images_do_not_import_clinic() -> None:
    for package in _OURS - {"clinic", "training"}:
        assert not [file for file, name in _imported(package) if name == "clinic"]
