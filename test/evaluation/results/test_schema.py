"""The documented schema of metrics.json."""

import json

from evaluation.results.schema import SCHEMA_FILE, schema_text


def test_the_file_is_what_the_models_say() -> None:
    hint = "stale: write it anew by `python -m evaluation.results.schema`"
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), hint


def test_the_public_keys_are_in_it() -> None:
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    assert {"case", "consistency_check", "aggregates", "analysis"} <= set(schema["properties"])
    assert "ChallengeScore" in schema["$defs"]["Aggregates"]["properties"]
    assert "25pc" in schema["$defs"]["SummaryIntervals"]["properties"]
    assert schema["$defs"]["RecistSummary"]["properties"]["lost"]["description"]
