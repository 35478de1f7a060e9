from pathlib import Path
from shutil import copytree

import pytest

from training.starter.export.about import COMMITTED, plain_about, read_about
from uls.workshop.errors import InputError


def test_what_is_said_of_the_committed_weights_is_complete() -> None:
    about = read_about(COMMITTED)
    assert about.card.licence.startswith("Apache-2.0")
    assert "Held out: STS_003" in about.data
    assert about.notes.startswith("## How")


def test_notes_may_be_missing(tmp_path: Path) -> None:
    folder = copytree(COMMITTED, tmp_path / "about")
    (folder / "notes.md").unlink()
    assert read_about(folder).notes == ""


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("about.toml", None, r"about\.toml: .*No such file"),
        ("data.md", None, r"data\.md: .*No such file"),
        ("about.toml", "title = 'x'", "found description: Field required"),
        ("about.toml", "title = ", "a model in words"),
    ],
)
def test_what_is_missing_or_wrong_is_named(
    tmp_path: Path, file: str, text: str | None, said: str
) -> None:
    folder = copytree(COMMITTED, tmp_path / "about")
    (folder / file).unlink()
    if text is not None:
        (folder / file).write_text(text)
    with pytest.raises(InputError, match=said):
        read_about(folder)


def test_nothing_is_claimed_for_a_model_of_which_nothing_was_said() -> None:
    about = plain_about(("P1", "P2"))
    assert about.licence.startswith("Not stated")
    assert about.data == "Real and synthetic lesions in scans of 2 cases: P1, P2."
    assert plain_about(()).data == "Synthetic lesions in synthetic scans only."
    assert plain_about(None).data.startswith("Not known")
