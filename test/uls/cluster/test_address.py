"""Which addresses are spoken to: by TLS, or on this machine; plain tcp elsewhere is refused."""

import pytest

from uls.cluster.address import Scheduler, check_encrypted, is_this_machine, parse_scheduler
from uls.workshop.errors import CallError


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("local", Scheduler("local")),
        ("slurm", Scheduler("slurm")),
        ("tcp://127.0.0.1:8786", Scheduler("tcp", "tcp://127.0.0.1:8786")),
        ("tls://[::1]:8786/", Scheduler("tls", "tls://[::1]:8786")),
        ("tls://head.cluster:1", Scheduler("tls", "tls://head.cluster:1")),
    ],
)
def test_what_is_a_scheduler(text: str, read: Scheduler) -> None:
    assert parse_scheduler(text) == read


@pytest.mark.parametrize(
    "text",
    ["", "kubernetes", "tcp://host", "tcp://host:0", "tcp://host:65536", "http://localhost:8786",
     "tcp://a b:8786", "tls://user@host/x:8786", "inproc://here:1"],
)  # fmt: skip
def test_what_is_none(text: str) -> None:
    with pytest.raises(CallError, match="expected local, slurm, tcp://HOST:PORT"):
        parse_scheduler(text)


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:1", "tcp://127.9.9.9:1", "tcp://localhost:1", "tcp://[::1]:1"]
)
def test_this_machine(address: str) -> None:
    assert is_this_machine(address)
    check_encrypted("--scheduler", address, plain_tcp=False)


@pytest.mark.parametrize(
    "address",
    ["tcp://10.0.0.1:1", "tcp://0.0.0.0:1", "tcp://localhost.evil.org:1", "tcp://[fe80::1]:1",
     "tcp://127.0.0.1.evil.org:1", "tcp://2130706433:1", "ucx://127.0.0.1:1"],
)  # fmt: skip
def test_another_machine(address: str) -> None:
    assert not is_this_machine(address)
    with pytest.raises(CallError, match="plain tcp to another machine"):
        check_encrypted("worker", address, plain_tcp=False)
    check_encrypted("worker", address, plain_tcp=True)
    check_encrypted("worker", address.replace("tcp", "tls").replace("ucx", "tls"), plain_tcp=False)
