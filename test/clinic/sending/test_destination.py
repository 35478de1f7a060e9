"""Addresses of archives: what is understood, what is refused, what others could read."""

import pytest

from clinic.sending.destination import Destination, parse_destination
from uls.workshop.errors import CallError


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("dicom://PACS@10.1.2.3:11112", Destination("dicom", "10.1.2.3", 11112, "PACS", "ULS23")),
        ("dicom://PACS@pacs?from=CT_7", Destination("dicom", "pacs", 104, "PACS", "CT_7")),
        ("https://pacs.example/dcm/studies",
         Destination("https", "pacs.example", 443, path="/dcm/studies")),
        ("http://[::1]:8042/studies", Destination("http", "::1", 8042, path="/studies")),
    ],
)  # fmt: skip
def test_an_address_is_understood_and_said_again(text: str, meant: Destination) -> None:
    assert parse_destination(text) == meant
    assert parse_destination(str(meant)) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pacs:104",
        "dicom://pacs:104",
        "dicom://A_TITLE_THAT_IS_TOO_LONG@pacs",
        "dicom://PACS@pacs:99999",
        "dicom://PACS:word@pacs",
        "dicom://PACS@pacs?from=",
        "dicom://PACS@pacs?form=ME",
        "https://pacs.example/dcm",
        "https://pacs.example/studies?study=1",
        "https://pacs.example/studies/1.2.3",
        "https://pacs.example/a b/studies",
        "https://pacs.example\r\nX: y/studies",
        "ftp://pacs.example/studies",
        "https:///studies",
    ],
)
def test_all_else_is_refused(text: str) -> None:
    with pytest.raises(CallError, match="expected dicom://AE@host:port or https://"):
        parse_destination(text)


def test_a_password_is_refused_and_not_repeated() -> None:
    with pytest.raises(CallError, match="ULS23_PACS_AUTHORIZATION") as refused:
        parse_destination("https://me:secret@pacs.example/studies")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "private"),
    [
        ("dicom://PACS@127.0.0.1:1", True),
        ("http://localhost/studies", True),
        ("https://pacs.example/studies", True),
        ("dicom://PACS@10.1.2.3:1", False),
        ("http://pacs.example/studies", False),
    ],
)
def test_who_could_read_along(text: str, private: bool) -> None:
    assert parse_destination(text).is_private is private
