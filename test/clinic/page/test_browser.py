"""The page in a real browser without a GPU: what a person sees and does on the demo."""

import csv
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starter_model import STARTER

from benchmarks.page_browser import CHROMIUM, browser_page, page_server, point
from clinic.page.demo import LESIONS

pytest.importorskip("playwright", reason="needs playwright (pip install playwright)")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None and "ULS23_REQUIRE_BROWSER" not in os.environ,
    reason="needs Chromium (apt: chromium); CI has it and fails without",
)

(_Z, _Y, _X) = LESIONS[0][0]


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("page") / "out"


@pytest.fixture
def page(output: Path) -> Iterator[Any]:
    arguments = ("--demo", "--output", str(output), "--model", str(STARTER))
    with page_server(*arguments) as url, browser_page(url) as (opened, faults):
        yield opened
        assert faults == []


def _to_lesion(page: Any) -> tuple[float, float]:
    x, y = point(page, (_Y, _X))
    page.mouse.move(x, y)
    for _ in range(2):
        page.mouse.wheel(0, 100)
    page.wait_for_selector(f"#axial[data-drawn='{_Z:.0f}']")
    return x, y


def _ml(page: Any) -> float:
    return float(page.inner_text("#lesions .figures").rpartition("· ")[2].removesuffix(" ml"))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_click_grow_undo_accept_and_write(page: Any, output: Path) -> None:
    x, y = _to_lesion(page)
    page.mouse.click(x, y)
    page.wait_for_selector("body[data-lesions='1']")
    before = _ml(page)
    assert before == pytest.approx(3.9, rel=0.2)  # 4/3 π · 11 · 9 · 10 mm³, and a lumpy border
    assert "Lesion 1" in page.inner_text("#status")

    page.keyboard.down("Control")
    page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    page.wait_for_selector(f"#lesions .figures:not(:has-text('{before:.2f} ml'))")
    assert _ml(page) > before
    page.keyboard.press("z")
    page.wait_for_selector(f"#lesions .figures:has-text('{before:.2f} ml')")

    page.get_by_label("Site of lesion 1").fill("right lung")
    role = page.get_by_label("Role of lesion 1")
    assert role.input_value() == ""  # nobody has chosen it as a target yet
    role.select_option("new")
    page.get_by_role("button", name="Accept lesion 1").click()
    page.get_by_role("button", name="Write 1 accepted").click()
    page.wait_for_selector("#written:has-text('results.json')")
    (folder,) = output.iterdir()
    (row,) = _rows(folder / "lesions.csv")
    assert (row["site"], row["role"]) == ("right lung", "new")


def test_the_keyboard_alone_is_enough(page: Any) -> None:
    page.focus("#axial")
    for _ in range(2):
        page.keyboard.press("PageDown")
    for key, n in (("ArrowUp", 144 - _Y), ("ArrowLeft", 144 - _X)):
        for _ in range(round(n)):
            page.keyboard.press(key)
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    page.wait_for_selector("body[data-lesions='1']")
    page.keyboard.press("a")
    page.wait_for_selector("button[aria-label='Accept lesion 1'][aria-pressed='true']")


def test_a_box_and_a_brush(page: Any) -> None:
    x, y = _to_lesion(page)
    page.mouse.move(x - 22, y - 20)
    page.mouse.down()
    page.mouse.move(x + 22, y + 20, steps=4)
    page.mouse.up()
    page.wait_for_selector("body[data-lesions='1']")
    before = _ml(page)
    page.keyboard.press("b")
    page.mouse.move(x + 30, y)
    page.mouse.down()
    page.mouse.move(x + 50, y, steps=5)
    page.mouse.up()
    page.wait_for_selector("#lesions .warning:has-text('corrected by hand')")
    assert _ml(page) > before


def test_a_box_by_keyboard(page: Any) -> None:
    _to_lesion(page)
    page.focus("#axial")
    away = 144 - _Y, 144 - _X
    for key, n in (("ArrowUp", away[0] + 12), ("ArrowLeft", away[1] + 12)):
        for _ in range(round(n)):
            page.keyboard.press(key)
    page.keyboard.press("x")
    page.keyboard.press("Escape")  # thought better of
    page.keyboard.press("x")
    for key in ("ArrowDown", "ArrowRight"):
        for _ in range(24):
            page.keyboard.press(key)
    page.keyboard.press("x")
    page.wait_for_selector("body[data-lesions='1']")
    assert _ml(page) == pytest.approx(3.9, rel=0.25)


def test_two_fingers_zoom_about_their_middle_and_click_nothing(page: Any) -> None:
    x, y = _to_lesion(page)
    touch = page.context.new_cdp_session(page)

    def fingers(kind: str, *apart: float) -> None:
        points = [{"x": x + side * a, "y": y} for a in apart for side in (-1, 1)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    fingers("touchStart", 20)
    fingers("touchMove", 30)
    fingers("touchMove", 40)
    fingers("touchEnd")
    page.wait_for_timeout(300)
    assert page.get_attribute("body", "data-lesions") == "0"
    page.mouse.click(x, y)  # the lesion lies where it was, twice as large
    page.wait_for_selector("body[data-lesions='1']")
    assert _ml(page) == pytest.approx(3.9, rel=0.2)
    grown = page.evaluate("document.querySelector('#axial').dataset.zoom")
    assert float(grown) == pytest.approx(2)


def test_it_fits_a_phone(page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    widths = page.locator("body, #planes, aside").evaluate_all("all => all.map(e => e.scrollWidth)")
    assert max(widths) <= 390


def test_what_is_said_in_haste_is_written_whatever_the_server_takes(
    page: Any, output: Path
) -> None:
    """Answers take half a second here: a role chosen meanwhile must not take the site back."""
    x, y = _to_lesion(page)
    page.mouse.click(x, y)
    page.wait_for_selector("body[data-lesions='1']")

    def late(route: Any) -> None:
        time.sleep(0.5)
        route.continue_()

    page.route("**/notes/**", late)
    page.get_by_label("Site of lesion 1").fill("left lung")
    page.get_by_label("Role of lesion 1").select_option("node")
    page.get_by_role("button", name="Accept lesion 1").click()
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Write 1 accepted").click()
    page.wait_for_selector("#written:has-text('results.json')")
    (folder,) = output.iterdir()
    (row,) = _rows(folder / "lesions.csv")
    assert (row["site"], row["role"]) == ("left lung", "node")


def test_what_is_being_typed_outlives_an_answer(page: Any) -> None:
    x, y = _to_lesion(page)
    page.mouse.click(x, y)
    page.wait_for_selector("body[data-lesions='1']")
    before = _ml(page)
    page.get_by_label("Site of lesion 1").press_sequentially("left lo")
    page.evaluate(
        "document.querySelector('#axial').dispatchEvent(new WheelEvent('wheel', "
        "{ctrlKey: true, deltaY: -100, bubbles: true, cancelable: true}))"
    )
    page.wait_for_selector(f"#lesions .figures:not(:has-text('{before:.2f} ml'))")
    page.keyboard.type("be")
    assert page.get_by_label("Site of lesion 1").input_value() == "left lobe"
