"""Pages of a mapped file are given back, and read again where they are wanted."""

import mmap
import re
from pathlib import Path

import pytest
from nnunet_folders import new_plans, write_result_folder

from algorithm.engines.mapped_pages import give_back
from algorithm.engines.openvino import engine as openvino
from algorithm.engines.options import Options
from algorithm.models.importing.model_import import import_model
from algorithm.models.importing.on_the_fly import load_model

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/smaps").exists(), reason="says what is resident only on Linux"
)

PAGES = 64
CONTENT = b"".join(bytes([page]) * mmap.PAGESIZE for page in range(PAGES))


def resident_kb(file: Path) -> list[int]:
    """Give what is resident of each mapping of a file."""
    smaps = Path("/proc/self/smaps").read_text()
    return [
        int(size) for size in re.findall(rf" {re.escape(str(file))}\n(?:.+\n)*?Rss: +(\d+)", smaps)
    ]


def test_what_was_read_is_resident_until_it_is_given_back(tmp_path: Path) -> None:
    path, other = tmp_path / "weights", tmp_path / "other"
    path.write_bytes(CONTENT)
    other.write_bytes(CONTENT)
    with path.open("rb") as file, other.open("rb") as second:
        mapped = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        beside = mmap.mmap(second.fileno(), 0, prot=mmap.PROT_READ)
    assert mapped[:] == beside[:] == CONTENT
    whole_kb = len(CONTENT) // 1024
    assert resident_kb(path) == resident_kb(other) == [whole_kb]

    give_back(path)

    assert resident_kb(path) == [0]
    assert resident_kb(other) == [whole_kb]
    assert mapped[:] == CONTENT


def test_what_was_written_into_memory_stays(tmp_path: Path) -> None:
    path = tmp_path / "weights"
    path.write_bytes(CONTENT)
    with path.open("rb") as file:
        own = mmap.mmap(
            file.fileno(), 0, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_WRITE
        )
    own[:4] = b"mine"

    give_back(path)

    assert own[:4] == b"mine"


def test_openvino_keeps_no_pages_of_the_weights_file(tmp_path: Path) -> None:
    source = write_result_folder(tmp_path / "result", new_plans(patch=(16, 16, 16)))
    import_model(source, tmp_path / "model", name="test")
    model = load_model(tmp_path / "model")
    (fold,) = model.manifest.folds

    engine = openvino.create(model, fold, Options(precision="f32"))

    resident = resident_kb(model.folder / fold.weights.name)
    assert resident
    assert set(resident) == {0}
    del engine
