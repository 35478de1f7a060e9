"""Times the page on its demo, in headless Chromium without a GPU: what a person waits for.

    python -m benchmarks.page

Needs `chromium` and `pip install playwright`.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

from benchmarks.page_browser import browser_page, page_server, point
from clinic.page.demo import LESIONS

__all__ = ["main"]

_ROUNDS = 5


def main() -> None:
    """Print the medians."""
    (z, y, x) = LESIONS[0][0]
    with page_server("--demo") as url, browser_page(url) as (page, _):
        first = _median(lambda: _reload(page))
        steps = iter(range(1, 1000))
        page.mouse.move(*point(page, (y, x)))
        wheel = _median(lambda: _wheel(page, 36 + next(steps)))
        while (drawn := int(page.get_attribute("#axial", "data-drawn"))) != z:
            _wheel(page, drawn + (1 if drawn < z else -1), 1 if drawn < z else -1)
        click = _median(lambda: _click(page, point(page, (y, x))), after=lambda: _undo(page))
    print(f"first picture {first:.0f} ms, wheel step {wheel:.0f} ms, click to mask {click:.0f} ms")  # noqa: T201


def _median(work: Callable[[], None], after: Callable[[], None] = lambda: None) -> float:
    times = []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
        after()
    return statistics.median(times)


def _reload(page: Any) -> None:
    page.reload()
    page.wait_for_selector("#axial[data-drawn]")


def _wheel(page: Any, expected: int, step: int = 1) -> None:
    page.mouse.wheel(0, 100 * step)
    page.wait_for_selector(f"#axial[data-drawn='{expected}']")


def _click(page: Any, at: tuple[float, float]) -> None:
    page.mouse.click(*at)
    page.wait_for_selector("body[data-lesions='1']")


def _undo(page: Any) -> None:
    page.keyboard.press("z")
    page.wait_for_selector("body[data-lesions='0']")


if __name__ == "__main__":
    main()
