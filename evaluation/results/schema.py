"""The JSON schema of metrics.json; `python -m evaluation.results.schema` writes it beside this."""

import ast
import inspect
import json
import textwrap
from itertools import pairwise
from pathlib import Path
from typing import Any

from evaluation.results.metrics import Metrics
from evaluation.results.section import Section

__all__ = ["SCHEMA_FILE", "schema_text"]

SCHEMA_FILE = Path(__file__).with_name("metrics.schema.json")


def schema_text() -> str:
    """Give the schema as the file has it."""
    schema = Metrics.model_json_schema(by_alias=True, mode="serialization")
    for section in _all_sections(Section):
        part = schema["$defs"].get(section.__name__)
        if part is not None:
            _describe(part, section)
    _describe(schema, Metrics)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "metrics.json of the ULS23 evaluation"
    return json.dumps(schema, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _all_sections(base: type[Section]) -> list[type[Section]]:
    below = [_all_sections(section) for section in base.__subclasses__()]
    return [base, *(section for sections in below for section in sections)]


def _describe(schema: dict[str, Any], section: type[Section]) -> None:
    """Put what the source says of a section's fields, and of those it inherits, into its schema."""
    for ancestor in reversed(section.__mro__):
        if issubclass(ancestor, Section):
            for name, text in _field_docstrings(ancestor).items():
                field = section.model_fields[name]
                schema["properties"][field.serialization_alias or field.alias or name][
                    "description"
                ] = text


def _field_docstrings(section: type[Section]) -> dict[str, str]:
    """Read the strings under a class's fields.

    pydantic can do it, too, but whenever the class is made, which is whenever anything is scored.
    """
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(section))).body
    return {
        field.target.id: inspect.cleandoc(text.value.value)
        for field, text in pairwise(getattr(tree, "body", ()))
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


if __name__ == "__main__":
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
