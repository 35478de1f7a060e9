"""Compiling the libraries: with what there is, whole or not at all."""

import ctypes
from pathlib import Path

import pytest

from algorithm.engines.winograd import build, library
from uls.workshop.cpus import cpu_flags


def test_both_libraries_are_built_and_load(tmp_path: Path) -> None:
    if build.find_compiler() is None:
        pytest.skip("there is no C compiler")

    built = build.build(tmp_path / "new")

    assert [path.name.split("-")[0] for path in built] == ["x86_64_v4", "x86_64_v3"]
    assert sorted(tmp_path.rglob("*.*")) == sorted(built)
    flags = cpu_flags()
    lengths = {"x86_64_v4": 16, "x86_64_v3": 8}
    for kind, path in zip(build.KINDS, built, strict=True):
        if library._NEEDS[kind] <= flags:
            assert ctypes.CDLL(str(path)).vector_length() == lengths[kind]


def test_the_compiler_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "my-cc --fast")

    assert build.find_compiler() == ["my-cc", "--fast"]


def test_no_compiler_no_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setattr(build, "find_spec", lambda _: None)
    monkeypatch.setattr(build.shutil, "which", lambda _: None)

    assert build.build(tmp_path / "new") == []
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("compiler", ["false", "/there/is/none"])
def test_a_compiler_that_fails_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, compiler: str
) -> None:
    monkeypatch.setenv("CC", compiler)
    before = tmp_path / build.library_name("x86_64_v4")
    before.write_text("before")

    with pytest.raises(RuntimeError, match=f"{compiler} does not"):
        build.build(tmp_path)

    assert list(tmp_path.iterdir()) == [before]
    assert before.read_text() == "before"


def test_libraries_of_other_sources_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "find_compiler", lambda: None)
    current = tmp_path / build.library_name("x86_64_v3")
    for name in (current.name, "x86_64_v3-0000beef.so"):
        (tmp_path / name).touch()

    build.build(tmp_path)

    assert list(tmp_path.iterdir()) == [current]


@pytest.mark.parametrize(
    ("compiler", "options"),
    [
        (["gcc"], ("-march=x86-64-v4", "-mprefer-vector-width=512")),
        (["/opt/zig", "cc"], ("-target", "x86_64-linux-gnu.2.28", "-mcpu=x86_64_v4")),
        (
            ["python", "-m", "ziglang", "cc"],
            ("-target", "x86_64-linux-gnu.2.28", "-mcpu=x86_64_v4"),
        ),
    ],
)
def test_each_compiler_has_its_own_names(compiler: list[str], options: tuple[str, ...]) -> None:
    assert build._target(compiler, "x86_64_v4") == options
