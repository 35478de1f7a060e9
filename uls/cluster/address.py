"""Where a scheduler is, and whether it may be spoken to: encrypted, or on this machine only.

Dask runs whatever code it is sent, and by plain tcp it asks nobody who sends it.
"""

import re
from dataclasses import dataclass
from ipaddress import ip_address

from uls.workshop.errors import CallError

__all__ = ["Scheduler", "check_encrypted", "is_this_machine", "parse_scheduler"]

_ADDRESS = re.compile(r"(tcp|tls)://(?:\[([0-9A-Fa-f:.]+)\]|([^\s:/\[\]]+)):(\d{1,5})/?")
_STARTED = ("local", "slurm")
_HINT = (
    "Use tls:// with --tls-ca, --tls-cert and --tls-key; or, in a network where you trust "
    "everybody, --plain-tcp-beyond-this-machine."
)


@dataclass(frozen=True)
class Scheduler:
    """Who hands out the work.

    Attributes:
        kind: `local`, `slurm`, `tcp` or `tls`.
        address: of one that runs already; empty for one that is started.
    """

    kind: str
    address: str = ""

    def __str__(self) -> str:
        return self.address or self.kind


def parse_scheduler(text: str) -> Scheduler:
    """Read `--scheduler`.

    Raises:
        CallError: it is neither `local`, `slurm` nor an address of tcp or tls.
    """
    if text in _STARTED:
        return Scheduler(text)
    found = _ADDRESS.fullmatch(text)
    if found is None or not 0 < int(found[4]) < 1 << 16:
        raise CallError.about(
            "--scheduler",
            expected="local, slurm, tcp://HOST:PORT or tls://HOST:PORT",
            found=repr(text),
        )
    return Scheduler(found[1], text.rstrip("/"))


def is_this_machine(address: str) -> bool:
    """Return whether an address is this machine's loopback, by itself: no name is looked up.

    What a name server says may change between the question and the connection; `localhost` is the
    one name that stands for itself.
    """
    found = _ADDRESS.fullmatch(address)
    if found is None:
        return False
    host = found[2] or found[3]
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def check_encrypted(subject: str, address: str, *, plain_tcp: bool) -> None:
    """Refuse an address to which all would go unencrypted beyond this machine.

    Args:
        subject: whose address it is, for the error.
        address: of a scheduler or a worker.
        plain_tcp: whether that was allowed in words.

    Raises:
        CallError: it is plain, beyond this machine, and not allowed.
    """
    if plain_tcp or address.startswith("tls://") or is_this_machine(address):
        return
    raise CallError.about(
        f"{subject} {address}",
        expected="tls://, or an address of this machine (127.0.0.1, localhost)",
        found="plain tcp to another machine: whoever reaches it could run code as you",
        hint=_HINT,
    )
