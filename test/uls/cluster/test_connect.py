"""Connections: a scheduler that runs already, by TLS or refused; SLURM's jobs, not sent."""

import sys
from collections.abc import Iterator
from pathlib import Path

import cluster_work
import pytest

from uls.cluster.address import Scheduler
from uls.cluster.connect import connected
from uls.cluster.options import ClusterSettings
from uls.cluster.slurm import slurm_cluster
from uls.cluster.spread import Done, spread
from uls.workshop.errors import CallError

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An authority's certificate, and a certificate and key by it, as files."""
    folder = tmp_path_factory.mktemp("keys")
    made = distributed.Security.temporary().get_tls_config_for_role("client")
    for name in ("ca_file", "cert", "key"):
        (folder / name).write_text(made[name])
    return {name: folder / name for name in ("ca_file", "cert", "key")}


def _security(keys: dict[str, Path]) -> object:
    ca, cert, key = map(str, keys.values())
    roles = {f"tls_{role}_{part}": file for role in ("client", "scheduler", "worker")
             for part, file in (("cert", cert), ("key", key))}  # fmt: skip
    return distributed.Security(tls_ca_file=ca, require_encryption=True, **roles)


def _started(protocol: str, **more: object) -> object:
    return distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, host="127.0.0.1", protocol=protocol,
        dashboard_address=None, memory_limit=0, silence_logs=50,
        scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"}, **more,
    )  # fmt: skip


@pytest.fixture(scope="module")
def over_tls(keys: dict[str, Path]) -> Iterator[str]:
    with _started("tls://", security=_security(keys)) as cluster:
        yield cluster.scheduler_address


def _settings(address: str, keys: dict[str, Path] | None = None) -> ClusterSettings:
    kind = address.partition(":")[0]
    files = {} if keys is None else {
        "tls_ca": keys["ca_file"], "tls_cert": keys["cert"], "tls_key": keys["key"]
    }  # fmt: skip
    return ClusterSettings(scheduler=Scheduler(kind, address), **files)


def _open(settings: ClusterSettings, folder: Path) -> Done[int, tuple[int, int]]:
    with connected(settings, folder) as connection:
        [done] = spread(connection, cluster_work.square, [5])
    assert isinstance(done, Done)
    return done


def test_a_scheduler_that_runs_is_spoken_to_by_tls(
    over_tls: str, keys: dict[str, Path], tmp_path: Path
) -> None:
    assert _open(_settings(over_tls, keys), tmp_path).result[0] == 25


def test_another_authoritys_keys_are_no_use(over_tls: str, tmp_path: Path) -> None:
    strange = distributed.Security.temporary().get_tls_config_for_role("client")
    for name in ("ca_file", "cert", "key"):
        (tmp_path / name).write_text(strange[name])
    files = {name: tmp_path / name for name in ("ca_file", "cert", "key")}

    with pytest.raises(CallError, match="expected a Dask scheduler that answers"):
        _open(_settings(over_tls, files), tmp_path)


def test_tls_without_keys_is_refused(keys: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(CallError, match=r"^--tls-ca: expected a file"):
        _open(_settings("tls://127.0.0.1:1"), tmp_path)
    broken = keys | {"key": tmp_path / "none.pem"}
    with pytest.raises(CallError, match=r"^--tls-key: expected a file.*nothing at"):
        _open(_settings("tls://127.0.0.1:1", broken), tmp_path)


def test_plain_tcp_on_this_machine_is_taken(tmp_path: Path) -> None:
    with _started("tcp://") as cluster:
        done = _open(_settings(cluster.scheduler_address), tmp_path)
    assert done.result[0] == 25


def test_plain_tcp_elsewhere_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    with pytest.raises(CallError, match="plain tcp to another machine"):
        _open(_settings("tcp://192.0.2.1:8786"), tmp_path)


def test_without_dask_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "dask", None)

    with pytest.raises(CallError, match=r"expected the package dask.*pip install '\.\[cluster\]'"):
        _open(ClusterSettings(), tmp_path)


def test_the_job_that_slurm_would_get(tmp_path: Path) -> None:
    pytest.importorskip("dask_jobqueue")
    settings = ClusterSettings(
        scheduler=Scheduler("slurm"), slurm_queue="gpu", slurm_cores=8, slurm_memory_gb=32,
        slurm_time="01:30:00", slurm_directives=("--gres=gpu:1",),
    )  # fmt: skip
    security = distributed.Security.temporary()

    with slurm_cluster(settings, security, tmp_path, {"GPU": 1}) as cluster:
        script = cluster.job_script()
        assert cluster.scheduler_address.startswith("tls://")
        held = {path.stat().st_mode & 0o777 for path in tmp_path.glob(".dask-jobqueue*")}

    for line in ("-p gpu", "--cpus-per-task=8", "--mem=30G", "-t 01:30:00", "--gres=gpu:1"):
        assert f"#SBATCH {line}\n" in script
    for part in ("--resources GPU=1", "--nthreads 1", "--protocol tls://", "--tls-key"):
        assert part in script
    assert "PRIVATE KEY" not in script
    assert held == {0o600}
