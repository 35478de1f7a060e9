import numpy as np

from training.smoke.augment import augmented
from training.smoke.cases import Case


def case() -> Case:
    """An image that tells where each voxel was, and a mask of the click's voxel."""
    hu = np.arange(4 * 6 * 8, dtype=np.int16).reshape(4, 6, 8)
    mask = np.zeros(hu.shape, dtype=bool)
    mask[2, 3, 4] = True
    return Case(hu, mask, (1.0, 1.0, 1.0), "lung", 10.0)


def test_image_and_mask_are_mirrored_alike() -> None:
    seen = set()
    for seed in range(40):
        hu, mask = augmented(np.random.default_rng(seed), case())
        rank = np.argsort(np.argsort(hu.ravel())).reshape(hu.shape)  # undoes the new HU
        (z, y, x) = np.argwhere(mask)[0]
        assert rank[z, y, x] == case().hu[2, 3, 4]
        seen.add((int(z), int(y), int(x)))
    # the click's voxel 2, 3, 4 and its mirror images 1, 2, 3
    assert seen == {(z, y, x) for z in (1, 2) for y in (2, 3) for x in (3, 4)}


def test_hu_are_stretched_about_fat_and_shifted() -> None:
    fat = Case(np.full((2, 2, 2), -100, np.int16), np.ones((2, 2, 2), bool), (1, 1, 1), "fat", 9.0)
    for seed in range(20):
        hu, _ = augmented(np.random.default_rng(seed), fat)
        assert hu.dtype == np.float32
        assert (np.abs(hu + 100) <= 30).all()  # fat moves by the shift alone
