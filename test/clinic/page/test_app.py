"""The page's server: who may ask, what is understood, what is refused, what is written."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bright_predictor import bright_model
from clinic_scans import DIRECTIONS, scan_of, whole
from dicom_series import save, synthetic_series
from dicom_tools import errors_of
from fastapi.testclient import TestClient

from clinic.page.app import make_app
from clinic.page.catalogue import Entry, list_entries
from clinic.page.desk import Desk
from clinic.page.guard import LARGEST_BODY, Guard
from clinic.scans.scan import Scan

_HOST = "http://127.0.0.1:4711"
_PATIENT = "Planted^Name"


class _Held(Entry):
    """An entry whose scan is in memory."""

    scan: Scan

    def read(self) -> Scan:
        return self.scan


def _held(scan: Scan) -> Entry:
    entry = _Held(None, "", _PATIENT, "a scan")
    object.__setattr__(entry, "scan", scan)
    return entry


@pytest.fixture(params=["axial", "coronal", "flipped", "feet first"])
def scan(request: Any) -> tuple[Scan, Any]:
    return scan_of(DIRECTIONS[request.param])


@pytest.fixture
def desk(scan: tuple[Scan, Any], tmp_path: Path) -> Iterator[Desk]:
    made = Desk([_held(scan[0])], bright_model(), tmp_path / "out")
    yield made
    made.worker.shutdown()


def _opened(desk: Desk) -> TestClient:
    guard = Guard(make_app(desk), ["127.0.0.1:4711"])
    client = TestClient(guard, base_url=_HOST)
    assert client.get(f"/open/{guard.token}").status_code == 200
    return client


def _act(client: TestClient, kind: str, **fields: Any) -> Any:
    return client.post("/api/scans/0/acts", json={"kind": kind, **fields})


def _middle(desk: Desk) -> list[float]:
    return list(desk.open(0).display.shown(desk.open(0).session.scan.grid.to_index((12, -31, 140))))


def test_a_click_gives_the_mask_as_it_is_shown(desk: Desk, scan: tuple[Scan, Any]) -> None:
    client = _opened(desk)

    lesion = _act(client, "click", place=_middle(desk)).json()["lesions"][0]

    display, expected = desk.open(0).display, scan[1]
    shown = np.zeros(display.shape_zyx, bool)
    n = int(np.prod(lesion["size"]))
    bits = np.frombuffer(base64.b64decode(lesion["bits"]), np.uint8)
    box = np.unpackbits(bits, count=n, bitorder="little").reshape(lesion["size"]).astype(bool)
    shown[tuple(slice(c, c + s) for c, s in zip(lesion["corner"], lesion["size"], strict=True))] = (
        box
    )
    np.testing.assert_array_equal(shown, display.turn.view(expected))
    np.testing.assert_array_equal(whole(desk.open(0).session.lesions[0].mask), expected)
    assert lesion["axes"]["long"]["mm"] == pytest.approx(18, abs=1.5)  # 2 × 9 mm


def test_slices_run_to_the_left_to_the_back_and_to_the_head(desk: Desk) -> None:
    found = desk.open(0)
    origin, far = (
        np.array(found.session.scan.grid.to_mm(found.display.stored_xyz(place)))
        for place in ((0, 0, 0), tuple(n - 1 for n in found.display.shape_zyx))
    )
    assert (far > origin).all()
    raw = _opened(desk).get("/api/scans/0/axial/3").content
    np.testing.assert_array_equal(
        np.frombuffer(raw, "<i2").reshape(found.display.shape_zyx[1:]),
        found.display.turn.view(found.session.scan.hu)[3],
    )


def test_only_accepted_lesions_are_written(desk: Desk, tmp_path: Path) -> None:
    client = _opened(desk)
    _act(client, "click", place=_middle(desk))
    assert "an accepted lesion" in client.post("/api/scans/0/results", json={}).json()["error"]
    notes = {"site": "liver", "role": "node", "decision": "accepted"}
    client.post("/api/scans/0/notes/0", json=notes)

    files = client.post("/api/scans/0/results", json={}).json()["files"]

    (folder,) = (tmp_path / "out").iterdir()
    assert files == ["lesion-1.png", "lesions.csv", "mask.nii.gz", "results.json"]
    lesion = json.loads((folder / "results.json").read_text())["lesions"][0]
    assert (lesion["site"], lesion["role"]) == ("liver", "node")
    assert not any(_PATIENT.encode() in file.read_bytes() for file in folder.iterdir())


def test_a_dicom_series_gives_valid_objects(tmp_path: Path) -> None:
    study = save(synthetic_series(), tmp_path / "study")
    desk = Desk(list_entries(study), bright_model(), tmp_path / "out")
    client = _opened(desk)
    place = desk.open(0).display.shown((45, 32, 12))
    assert _act(client, "click", place=place).json()["lesions"][0]["ml"] > 0
    client.post("/api/scans/0/notes/0", json={"decision": "accepted"})

    files = client.post("/api/scans/0/results", json={}).json()["files"]

    desk.worker.shutdown()
    objects = [name for name in files if name.endswith(".dcm")]
    assert objects == ["axes-1.dcm", "key-1.dcm", "report.dcm", "segmentation.dcm"]
    (folder,) = (tmp_path / "out").iterdir()
    assert [errors_of(folder / name) for name in objects] == [[], [], [], []]


def test_a_correction_opens_the_decision_again_and_undo_closes_it(desk: Desk) -> None:
    client = _opened(desk)
    _act(client, "click", place=_middle(desk))
    client.post("/api/scans/0/notes/0", json={"decision": "accepted"})
    assert _act(client, "threshold", threshold=1.0).json()["lesions"][0]["decision"] == "open"
    assert _act(client, "undo").json()["lesions"][0]["decision"] == "accepted"


def _noted(client: TestClient, lesion: int, **said: str) -> Any:
    return client.post(f"/api/scans/0/notes/{lesion}", json=said)


def test_what_is_said_of_a_lesion_stays_when_something_else_is_said(desk: Desk) -> None:
    client = _opened(desk)
    _act(client, "click", place=_middle(desk))
    _noted(client, 0, site="liver")
    lesion = _noted(client, 0, role="node").json()["lesions"][0]
    assert (lesion["site"], lesion["role"], lesion["decision"]) == ("liver", "node", "open")


def test_a_lesion_is_no_target_until_a_person_makes_it_one(desk: Desk, tmp_path: Path) -> None:
    client = _opened(desk)
    assert _act(client, "click", place=_middle(desk)).json()["lesions"][0]["role"] == ""
    _noted(client, 0, decision="accepted")

    client.post("/api/scans/0/results", json={})

    (folder,) = (tmp_path / "out").iterdir()
    assert json.loads((folder / "results.json").read_text())["lesions"][0]["role"] == ""
    for role in ("target", ""):  # and what was chosen can be taken back
        assert _noted(client, 0, role=role).json()["lesions"][0]["role"] == role
    assert _noted(client, 0, role="TARGET").status_code == 422


def test_a_lesion_keeps_its_number_when_another_one_goes(desk: Desk) -> None:
    """Two are there, the first is deleted; what was meant for the second must not hit another."""
    client = _opened(desk)
    for _ in range(2):
        _act(client, "click", place=_middle(desk))
    _act(client, "remove", lesion=0)
    (kept,) = _noted(client, 1, decision="accepted").json()["lesions"]
    assert (kept["id"], kept["decision"]) == (1, "accepted")
    for answer in (_noted(client, 0, site="x"), _act(client, "threshold", lesion=0, threshold=1.0)):
        assert answer.status_code == 400
        assert answer.json()["error"] == "lesion: expected one of the list, found one that is gone."
    third = _act(client, "click", place=_middle(desk)).json()["lesions"][1]
    assert third["id"] == 2


def test_undo_takes_back_a_step_and_not_what_was_said_of_others(desk: Desk) -> None:
    client = _opened(desk)
    for _ in range(2):
        _act(client, "click", place=_middle(desk))
    _act(client, "threshold", lesion=1, threshold=1.0)
    _noted(client, 0, decision="accepted", site="liver")
    _noted(client, 1, decision="accepted", site="spleen")
    first, second = _act(client, "undo").json()["lesions"]
    assert (first["decision"], first["site"]) == ("accepted", "liver")
    assert (second["decision"], second["site"]) == ("open", "spleen")  # decided of another mask
    (only,) = _act(client, "undo").json()["lesions"]
    assert (only["id"], only["decision"]) == (0, "accepted")


def test_nobody_gets_in_without_token_name_and_origin(desk: Desk) -> None:
    guard = Guard(make_app(desk), ["127.0.0.1:4711"])
    client = TestClient(guard, base_url=_HOST)
    assert client.get("/api/scans").status_code == 403
    assert client.get("/open/wrong").status_code == 403
    assert client.get("/", headers={"host": "evil.example"}).status_code == 421
    answer = client.get(f"/open/{guard.token}")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert TestClient(guard, base_url=_HOST).get(f"/open/{guard.token}").status_code == 403
    step = {"kind": "undo"}
    foreign = {"origin": "http://evil.example"}
    assert client.post("/api/scans/0/acts", json=step, headers=foreign).status_code == 403
    assert client.post("/api/scans/0/acts", data=step).status_code == 415
    large = client.post("/api/scans/0/acts", json={"x": "a" * LARGEST_BODY})
    assert large.status_code == 413


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"kind": "click"}, 400),
        ({"kind": "click", "place": [1e9, 0, 0]}, 422),
        ({"kind": "click", "place": [0, 0, 4000]}, 400),
        ({"kind": "click", "place": ["a", 0, 0]}, 422),
        ({"kind": "threshold", "lesion": 7}, 400),
        ({"kind": "remove", "lesion": 0}, 400),
        ({"kind": "paint", "stroke": []}, 422),
        ({"kind": "open /etc/passwd"}, 422),
        ({"kind": "undo", "more": 1}, 422),
    ],
    ids=["none", "huge", "outside", "text", "no lesion", "empty list", "stroke", "kind", "more"],
)
def test_hostile_steps_are_refused(desk: Desk, fields: dict[str, Any], status: int) -> None:
    answer = _opened(desk).post("/api/scans/0/acts", json={**fields})
    assert answer.status_code == status
    assert answer.json()["error"]
    assert desk.open(0).session.lesions == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/scans/9", 404),
        ("/api/scans/-1", 404),
        ("/api/scans/..%2f..", 404),
        ("/api/scans/0/axial/100000", 404),
        ("/api/scans/0/oblique/1", 422),
        ("/static/..%2fapp.py", 404),
        ("/static/__init__.py", 404),
    ],
)
def test_names_never_become_paths(desk: Desk, path: str, status: int) -> None:
    assert _opened(desk).get(path).status_code == status
