"""The outbox: whole parcels, of one study, unchanged; killed anywhere, nothing is lost or mixed."""

import json
import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pydicom
import pytest
from archives import c_store_archive, stow_archive
from dicom_series import PLANTED

from clinic.sending.command import send_results
from clinic.sending.courier import Courier
from clinic.sending.deliver import deliver, pause_after
from clinic.sending.destination import parse_destination
from clinic.sending.objects import objects_of
from clinic.sending.outbox import Outbox
from uls.workshop.errors import CallError, InputError, OutputError
from uls.workshop.files import sha256
from uls.workshop.lock import alone_in

_AWAY = "dicom://ARCHIVE@127.0.0.1:9"


def _instances(results: Path) -> set[str]:
    return {str(pydicom.dcmread(one).SOPInstanceUID) for one in results.glob("*.dcm")}


def test_killed_between_any_two_steps_nothing_is_lost(made: Path, tmp_path: Path) -> None:
    with stow_archive() as archive:
        dying = [sys.executable, Path(__file__).with_name("dying.py"), made, archive.address]
        root = Path(__file__).parents[3]
        done = subprocess.run(
            [*dying, tmp_path],
            env=os.environ | {"PYTHONPATH": str(root)},
            check=True,
            capture_output=True,
            text=True,
        )
        rounds = int(done.stdout)
        assert rounds > 8  # a parcel, a state and a removal for each object
        assert 4 * rounds <= len(archive.stored) < 8 * rounds
        for one in archive.stored:
            assert one.SOPInstanceUID in _instances(made)
    for step in range(1, rounds + 1):
        outbox = Outbox(tmp_path / str(step))
        (parcel,) = outbox.parcels()
        assert not parcel.waiting
        assert not list(parcel.folder.glob("*.dcm"))


def test_results_may_be_written_anew_while_these_wait(
    results: Path, other: Path, tmp_path: Path
) -> None:
    """What waits are copies: they are sent as what they were."""
    first = _instances(results)
    with pytest.raises(OutputError):
        send_results(results, parse_destination(_AWAY), tries=1)
    shutil.rmtree(results)
    shutil.copytree(other, results)
    outbox = Outbox(tmp_path / "outbox")
    with c_store_archive() as archive:
        (parcel,) = outbox.waiting()
        parcel.destination = archive.address
        deliver(parcel)
        assert archive.instances == first
        assert not archive.instances & _instances(results)


def test_an_object_that_changed_in_the_outbox_is_not_sent(results: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        send_results(results, parse_destination(_AWAY), tries=1)
    (parcel,) = Outbox(tmp_path / "outbox").waiting()
    shutil.copyfile(parcel.folder / "2.dcm", parcel.folder / "1.dcm")

    with c_store_archive() as archive:
        parcel.destination = archive.address
        with pytest.raises(InputError, match="found damaged ones"):
            deliver(parcel)
        assert archive.stored == []


def _change(results: Path, name: str, **values: str) -> None:
    dataset = pydicom.dcmread(results / name)
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    dataset.save_as(results / name)


def _record_anew(results: Path) -> None:
    record = json.loads((results / "results.json").read_text())
    record["files"] = {n: sha256(results / n) for n in record["files"] if (results / n).exists()}
    (results / "results.json").write_text(json.dumps(record))


def test_what_is_not_as_it_was_written_is_refused(results: Path) -> None:
    _change(results, "report.dcm", PatientID="SOMEBODYELSE")
    with pytest.raises(InputError, match="one that was changed or is missing"):
        objects_of(results)

    _record_anew(results)
    with pytest.raises(InputError, match="found objects of several"):
        objects_of(results)


def test_only_what_we_make_is_sent(results: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"results of `segment`"):
        send_results(tmp_path / "nothing", parse_destination(_AWAY))
    _change(results, "key-1.dcm", SOPClassUID="1.2.840.10008.5.1.4.1.1.2")
    _record_anew(results)
    with pytest.raises(InputError, match="found another object"):
        objects_of(results)
    (results / "results.json").write_text('{"files": {"../key-1.dcm": "0"}}')
    with pytest.raises(InputError, match="found a damaged one"):
        objects_of(results)


def test_a_folder_of_somebody_else_is_no_outbox(results: Path, tmp_path: Path) -> None:
    (tmp_path / "outbox").mkdir()
    (tmp_path / "outbox" / "letter.txt").touch()
    with pytest.raises(OutputError, match="found something else"):
        send_results(results, parse_destination(_AWAY), tries=1)


def test_two_do_not_send_from_one_outbox(results: Path, tmp_path: Path) -> None:
    with c_store_archive() as archive, alone_in(tmp_path / "outbox"):
        with pytest.raises(CallError, match="found one that is"):
            send_results(results, parse_destination(archive.address), tries=1)
        assert archive.calls == []


def test_a_damaged_state_sends_again_and_a_damaged_parcel_is_refused(
    results: Path, tmp_path: Path
) -> None:
    outbox = Outbox(tmp_path / "outbox")
    parcel = outbox.add(results, parse_destination(_AWAY))
    (parcel.folder / "state.json").write_text("{")
    assert len(outbox.waiting()[0].waiting) == 4
    content = (parcel.folder / "parcel.json").read_text()
    (parcel.folder / "parcel.json").write_text(content.replace("1.dcm", "../1.dcm"))
    with pytest.raises(InputError, match="found damaged ones"):
        outbox.waiting()


def test_the_courier_sends_what_waits_from_an_earlier_time(results: Path, tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    with c_store_archive() as archive:
        destination = parse_destination(archive.address)
        outbox.add(results, destination)
        courier = Courier(outbox, destination)
        _until(lambda: courier.status.stored == 4)
        courier.end()
        assert archive.instances == _instances(results)
        assert (courier.status.waiting, courier.status.problem) == (0, "")


def test_the_courier_tries_again_by_itself(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clinic.sending.courier.pause_after", lambda _: 0.01)
    with c_store_archive() as archive:
        archive.answers = [0xA700] * 6
        courier = Courier(Outbox(tmp_path / "outbox"), parse_destination(archive.address))
        assert courier.add(results) == 4
        _until(lambda: courier.status.waiting == 0)
        courier.end()
        assert len(archive.calls) == 10


def _until(holds: object) -> None:
    import time

    for _ in range(1000):
        if holds():  # type: ignore[operator]
            return
        time.sleep(0.02)
    pytest.fail("it never came to that")


def test_pauses_grow_and_end() -> None:
    assert [pause_after(n) for n in (1, 2, 3, 9, 1000)] == [2, 4, 8, 300, 300]


def test_nothing_of_the_patient_is_logged_or_in_the_state(
    made: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    for opened in (c_store_archive, stow_archive):
        with opened() as archive:
            archive.answers = [0xA700 if opened is c_store_archive else 503]
            with pytest.raises(OutputError) as failed:
                send_results(
                    made, parse_destination(archive.address), outbox=tmp_path / "box", tries=1
                )
            urls = json.dumps([call for call in archive.calls if isinstance(call, tuple)])
    out, err = capfd.readouterr()
    files = [*tmp_path.rglob("*")]
    states = "".join(file.read_text() for file in files if file.suffix == ".json")
    said = f"{out} {err} {caplog.text} {failed.value} {urls} {states} {files}"
    assert not [value for value in PLANTED.values() if value in said]
