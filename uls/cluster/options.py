"""Where work is done: the options of every command that spreads it over processes or machines."""

from pathlib import Path
from typing import Annotated

from uls.cluster.address import Scheduler, parse_scheduler
from uls.workshop.options import Option, Settings

__all__ = ["ClusterSettings"]


class ClusterSettings(Settings):
    """Where work is done, and by how many worker processes."""

    scheduler: Annotated[
        Scheduler,
        Option(
            "--scheduler",
            metavar="local|slurm|tcp://…|tls://…",
            help="Who hands out the work: processes of this machine, jobs of SLURM, or a Dask "
            "scheduler that runs already (tcp:// on this machine only, tls:// anywhere).",
            parse=parse_scheduler,
            show=str,
        ),
    ] = Scheduler("local")
    workers: Annotated[
        int, Option("--workers", min=1, help="Worker processes to start (local, slurm).")
    ] = 1
    worker_memory_gb: Annotated[
        float,
        Option(
            "--worker-memory",
            min=0,
            help="GB after which a local worker is ended; 0: no limit, the system's own holds.",
        ),
    ] = 0.0
    tls_ca: Annotated[
        Path | None, Option("--tls-ca", help="For tls://: the authority's certificate (PEM).")
    ] = None
    tls_cert: Annotated[
        Path | None, Option("--tls-cert", help="For tls://: our own certificate (PEM).")
    ] = None
    tls_key: Annotated[
        Path | None, Option("--tls-key", help="For tls://: our own private key (PEM).")
    ] = None
    plain_tcp: Annotated[
        bool,
        Option(
            "--plain-tcp-beyond-this-machine",
            help="Allow tcp:// to other machines. Whoever reaches such a scheduler can run any "
            "code as you, and read the scans.",
        ),
    ] = False
    slurm_queue: Annotated[str | None, Option("--slurm-queue", help="Of SLURM: the partition.")] = (
        None
    )
    slurm_cores: Annotated[
        int, Option("--slurm-cores", min=1, help="Of SLURM: cores per worker.")
    ] = 4
    slurm_memory_gb: Annotated[
        int, Option("--slurm-memory", min=1, help="Of SLURM: GB of memory per worker.")
    ] = 16
    slurm_time: Annotated[
        str, Option("--slurm-time", help="Of SLURM: how long a worker may live, HH:MM:SS.")
    ] = "04:00:00"
    slurm_directives: Annotated[
        tuple[str, ...],
        Option(
            "--slurm-directive",
            help="Of SLURM: one more directive, such as --gres=gpu:1. Again for more.",
        ),
    ] = ()
