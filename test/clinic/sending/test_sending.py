"""Sending by both ways to an archive on loopback: all arrives, once, and every refusal is told."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pydicom
import pytest
from archives import Archive, c_store_archive, said, stow_archive

from clinic.sending.deliver import send, send_waiting
from clinic.sending.destination import parse_destination
from clinic.sending.outbox import Outbox
from uls.workshop.errors import CallError, OutputError

_Opened = Callable[[], AbstractContextManager[Archive]]
_GSPS = "1.2.840.10008.5.1.4.1.1.11.1"


def _instances(results: Path) -> set[str]:
    return {str(pydicom.dcmread(one).SOPInstanceUID) for one in results.glob("*.dcm")}


@pytest.fixture(params=[c_store_archive, stow_archive], ids=["C-STORE", "STOW-RS"])
def archive(request: Any) -> Iterator[Archive]:
    with request.param() as opened:
        yield opened


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "outbox")


def _send(outbox: Outbox, results: Path, archive: Archive, tries: int = 1) -> int:
    return send(outbox, [results], parse_destination(archive.address), tries=tries)


def test_all_arrives_as_it_was_written_and_no_copy_is_left(
    archive: Archive, outbox: Outbox, results: Path
) -> None:
    assert _send(outbox, results, archive) == 4

    written = {str((d := pydicom.dcmread(f)).SOPInstanceUID): d for f in results.glob("*.dcm")}
    assert archive.instances == set(written)
    for got in archive.stored:
        assert got.to_json_dict() == written[str(got.SOPInstanceUID)].to_json_dict()
    assert not list(outbox.folder.rglob("*.dcm"))
    assert not outbox.waiting()


def test_sending_twice_sends_once(archive: Archive, outbox: Outbox, results: Path) -> None:
    _send(outbox, results, archive)
    _send(outbox, results, archive)

    assert len(archive.calls) == 4


def test_what_the_archive_cannot_now_is_tried_again_after_longer_and_longer_pauses(
    archive: Archive, outbox: Outbox, results: Path
) -> None:
    """No space, twice for the first object; the others are stored meanwhile."""
    busy = 0xA700 if archive.address.startswith("dicom") else 503
    archive.answers = [busy, None, None, None, busy, None] if busy == 0xA700 else [busy, busy]
    pauses: list[float] = []
    parcel = outbox.add(results, parse_destination(archive.address))

    send_waiting(outbox, [parcel], tries=5, pause=pauses.append)

    assert archive.instances == _instances(results)
    assert pauses == [2.0, 4.0]


def test_what_it_refuses_is_not_tried_again_but_kept(
    archive: Archive, outbox: Outbox, results: Path
) -> None:
    is_dicom = archive.address.startswith("dicom")
    archive.answers = [0xC001] if is_dicom else [400]

    with pytest.raises(OutputError) as refused:
        _send(outbox, results, archive, tries=5)

    assert ("0xC001" if is_dicom else "400") in str(refused.value)
    assert "found 1 that it did not" in str(refused.value)
    assert len(archive.stored) == 3
    (parcel,) = outbox.waiting()
    assert len(parcel.waiting) == 1
    send_waiting(outbox, outbox.waiting(), tries=1)
    assert archive.instances == _instances(results)


@pytest.mark.parametrize("scheme", ["dicom://A@127.0.0.1:9", "http://127.0.0.1:9/studies"])
def test_an_archive_that_is_away_loses_nothing(scheme: str, outbox: Outbox, results: Path) -> None:
    with pytest.raises(OutputError, match="it does not answer"):
        send(outbox, [results], parse_destination(scheme), tries=1)

    (parcel,) = outbox.waiting()
    assert len(parcel.waiting) == len(list(parcel.folder.glob("*.dcm"))) == 4


def test_a_lost_connection_is_no_success(outbox: Outbox, results: Path) -> None:
    with c_store_archive() as archive:
        archive.answers = [None, "hang up"]
        with pytest.raises(OutputError, match="the connection was lost"):
            _send(outbox, results, archive)
        assert len(outbox.waiting()[0].waiting) == 3
        _send(outbox, results, archive)
        assert archive.instances == _instances(results)


def test_titles_are_told_and_a_rejection_is_a_sentence(outbox: Outbox, results: Path) -> None:
    with c_store_archive(titles=("KNOWN", "ARCHIVE")) as archive:
        with pytest.raises(OutputError, match="does not know our AE title"):
            _send(outbox, results, archive)
        wrong = archive.address.replace("ARCHIVE", "WRONG") + "?from=KNOWN"
        with pytest.raises(OutputError, match="not called by that AE title"):
            send(outbox, [results], parse_destination(wrong), tries=1)
        archive.address += "?from=KNOWN"
        _send(outbox, results, archive)
    assert set(archive.calls) == {"KNOWN"}


def test_a_kind_that_the_archive_does_not_take_keeps_no_other_back(
    outbox: Outbox, results: Path
) -> None:
    with (
        c_store_archive("1.2.840.10008.5.1.4.1.1.7", _GSPS) as archive,
        pytest.raises(OutputError, match=r"it takes no (segmentation|report)"),
    ):
        _send(outbox, results, archive)
    assert len(archive.stored) == 2


def test_an_object_that_is_there_already_is_stored(outbox: Outbox, results: Path) -> None:
    axes = pydicom.dcmread(results / "axes-1.dcm")  # the first in the order of names
    with c_store_archive() as archive:
        archive.answers = [0x0111]
        _send(outbox, results, archive)
    with stow_archive() as archive:
        archive.answers = [(409, {"00081198": said(axes, 0x0111)})]
        _send(outbox, results, archive)
    assert not outbox.waiting()


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (301, "name the final address"),
        (401, "ULS23_PACS_AUTHORIZATION"),
        ((200, b"<html>Welcome</html>"), "does not name the object"),
        ((202, {}), "does not name the object"),
        ((200, b"[" * 100_000), "does not name the object"),
        ((200, b" " * (2 << 20)), "does not name the object"),
    ],
)
def test_an_answer_counts_only_for_what_it_says(
    answer: Any, why: str, outbox: Outbox, results: Path
) -> None:
    with stow_archive() as archive:
        archive.answers = [answer] * 4
        with pytest.raises(OutputError, match=why):
            _send(outbox, results, archive)
        assert {path for path, _ in archive.calls} == {"/dicom-web/studies"}
    assert len(outbox.waiting()[0].waiting) == 4


def test_a_failure_that_the_answer_names_is_told_by_its_reason(
    outbox: Outbox, results: Path
) -> None:
    axes = pydicom.dcmread(results / "axes-1.dcm")
    with stow_archive() as archive:
        archive.answers = [(202, {"00081198": said(axes, 0xA900)})]
        with pytest.raises(OutputError, match="reason 0xA900"):
            _send(outbox, results, archive)


def test_authorization_is_sent_but_not_for_all_to_read(
    outbox: Outbox, results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ULS23_PACS_AUTHORIZATION", "Bearer secret")
    with stow_archive() as archive:
        _send(outbox, results, archive)
        assert archive.calls[0][1]["Authorization"] == "Bearer secret"
    with pytest.raises(CallError, match="expected an https address"):
        send(outbox, [results], parse_destination("http://192.0.2.1/studies"), tries=1)
    assert "secret" not in "".join(f.read_text() for f in outbox.folder.rglob("*.json"))


def test_a_certificate_is_verified(
    outbox: Outbox, results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with stow_archive(context) as archive:
        with pytest.raises(OutputError, match="its certificate is not valid"):
            _send(outbox, results, archive)
        assert not archive.calls
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert _send(outbox, results, archive) == 4


def self_signed(folder: Path) -> Path:
    """A certificate of `localhost` and its key, in one file."""
    import subprocess

    file = folder / "both.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost",
         "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    file.write_text((folder / "key.pem").read_text() + (folder / "cert.pem").read_text())
    return file
