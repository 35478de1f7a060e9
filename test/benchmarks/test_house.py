"""The measuring of the house, on a tree whose answer is known."""

import importlib.util
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    path = Path(__file__).parents[2] / "benchmarks" / "house.py"
    spec = importlib.util.spec_from_file_location("house", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "house", module)  # where its dataclasses look themselves up
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    return module


@pytest.fixture
def tree(tmp_path: Path) -> None:
    """`uls` (the hall) reads from `uls.low` twice; `uls.low` reads back once, inside a function."""
    files = {
        "uls/__init__.py": "",
        "uls/high.py": "from uls.low import thing\nfrom uls.low.thing import name\nimport json\n",
        "uls/floor.py": "WIDTH = 1\n" + "\n" * 205,
        "uls/low/__init__.py": "",
        "uls/low/thing.py": "def name():\n    from uls import floor\n    return floor.WIDTH\n",
        "uls/low/long.py": "def long() -> None:\n" + "    pass\n" * 50,
        "test/uls/test_high.py": "\n" * 7,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")


@pytest.mark.usefixtures("tree")
def test_sizes_and_arrows(house: ModuleType) -> None:
    found = house.measured("uls")

    assert found.files == 6
    assert found.lines == 3 + 206 + 3 + 51
    assert found.test_lines == 7
    assert found.long_files == ("uls/floor.py 206",)
    assert found.long_functions == ("uls/low/long.py:1 long 51",)
    assert (found.rooms, found.arrows) == (2, 2)
    assert found.backward == ("uls.low -> uls",)


def test_a_ring_is_opened_where_it_is_weakest(house: ModuleType) -> None:
    arrows = Counter({("a", "b"): 3, ("b", "c"): 2, ("c", "a"): 1, ("a", "d"): 1, ("d", "c"): 5})

    assert house.backward(arrows) == {("c", "a")}


def test_no_ring_nothing_backward(house: ModuleType) -> None:
    assert house.backward(Counter({("a", "b"): 1, ("a", "c"): 1, ("b", "c"): 1})) == set()
