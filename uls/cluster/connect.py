"""A client of a Dask cluster: processes of this machine, SLURM's jobs, or one that runs already.

What we start ourselves speaks TLS by keys that live as long as the run: on a machine with other
users even loopback is open to all of them.
"""

import logging
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from uls.cluster.address import check_encrypted
from uls.cluster.options import ClusterSettings
from uls.cluster.package import package
from uls.cluster.slurm import slurm_cluster
from uls.workshop.errors import CallError

__all__ = ["CONFIGURATION", "Connection", "connected"]

_SECONDS_FOR_A_WORKER = 120.0
"""Until one must be there that is no job in SLURM's queue."""

CONFIGURATION: Mapping[str, Any] = {
    # A task whose worker died is told to us at once: `uls.cluster.spread` starts it again.
    "distributed.scheduler.allowed-failures": 0,
    # Dask would give every engine one thread.
    "distributed.nanny.pre-spawn-environ": {"MALLOC_TRIM_THRESHOLD_": 65536},
    # Of a container or a library in C the nanny sees nothing, or what it must not stop half way.
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.comm.timeouts.connect": "30s",
    # Nobody but us is told what is done.
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "logging": {"distributed": "critical", "bokeh": "critical", "tornado": "critical"},
}
"""What differs from Dask's own settings, and why."""


@dataclass(frozen=True)
class Connection:
    """A cluster that work can be given to.

    Attributes:
        client: `distributed.Client`.
        started_here: how many workers of this machine were started; 0 for those of others.
        plain_tcp: whether workers beyond this machine may be spoken to unencrypted.
        patience_seconds: how long there may be no worker at all; None: for ever, as in a queue.
    """

    client: Any
    started_here: int = 0
    plain_tcp: bool = False
    patience_seconds: float | None = _SECONDS_FOR_A_WORKER


@contextmanager
def connected(
    settings: ClusterSettings, shared: Path, *, offers: Mapping[str, float] | None = None
) -> Iterator[Connection]:
    """Give a connection to a cluster, which is started if need be, and then ended with the block.

    Args:
        settings: which one.
        shared: a folder that all machines see, for the keys of SLURM's jobs.
        offers: resources of each worker that is started, such as `{"GPU": 1}`.

    Raises:
        CallError: Dask is not installed, no scheduler answers, or it would be unencrypted beyond
            this machine.
    """
    scheduler = settings.scheduler
    if scheduler.address:
        check_encrypted("--scheduler", scheduler.address, plain_tcp=settings.plain_tcp)
    dask = package("dask")
    with ExitStack() as cleanup:
        cleanup.enter_context(dask.config.set(dict(CONFIGURATION)))
        distributed = package("distributed")
        if scheduler.address:
            yield _running(settings, distributed, cleanup)
            return
        security = distributed.Security.temporary()
        if scheduler.kind == "local":
            cluster = _local(settings, distributed, security, dict(offers or {}))
        else:
            keys = Path(tempfile.mkdtemp(prefix=".keys-", dir=shared))
            cleanup.callback(shutil.rmtree, keys, ignore_errors=True)
            cluster = slurm_cluster(settings, security, keys, offers)
            cluster.scale(settings.workers)
        cleanup.callback(cluster.close, timeout=10)
        client = cleanup.enter_context(distributed.Client(cluster, security=security))
        local = scheduler.kind == "local"
        yield Connection(
            client,
            started_here=settings.workers if local else 0,
            patience_seconds=_SECONDS_FOR_A_WORKER if local else None,
        )


def _local(
    settings: ClusterSettings, distributed: Any, security: Any, offers: dict[str, float]
) -> Any:
    limit = int(settings.worker_memory_gb * 1e9)
    return distributed.LocalCluster(
        n_workers=settings.workers,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        protocol="tls://",
        security=security,
        dashboard_address=None,
        scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
        memory_limit=limit,
        resources=offers or None,
        silence_logs=logging.CRITICAL,
    )


def _running(settings: ClusterSettings, distributed: Any, cleanup: ExitStack) -> Connection:
    """Connect to a scheduler that runs already."""
    address = settings.scheduler.address
    files = (settings.tls_ca, settings.tls_cert, settings.tls_key)
    security = None
    if address.startswith("tls://"):
        _check_keys(files)
        ca, cert, key = map(str, files)
        security = distributed.Security(
            tls_ca_file=ca, tls_client_cert=cert, tls_client_key=key, require_encryption=True
        )
    try:
        client = distributed.Client(address, security=security, timeout="10s")
    except (OSError, ValueError, TimeoutError) as error:
        raise CallError.about(
            f"--scheduler {address}",
            expected="a Dask scheduler that answers within 10 s",
            found=str(error) or type(error).__name__,
            hint="Is it running (`dask scheduler`), and are the TLS files its own authority's?",
        ) from error
    cleanup.enter_context(client)
    return Connection(client, plain_tcp=settings.plain_tcp)


def _check_keys(files: tuple[Path | None, ...]) -> None:
    for name, file in zip(("--tls-ca", "--tls-cert", "--tls-key"), files, strict=True):
        if file is None or not file.is_file():
            raise CallError.about(
                name,
                expected="a file, as the scheduler is spoken to by TLS",
                found="none" if file is None else f"nothing at {file}",
            )
