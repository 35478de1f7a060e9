"""Grey values at the ends, in the middle and beyond."""

import numpy as np

from clinic.follow_up.windows import ABDOMEN, THORAX, WINDOWS, windowed


def test_thorax() -> None:
    # −500 ± 700: from −1200 to 200
    hu = np.array([-2000, -1200, -500, 200, 3000], dtype=np.int16)
    assert windowed(hu, THORAX).tolist() == [0, 0, 128, 255, 255]  # 127.5 to the even 128


def test_abdomen() -> None:
    # 40 ± 175: from −135 to 215; 35 HU are a tenth of the width
    hu = np.array([-135.0, -100.0, 215.0])
    assert windowed(hu, ABDOMEN).tolist() == [0, 26, 255]  # 25.5 to the even 26
    assert windowed(hu, ABDOMEN).dtype == np.uint8


def test_every_published_name_is_known() -> None:
    """The names that the authors' windows_mapping.json may hold."""
    assert {"lung", "abdomen", "bone", "air", "brain", "mediastinum"} <= WINDOWS.keys()
