"""Hashes and JSON."""

import hashlib
import json
from pathlib import Path

import pytest

from uls.workshop.files import CHUNK_BYTES, sha256, write_json


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1])
def test_sha256_of_files_of_any_size(tmp_path: Path, size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    (tmp_path / "file").write_bytes(content[:size])

    assert sha256(tmp_path / "file") == hashlib.sha256(content[:size]).hexdigest()


def test_json_is_written_whole_and_strict(tmp_path: Path) -> None:
    path = write_json(tmp_path / "folder" / "a.json", {"a": [1, None]})
    assert json.loads(path.read_text("utf-8")) == {"a": [1, None]}
    assert path.read_text("utf-8").endswith("}\n")
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(path, [float("nan")])
    assert json.loads(path.read_text("utf-8")) == {"a": [1, None]}
