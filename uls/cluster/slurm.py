"""Workers as SLURM's jobs, by dask-jobqueue."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from uls.cluster.options import ClusterSettings
from uls.cluster.package import package

__all__ = ["slurm_cluster"]


def slurm_cluster(
    settings: ClusterSettings,
    security: Any,
    keys: Path,
    offers: Mapping[str, float] | None = None,
) -> Any:
    """Make a cluster whose workers are SLURM's jobs; none is sent before `scale`.

    Args:
        settings: queue, cores, memory, time and further directives.
        security: keys of this run, which the jobs find in the folder `keys`.
        keys: a folder that all machines see.
        offers: resources of each worker.
    """
    given = ",".join(f"{name}={count:g}" for name, count in (offers or {}).items())
    return package("dask_jobqueue").SLURMCluster(
        queue=settings.slurm_queue,
        cores=settings.slurm_cores,
        processes=1,
        memory=f"{settings.slurm_memory_gb}GB",
        walltime=settings.slurm_time,
        job_extra_directives=list(settings.slurm_directives),
        worker_extra_args=["--nthreads", "1", *(["--resources", given] if given else [])],
        job_script_prologue=[f"export PYTHONPATH={os.environ.get('PYTHONPATH', '')!r}"],
        protocol="tls://",
        security=security,
        shared_temp_directory=str(keys),
        log_directory=str(keys),
        scheduler_options={"dashboard_address": None, "dashboard": False},
    )
