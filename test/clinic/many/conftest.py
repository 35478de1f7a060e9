"""The cohort as files, and the command that segments it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from bright_predictor import bright_model
from cohorts import N_CASES, Run, write_scan, write_table
from starter_model import STARTER

from algorithm.engines.engine_names import EngineSettings
from clinic.many import run as run_module
from clinic.many import work
from clinic.many.options import SegmentMany
from clinic.many.run import segment_many
from clinic.segmentation.model import LoadedModel
from uls.cluster.connect import Connection
from uls.cluster.options import ClusterSettings
from uls.cluster.spread import Done


@pytest.fixture(scope="package")
def written_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cohort")
    (folder / "scans").mkdir()
    for n in range(N_CASES):
        write_scan(folder / f"scans/c{n}.nii.gz", 6.0 + n / 2)
    write_table(folder / "table.csv", [f"c{n}" for n in range(N_CASES)])
    return folder


@pytest.fixture
def cohort(written_once: Path, tmp_path: Path) -> Iterator[Path]:
    """A folder with `scans/c0.nii.gz` … and `table.csv`, to be changed as one likes."""
    folder = tmp_path / "cohort"
    shutil.copytree(written_once, folder)
    yield folder
    assert not list((tmp_path / "out").glob("results/.*"))


@pytest.fixture
def run(cohort: Path, tmp_path: Path) -> Run:
    """Run the command on the cohort, into `out` unless told."""

    def call(*, workers: int = 1, **more: object) -> None:
        settings = {
            "table": cohort / "table.csv", "mm": "LPS", "output": tmp_path / "out",
            "model": STARTER, "engine": EngineSettings(engine="openvino"),
            "cluster": ClusterSettings(workers=workers),
        }  # fmt: skip
        segment_many(SegmentMany(**(settings | more)))

    return call


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Do the work here, one item after the other, without Dask, by the bright model."""
    real = work.models.load

    def load(folder: Path | None, how: EngineSettings) -> LoadedModel:
        return bright_model() if folder == STARTER else real(folder, how)

    @contextmanager
    def connected(*_: object) -> Iterator[Connection]:
        yield Connection(None)

    def spread(_: Connection, do: Any, items: Any) -> Iterator[Done[Any, Any]]:
        yield from (Done(item, do(item)) for item in items)

    work._loaded.cache_clear()
    monkeypatch.setattr(work.models, "load", load)
    monkeypatch.setattr(run_module, "connected", connected)
    monkeypatch.setattr(run_module, "spread", spread)
    yield
    work._loaded.cache_clear()
