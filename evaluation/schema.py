"""The JSON schema of metrics.json: `python -m evaluation.schema` writes it beside this file."""

import json
from pathlib import Path

from evaluation.metrics import Metrics

__all__ = ["SCHEMA_FILE", "schema_text"]

SCHEMA_FILE = Path(__file__).with_name("metrics.schema.json")


def schema_text() -> str:
    """Give the schema as the file has it."""
    schema = Metrics.model_json_schema(by_alias=True, mode="serialization")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "metrics.json of the ULS23 evaluation"
    return json.dumps(schema, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
