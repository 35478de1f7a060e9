"""The README names every column of the tables, in their order, and no other."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

import clinic.follow_up
from clinic.follow_up.findings import Comparison, Lesion

README = Path(clinic.follow_up.__file__).with_name("README.md").read_text("utf-8")


@pytest.mark.parametrize(("file", "rows"), [("lesions.csv", Lesion), ("recist.csv", Comparison)])
def test_every_column_is_documented(file: str, rows: type[BaseModel]) -> None:
    part = README.partition(f"## {file}\n")[2].partition("\n## ")[0]
    columns = [name for name in rows.model_fields if name != "corners_yx"]
    assert re.findall(r"^\| `(\w+)` \| \S", part, re.MULTILINE) == columns
