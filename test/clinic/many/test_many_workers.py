"""One worker or three, one of them killed in the middle: the same bytes. Killers are named."""

import json
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cohorts import N_CASES, Run, files_of, rows_of, write_table

from clinic.many import run as run_module
from uls.cluster.spread import spread
from uls.workshop.errors import InputError

dask = pytest.importorskip("dask")
pytest.importorskip("distributed")

_PRELOAD = Path(__file__).parents[2] / "many_preload.py"


def test_three_workers_one_killed_give_the_bytes_of_one(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(output=tmp_path / "one")
    killed: list[int] = []

    def killing(connection: Any, *rest: Any) -> Iterator[Any]:
        for n, ended in enumerate(spread(connection, *rest)):
            if n == 1 and not killed:
                victim = sorted(connection.client.run(os.getpid).values())[0]
                os.kill(victim, signal.SIGKILL)
                killed.append(victim)
            yield ended

    monkeypatch.setattr(run_module, "spread", killing)
    run(workers=3)

    assert killed
    alone, spread_out = files_of(tmp_path / "one"), files_of(tmp_path / "out")
    assert len([name for name in alone if name.endswith("mask.nii.gz")]) == N_CASES
    assert alone == spread_out


def test_a_killer_is_set_apart_and_the_rest_done(run: Run, cohort: Path, tmp_path: Path) -> None:
    shutil.copy(cohort / "scans/c1.nii.gz", cohort / "scans/killer.nii.gz")
    names = ["c0", "killer", *(f"c{n}" for n in range(1, N_CASES))]
    write_table(cohort / "table.csv", names)

    with (
        dask.config.set({"distributed.worker.preload": [str(_PRELOAD)]}),
        pytest.raises(InputError, match=r"7 cases: .* found 1 that cannot"),
    ):
        run(workers=2)

    out = tmp_path / "out"
    [failure] = rows_of(out / "failures.csv")
    assert (failure["case"], failure["kind"]) == ("killer", "killed workers")
    assert "2 workers ended at it" in failure["problem"]
    assert list(json.loads((out / "quarantine.json").read_text())) == ["killer"]
    done = {row["case"]: row["lesions"] for row in rows_of(out / "cases.csv")}
    assert done == {name: "0" if name == "killer" else "1" for name in names}

    with pytest.raises(InputError, match="1 that cannot"):
        run()  # without the killing module: it is left out all the same
    [failure] = rows_of(out / "failures.csv")
    assert "in an earlier run" in failure["problem"]

    run(again=True)
    assert not rows_of(out / "failures.csv")
    assert json.loads((out / "quarantine.json").read_text()) == {}
