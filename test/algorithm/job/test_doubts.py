"""A job says what looks wrong in its input, once in full and then in number."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from algorithm.job.doubts import watched

Voi = npt.NDArray[Any]


def hu(offset: int = 0) -> Voi:
    voi = np.full((8, 16, 16), 40, np.int16)
    voi[:, :4], voi[:, -4:], voi[:, :, 8] = -1000, -100, 300
    return voi + np.int16(offset)


def bordered() -> Voi:
    voi = hu()
    voi[-2:] = 0
    return voi


def test_plain_vois_pass_unchanged_and_without_a_word(caplog: pytest.LogCaptureFixture) -> None:
    vois = [hu(), hu()]
    assert [given is voi for given, voi in zip(watched(iter(vois), "s"), vois, strict=True)] == [
        True,
        True,
    ]
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("odd", "text", "number"),
    [
        (hu(1024), "s: VOI 2: no value below 0", "s: 2 VOIs do not look like Hounsfield units"),
        (
            bordered(),
            "s: VOI 2: border planes of exactly 0 HU (the last 2 along z)",
            "s: 2 VOIs have border planes of exactly 0 HU",
        ),
    ],
)
def test_what_looks_wrong_is_logged(
    odd: Voi, text: str, number: str, caplog: pytest.LogCaptureFixture
) -> None:
    def vois() -> Iterator[Voi]:
        yield from (hu(), odd, hu(), odd)

    list(watched(vois(), "s"))
    first, last = (record.getMessage() for record in caplog.records)
    assert first.startswith(text)
    assert last == number
