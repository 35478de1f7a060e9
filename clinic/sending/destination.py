"""Where objects go: `dicom://AE@host:port` by C-STORE, `https://…/studies` by STOW-RS."""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, urlsplit

from uls.workshop.errors import CallError

__all__ = ["Destination", "parse_destination"]

_AE_TITLE = re.compile(r"[A-Za-z0-9_.-]{1,16}")
_HOST = re.compile(r"[A-Za-z0-9._:-]{1,255}")
_PATH = re.compile(r"(/[A-Za-z0-9._~!$&'()*+,;=:@%-]+)*/studies")
_OUR_AE_TITLE = "ULS23"
_PORTS = {"dicom": 104, "http": 80, "https": 443}
_EXPECTED = "dicom://AE@host:port or https://host/…/studies"


@dataclass(frozen=True)
class Destination:
    """An archive's address.

    Attributes:
        scheme: `dicom`, `https` or `http`.
        host: name or number.
        port: of TCP.
        called: the archive's AE title; of `dicom` only.
        calling: ours.
        path: of STOW-RS, ending in `/studies`.
    """

    scheme: str
    host: str
    port: int
    called: str = ""
    calling: str = ""
    path: str = ""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        if self.scheme != "dicom":
            return f"{self.scheme}://{host}:{self.port}{self.path}"
        ours = "" if self.calling == _OUR_AE_TITLE else f"?from={self.calling}"
        return f"dicom://{self.called}@{host}:{self.port}{ours}"

    @property
    def is_private(self) -> bool:
        """Tell whether nobody on the way can read along: TLS, or no way at all."""
        return self.scheme == "https" or _is_this_machine(self.host)


def parse_destination(text: str) -> Destination:
    """Return the address that a text names.

    Args:
        text: `dicom://AE@host:port`, with `?from=AE` where the archive must know us by a title of
            its own; or `https://host:port/…/studies`.

    Raises:
        CallError: it is none; it names a user, a query or a part, which are not for addresses.
    """
    try:
        parts = urlsplit(text)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        raise _refused("another address") from None
    host = parts.hostname or ""
    if parts.scheme not in _PORTS or not _HOST.fullmatch(host) or parts.fragment:
        raise _refused("another address")
    if parts.scheme == "dicom":
        return _dicom(parts, host, port)
    if "@" in parts.netloc:
        hint = "Give what it asks for in ULS23_PACS_AUTHORIZATION, for example 'Bearer …'."
        raise _refused("a user or password in the address", hint)
    if parts.query or not _PATH.fullmatch(parts.path):
        raise _refused("a path that does not end in /studies")
    return Destination(parts.scheme, host, port, path=parts.path)


def _dicom(parts: SplitResult, host: str, port: int) -> Destination:
    asked = parse_qs(parts.query, keep_blank_values=True)
    calling = asked.pop("from", [_OUR_AE_TITLE])
    titles = (parts.username or "", *calling)
    plain = parts.password is None and parts.path in ("", "/") and not asked and len(titles) == 2
    if not plain or not all(map(_AE_TITLE.fullmatch, titles)):
        raise _refused("an address without AE title, or with more than it takes")
    return Destination("dicom", host, port, called=titles[0], calling=titles[1])


def _refused(found: str, hint: str = "") -> CallError:
    """Say what is wrong without the text itself: it may hold a password."""
    return CallError.about("the archive's address", expected=_EXPECTED, found=found, hint=hint)


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
