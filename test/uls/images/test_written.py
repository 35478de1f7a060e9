"""Images are written whole or not at all."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from uls.images.written import write_image
from uls.workshop.errors import OutputError


@pytest.mark.parametrize("name", ["a.nii.gz", "a.nrrd", "a.mha"])
def test_an_image_comes_back(tmp_path: Path, name: str) -> None:
    image = sitk.GetImageFromArray(np.arange(24, dtype=np.int16).reshape(2, 3, 4))
    image.SetSpacing((0.5, 0.75, 2.0))

    path = write_image(image, tmp_path / "folder" / name)

    again = sitk.ReadImage(path)
    assert (sitk.GetArrayFromImage(again) == sitk.GetArrayFromImage(image)).all()
    assert again.GetSpacing() == pytest.approx((0.5, 0.75, 2.0))
    assert [one.name for one in path.parent.iterdir()] == [name]


def test_what_cannot_be_written_is_a_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    """ITK knows no writer for the suffix; it would say so with a line of its own source."""
    image = sitk.GetImageFromArray(np.zeros((2, 2, 2), np.uint8))
    with pytest.raises(OutputError, match=r"a\.unknown: expected a place that can be written"):
        write_image(image, tmp_path / "a.unknown")
    assert list(tmp_path.iterdir()) == []
