import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uls.geometry.put_back import put_back
from uls.geometry.voi import CLICK_ZYX, VOI_SHAPE_ZYX, cut_voi
from uls.workshop.errors import InputError


@settings(max_examples=15)
@given(data=st.data())
def test_what_was_cut_is_put_back(data: st.DataObject) -> None:
    """Scans smaller and larger than a VOI, along each axis on its own."""
    sizes = tuple(data.draw(st.integers(1, n + 40)) for n in VOI_SHAPE_ZYX)
    click = tuple(data.draw(st.integers(0, n - 1)) for n in sizes)
    scan = np.random.default_rng(1).integers(1, 100, sizes, dtype=np.uint8)
    pasted = put_back(cut_voi(scan, click, fill=0), click, sizes)  # type: ignore[arg-type]
    inside = np.ones(sizes, dtype=bool)
    for axis, (at, centre, length) in enumerate(zip(click, CLICK_ZYX, VOI_SHAPE_ZYX, strict=True)):
        place = np.arange(sizes[axis]) - at + centre
        shape = [1, 1, 1]
        shape[axis] = -1
        inside &= ((place >= 0) & (place < length)).reshape(shape)
    np.testing.assert_array_equal(pasted, np.where(inside, scan, 0))


def test_only_a_voi_can_be_put_back() -> None:
    with pytest.raises(InputError, match=r"VOI: expected shape \(128, 256, 256\)"):
        put_back(np.zeros((2, 2, 2)), (0, 0, 0), (4, 4, 4))
