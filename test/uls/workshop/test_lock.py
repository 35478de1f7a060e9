from pathlib import Path

import pytest

from uls.workshop.errors import CallError
from uls.workshop.lock import alone_in


def test_a_folder_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "run"
    with alone_in(folder):
        with pytest.raises(CallError, match=r"run: expected no other process"), alone_in(folder):
            pass
        with alone_in(tmp_path / "other"):
            pass
    with alone_in(folder):
        pass


def test_the_error_names_what_the_user_knows(tmp_path: Path) -> None:
    with (
        alone_in(tmp_path / "records"),
        pytest.raises(CallError, match="the job"),
        alone_in(tmp_path / "records", about=Path("the job")),
    ):
        pass
