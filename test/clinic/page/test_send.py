"""Sending from the page: what is accepted goes to the archive; the page says how that stands."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pydicom
import pytest
from archives import Archive, c_store_archive
from bright_predictor import bright_model
from clinic_scans import DIRECTIONS, scan_of
from dicom_series import save, synthetic_series
from fastapi.testclient import TestClient
from starter_model import STARTER

from benchmarks.page_browser import CHROMIUM, browser_page, page_server, point
from clinic.page.app import make_app
from clinic.page.catalogue import Entry, list_entries
from clinic.page.demo import LESIONS, demo_scan
from clinic.page.desk import Desk
from clinic.scans.scan import Scan
from clinic.sending.courier import Courier
from clinic.sending.destination import parse_destination
from clinic.sending.outbox import Outbox


@pytest.fixture
def archive() -> Iterator[Archive]:
    with c_store_archive() as opened:
        yield opened


def _desk(entries: list[Entry], archive: Archive | None, output: Path) -> Desk:
    courier = None
    if archive is not None:
        courier = Courier(Outbox(output / "outbox"), parse_destination(archive.address))
    return Desk(entries, bright_model(), output, courier)


def _accepted(client: TestClient, desk: Desk) -> None:
    place = desk.open(0).display.shown((45, 32, 12))
    client.post("/api/scans/0/acts", json={"kind": "click", "place": place})
    client.post("/api/scans/0/notes/0", json={"decision": "accepted"})


def test_accepted_lesions_are_written_and_sent(archive: Archive, tmp_path: Path) -> None:
    study = save(synthetic_series(), tmp_path / "study")
    desk = _desk(list_entries(study), archive, tmp_path / "out")
    client = TestClient(make_app(desk))
    assert client.get("/api/scans").json()["sends"] is True
    assert client.get("/api/scans/0").json()["dicom"] is True
    refused = client.post("/api/scans/0/sending", json={})
    assert "an accepted lesion" in refused.json()["error"]
    _accepted(client, desk)

    assert client.post("/api/scans/0/sending", json={}).json() == {"objects": 4}

    for _ in range(500):
        if not (status := client.get("/api/sending").json())["waiting"]:
            break
        time.sleep(0.02)
    desk.end()
    assert status == {"waiting": 0, "stored": 4, "problem": ""}
    files = (tmp_path / "out").glob("scan-*/*.dcm")
    assert archive.instances == {str(pydicom.dcmread(file).SOPInstanceUID) for file in files}


def test_without_an_archive_nothing_is_sent(tmp_path: Path) -> None:
    desk = _desk(list_entries(save(synthetic_series(), tmp_path / "study")), None, tmp_path)
    client = TestClient(make_app(desk))
    assert client.get("/api/scans").json()["sends"] is False
    _accepted(client, desk)
    refused = client.post("/api/scans/0/sending", json={})
    assert "expected an archive (--pacs)" in refused.json()["error"]
    assert client.get("/api/sending").json() == {"waiting": 0, "stored": 0, "problem": ""}
    desk.end()


def test_a_scan_that_is_no_series_is_not_sent(archive: Archive, tmp_path: Path) -> None:
    class Held(Entry):
        def read(self) -> Scan:
            return scan_of(DIRECTIONS["axial"])[0]

    desk = _desk([Held(None, "", "", "")], archive, tmp_path / "out")
    refused = TestClient(make_app(desk)).post("/api/scans/0/sending", json={})
    assert "expected a DICOM series" in refused.json()["error"]
    desk.end()
    assert not archive.calls


@pytest.mark.skipif(
    CHROMIUM is None and "ULS23_REQUIRE_BROWSER" not in os.environ,
    reason="needs Chromium (apt: chromium); CI has it and fails without",
)
def test_a_person_sees_what_waits_and_that_all_arrived(archive: Archive, tmp_path: Path) -> None:
    pytest.importorskip("playwright", reason="needs playwright (pip install playwright)")
    demo = demo_scan()
    study = save(synthetic_series(demo.hu, spacing=demo.grid.spacing_mm), tmp_path / "study")
    archive.answers = [0xA700, None, None, None]
    arguments: list[Any] = [study, "--output", tmp_path / "out", "--pacs", archive.address]
    arguments += ["--model", STARTER]

    with page_server(*map(str, arguments)) as url, browser_page(url) as (page, faults):
        (_, y, x) = LESIONS[0][0]
        page.mouse.move(*point(page, (y, x)))
        for _ in range(2):
            page.mouse.wheel(0, 100)
        page.wait_for_selector(f"#axial[data-drawn='{LESIONS[0][0][0]:.0f}']")
        page.mouse.click(*point(page, (y, x)))
        page.wait_for_selector("body[data-lesions='1']")
        page.get_by_role("button", name="Accept lesion 1").click()
        page.get_by_role("button", name="Send 1 accepted").click()
        page.wait_for_selector("#sent:has-text('status 0xA700. 1 object waits in the outbox.')")
        page.wait_for_selector("#sent:has-text('The archive has all: 4 sent.')")
        assert faults == []
    assert len(archive.stored) == 4
