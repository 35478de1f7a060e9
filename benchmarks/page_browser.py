"""A browser for the page's tests and benchmark, where the machine has one."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from uls.workshop.errors import UserError

__all__ = ["CHROMIUM", "browser_page", "page_server", "point"]

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")

_ARGUMENTS = ["--disable-gpu", "--no-sandbox"]
"""No GPU, as in a virtual desktop; no sandbox, as tests may run as root and open our page only."""


@contextmanager
def page_server(*arguments: str) -> Iterator[str]:
    """Run `python -m clinic page`; give the address that it prints."""
    command = [sys.executable, "-m", "clinic", "page", *arguments, "--quiet"]
    pipes: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, env=environment, **pipes) as server:  # noqa: S603
        try:
            found = re.search(r"http://\S+", server.stdout.readline() if server.stdout else "")
            if found is None:
                raise UserError(server.communicate()[1])
            yield found[0]
        finally:
            server.terminate()


@contextmanager
def browser_page(url: str) -> Iterator[tuple[Any, list[str]]]:
    """Open the page; give it, and a list of what it should not have done."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  (few have it)

    origin = url.partition("/open/")[0]
    faults: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
        page = browser.new_page(viewport={"width": 1360, "height": 800})
        page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda r: None if r.url.startswith(origin) else faults.append(r.url))
        page.goto(url)
        page.wait_for_selector("#axial[data-drawn]")
        yield page, faults
        browser.close()


def point(page: Any, place_yx: tuple[float, float], *, n: int = 288) -> tuple[float, float]:
    """Where a voxel of the demo's axial slice lies on the screen, unzoomed."""
    frame = page.locator("#axial").bounding_box()
    voxel = min(frame["width"], frame["height"]) * 0.96 / n
    y, x = ((at + 0.5 - n / 2) * voxel for at in place_yx)
    return frame["x"] + frame["width"] / 2 + x, frame["y"] + frame["height"] / 2 + y
