"""Prediction with engines whose answers are worked out by hand."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from algorithm.engines.base import Batch
from algorithm.inference.nnunet_predictor import LOGIT_OUTSIDE, NnunetPredictor, mirrorings
from algorithm.models.architecture import Architecture, NoNormalisation, Zyx
from algorithm.models.manifest import FileRecord, Fold, Manifest
from algorithm.models.weights import Model
from uls.geometry.voi import CLICK_ZYX, VOI_SHAPE_ZYX
from uls.workshop.errors import ModelError

Voi = npt.NDArray[Any]


class Brightness:
    """A fake engine: a voxel's lesion logit is its value + `offset`, its background's 0.5."""

    name = "fake"
    device = "none"

    def __init__(self, offset: float = 0.0) -> None:
        self.offset = offset
        self.patches: list[Batch] = []
        self.batches: list[int] = []

    def __call__(self, batch: Batch) -> Batch:
        self.patches += [patch[np.newaxis].copy() for patch in batch]
        self.batches.append(len(batch))
        background = np.full_like(batch, 0.5)
        return np.concatenate([background, batch + np.float32(self.offset)], axis=1)


class FirstSlice(Brightness):
    """A fake engine that sees where it is: lesion logit 8 in its patch's first slice, else 0."""

    def __call__(self, batch: Batch) -> Batch:
        logits = np.concatenate([np.zeros_like(batch), np.zeros_like(batch)], axis=1)
        logits[:, 1, 0] = 8
        return logits


def _model(
    *, patch_zyx: Zyx, field: str = "voi", mirror_axes_zyx: Sequence[int] = (0, 1, 2)
) -> Model:
    record = FileRecord(name="all.safetensors", sha256="0" * 64, bytes=0)
    network = Architecture(
        network="PlainConvUNet",
        features_per_stage=(1, 1),
        kernel_sizes=((3, 3, 3),) * 2,
        strides=((1, 1, 1),) * 2,
        blocks_per_stage=(1, 1),
        convs_per_stage_decoder=(1,),
        nonlin="ReLU",
    )
    manifest = Manifest(
        name="fake",
        architecture=network,
        patch_zyx=patch_zyx,
        normalisation=NoNormalisation(),
        mirror_axes_zyx=mirror_axes_zyx,
        field=field,
        folds=(Fold(name="all", weights=record),),
    )
    return Model(Path(), manifest, sha256="", origin=Path())


def _ball(centre_zyx: tuple[int, int, int], radius: int) -> Voi:
    """A VOI of -1 with a ball of 1."""
    voi = np.full(VOI_SHAPE_ZYX, -1, dtype=np.int16)
    grid = np.ogrid[tuple(slice(0, size) for size in VOI_SHAPE_ZYX)]
    squares = sum((axis - c) ** 2 for axis, c in zip(grid, centre_zyx, strict=True))
    voi[squares <= radius**2] = 1
    return voi


def test_one_tile_gives_lesion_minus_background() -> None:
    voi = np.arange(8, dtype=np.int16).reshape(2, 2, 2)

    logit = NnunetPredictor(_model(patch_zyx=(2, 2, 2)), [Brightness()]).predict(voi)

    np.testing.assert_array_equal(logit, voi - 0.5)
    assert logit.dtype == np.float32


def test_tiles_blend_to_the_same_where_they_agree() -> None:
    voi = np.random.default_rng(0).normal(size=(6, 9, 11))
    engine = Brightness()

    logit = NnunetPredictor(_model(patch_zyx=(4, 4, 4)), [engine]).predict(voi)

    np.testing.assert_allclose(logit, voi - 0.5, atol=1e-5)
    # Steps of at most 2 over 2, 5, 7 voxels: 2 * 4 * 5 tiles.
    assert len(engine.patches) == 40


def test_tiles_blend_by_their_weights_where_they_differ() -> None:
    voi = np.zeros((6, 4, 4))

    logit = NnunetPredictor(_model(patch_zyx=(4, 4, 4)), [FirstSlice()]).predict(voi)[:, 2, 2]

    # Tiles start at 0 and 2, sigma is 0.5, and weights are 10 e^-(2 d^2) at distance d from slice 2
    # of a tile: e^-8 for its first, 1 for its third. Slice 0 is the first of tile 0 only. Slice 2
    # is the third of tile 0 and the first of tile 1.
    share = np.exp(-8) / (np.exp(-8) + 1)
    np.testing.assert_allclose(logit, [8, 0, 8 * share, 0, 0, 0], rtol=2e-3)


def test_a_patch_larger_than_the_voi_sees_zeros_around_it() -> None:
    voi = np.ones((2, 3, 4))
    engine = Brightness()

    logit = NnunetPredictor(_model(patch_zyx=(4, 4, 4)), [engine]).predict(voi)

    (patch,) = engine.patches
    assert patch[0, 0].sum() == 24
    assert patch[0, 0, 1:3, 0:3].sum() == 24  # one slice on either side; the odd row goes behind
    np.testing.assert_array_equal(logit, np.full((2, 3, 4), 0.5))


def test_folds_are_averaged() -> None:
    engines = [Brightness(offset) for offset in (0, 3, 6)]

    logit = NnunetPredictor(_model(patch_zyx=(2, 2, 2)), engines).predict(np.zeros((2, 2, 2)))

    np.testing.assert_allclose(logit, 2.5)


def test_mirrored_views_are_flipped_back_and_averaged() -> None:
    predictor = NnunetPredictor(_model(patch_zyx=(4, 2, 2)), [FirstSlice()])

    logit = predictor.predict(np.zeros((4, 2, 2)), mirror=2)

    # As it is, the first slice gets 8; flipped along z, the last one does.
    np.testing.assert_array_equal(logit[:, 0, 0], [4, 0, 0, 4])


def test_every_view_of_an_engine_that_sees_no_place_is_the_same() -> None:
    voi = np.random.default_rng(0).normal(size=(2, 3, 4)).astype(np.float32)
    engine = Brightness()

    logit = NnunetPredictor(_model(patch_zyx=(2, 3, 4)), [engine]).predict(voi, mirror=8)

    np.testing.assert_allclose(logit, voi - 0.5, atol=1e-6)
    assert len({patch.tobytes() for patch in engine.patches}) == 8


def test_mirrorings_come_in_a_fixed_order() -> None:
    every = [(), (0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)]

    assert mirrorings((0, 1, 2), 8) == every
    assert mirrorings((0, 1, 2), 3) == every[:3]
    assert mirrorings((0, 1, 2), 0) == mirrorings((0, 1, 2), 1) == [()]
    assert mirrorings((2, 0), 8) == [(), (0,), (2,), (0, 2)]
    assert mirrorings((), 8) == [()]


def test_passes_counts_the_views() -> None:
    predictor = NnunetPredictor(_model(patch_zyx=(2, 2, 2), mirror_axes_zyx=(0, 2)), [Brightness()])

    assert [predictor.passes(mirror) for mirror in (0, 1, 2, 8)] == [1, 1, 2, 4]


def test_warm_up_runs_every_engine_once() -> None:
    engines = [Brightness(), Brightness()]

    NnunetPredictor(_model(patch_zyx=(2, 2, 2)), engines).warm_up()

    assert [len(engine.patches) for engine in engines] == [1, 1]


def test_a_small_lesion_takes_one_patch_around_the_click() -> None:
    voi, engine = _ball(CLICK_ZYX, radius=5), Brightness()
    model = _model(patch_zyx=(32, 64, 64), field="click")

    logit = NnunetPredictor(model, [engine]).predict(voi)

    assert len(engine.patches) == 1
    np.testing.assert_array_equal(logit > 0, voi > 0)
    assert logit[0, 0, 0] == LOGIT_OUTSIDE
    assert logit[48:80, 96:160, 96:160].min() > LOGIT_OUTSIDE
    assert (logit > LOGIT_OUTSIDE).sum() == 32 * 64 * 64


def test_a_lesion_that_outgrows_the_patch_takes_the_tiles_beyond_it() -> None:
    """Slices 44 to 84 of a patch of 48 to 79: one tile above it and one below, in one batch."""
    voi, engine = _ball(CLICK_ZYX, radius=20), Brightness()
    model = _model(patch_zyx=(32, 64, 64), field="click")

    logit = NnunetPredictor(model, [engine]).predict(voi)

    assert engine.batches == [1, 2]
    np.testing.assert_array_equal(logit > 0, voi > 0)
    seen = logit > LOGIT_OUTSIDE
    assert seen[32:96, 96:160, 96:160].all()
    assert seen.sum() == 64 * 64 * 64


def _rod(x_stop: int) -> Voi:
    """A VOI of -1 with a rod of 3 x 3 voxels of 1 from the click on to the right."""
    voi = np.full(VOI_SHAPE_ZYX, -1, dtype=np.int16)
    z, y, x = CLICK_ZYX
    voi[z - 1 : z + 2, y - 1 : y + 2, x:x_stop] = 1
    return voi


@pytest.mark.parametrize(
    ("x_stop", "patches"), [(159, 1), (160, 2), (191, 2), (192, 3), (224, 4), (256, 4)]
)
def test_a_long_lesion_is_followed_one_way_only(x_stop: int, patches: int) -> None:
    """Tiles end at 160, 192, 224 and 256; that last face is the VOI's own, so nothing follows."""
    voi, engine = _rod(x_stop), Brightness()

    logit = NnunetPredictor(_model(patch_zyx=(32, 64, 64), field="click"), [engine]).predict(voi)

    np.testing.assert_array_equal(logit > 0, voi > 0)
    assert len(engine.patches) == patches
    seen = logit > LOGIT_OUTSIDE
    assert seen[48:80, 96:160, 96 : 160 + 32 * (patches - 1)].all()
    assert seen.sum() == 32 * 64 * (64 + 32 * (patches - 1))


def test_followed_tiles_blend_by_their_weights() -> None:
    """The rod's end at 159 lies in both tiles: both say 0.5 there, and so does their blend."""
    model = _model(patch_zyx=(32, 64, 64), field="click")

    logit = NnunetPredictor(model, [Brightness()]).predict(_rod(200))

    z, y, _ = CLICK_ZYX
    np.testing.assert_allclose(logit[z, y, 128:200], 0.5, rtol=1e-5)
    np.testing.assert_allclose(logit[z, y, 200:224], -1.5, rtol=1e-5)


def test_followed_tiles_are_looked_at_along_all_views() -> None:
    """Two tiles, first as they are (one by one, as they are found), then along three views."""
    voi, engine = _rod(170), Brightness()
    predictor = NnunetPredictor(_model(patch_zyx=(32, 64, 64), field="click"), [engine])

    logit = predictor.predict(voi, mirror=4)

    assert engine.batches == [1, 1, 2, 4]
    np.testing.assert_array_equal(logit > 0, voi > 0)


class LeavesWhenMirrored(Brightness):
    """Sees a lesion at its patch's centre; in the second of its calls, also one up to a face."""

    def __call__(self, batch: Batch) -> Batch:
        self.patches += [patch[np.newaxis].copy() for patch in batch]
        self.batches.append(len(batch))
        lesion = np.full_like(batch, -1)
        lesion[:, :, 15:18, 31:34, 31:34] = 1
        if len(self.batches) == 2:
            lesion[:, :, 16, 32, 32:] = 5
        return np.concatenate([np.zeros_like(batch), lesion], axis=1)


def test_a_lesion_that_leaves_in_a_later_view_is_followed_along_the_earlier_ones() -> None:
    """The second view, flipped along z, says 5 up to a face, the first -1: 2 in the mean.

    So one more tile, first along the earlier view, then along the later one.
    """
    engine = LeavesWhenMirrored()
    predictor = NnunetPredictor(_model(patch_zyx=(32, 64, 64), field="click"), [engine])

    logit = predictor.predict(_rod(130), mirror=2)

    assert engine.batches == [1, 1, 1, 1]
    assert (logit > LOGIT_OUTSIDE).sum() == 32 * 64 * (64 + 32)


def test_a_whole_voi_is_never_batched_with_another() -> None:
    voi, engine = np.full(VOI_SHAPE_ZYX, -1, dtype=np.int16), Brightness()

    NnunetPredictor(_model(patch_zyx=VOI_SHAPE_ZYX), [engine]).predict(voi, mirror=2)

    assert engine.batches == [1, 1]


class Asking:
    """A mirroring that goes on up to a number of passes, and remembers what it was told."""

    most = 8

    def __init__(self, enough: int) -> None:
        self.enough = enough
        self.told: list[tuple[int, float | None]] = []

    def go_on(self, passes_done: int, disagreement: float | None) -> bool:
        self.told.append((passes_done, disagreement))
        return passes_done < self.enough

    def at_once(self) -> int:
        return 1


@pytest.mark.parametrize(("enough", "told"), [(1, [1]), (4, [1, 2, 4]), (8, [1, 2, 4, 8])])
def test_passes_are_doubled_as_long_as_wanted(enough: int, told: list[int]) -> None:
    engine, mirroring = Brightness(), Asking(enough)

    NnunetPredictor(_model(patch_zyx=(2, 2, 2)), [engine]).predict(
        np.ones((2, 2, 2)), mirror=mirroring
    )

    assert [passes for passes, _ in mirroring.told] == told
    assert len(engine.patches) == enough
    # Every view says the same.
    assert [disagreement for _, disagreement in mirroring.told] == [None, *[0.0] * (len(told) - 1)]


def test_a_model_with_few_views_says_so_and_ends() -> None:
    engine, mirroring = Brightness(), Asking(8)
    predictor = NnunetPredictor(_model(patch_zyx=(2, 2, 2), mirror_axes_zyx=(2,)), [engine])

    predictor.predict(np.ones((2, 2, 2)), mirror=mirroring)

    assert [passes for passes, _ in mirroring.told] == [1, 2]


def test_disagreement_is_one_less_dice_of_the_two_means() -> None:
    """Slice 0 in the plain view, slice 3 along z: no overlap. Then flipped along y and x, both as
    the plain view: slice 0 against the mean of the first two, slices 0 and 3: Dice 2 / 3.
    """
    mirroring = Asking(4)

    NnunetPredictor(_model(patch_zyx=(4, 2, 2)), [FirstSlice()]).predict(
        np.zeros((4, 2, 2)), mirror=mirroring
    )

    assert mirroring.told == [(1, None), (2, 1.0), (4, pytest.approx(1 / 3))]


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("side", [-1, 1])
def test_every_face_of_the_patch_counts(axis: int, side: int) -> None:
    patch_zyx = (32, 64, 64)
    # A rod of one voxel from the click to the patch's last voxel on one side.
    voi = np.full(VOI_SHAPE_ZYX, -1, dtype=np.int16)
    reach = patch_zyx[axis] // 2 if side < 0 else patch_zyx[axis] // 2 - 1
    rod = [slice(click, click + 1) for click in CLICK_ZYX]
    ends = sorted((CLICK_ZYX[axis], CLICK_ZYX[axis] + side * reach))
    rod[axis] = slice(ends[0], ends[1] + 1)
    voi[tuple(rod)] = 1
    engine = Brightness()
    predictor = NnunetPredictor(_model(patch_zyx=patch_zyx, field="click"), [engine])

    predictor.predict(voi)
    assert len(engine.patches) > 1

    engine.patches.clear()
    rod[axis] = slice(ends[0] + 1, ends[1]) if side < 0 else slice(ends[0], ends[1])
    voi[:] = -1
    voi[tuple(rod)] = 1
    predictor.predict(voi)
    assert len(engine.patches) == 1


def test_another_lesion_at_the_patch_border_does_not_matter() -> None:
    voi = np.maximum(_ball(CLICK_ZYX, radius=5), _ball((64, 128, 96), radius=4))
    engine = Brightness()

    NnunetPredictor(_model(patch_zyx=(32, 64, 64), field="click"), [engine]).predict(voi)

    assert len(engine.patches) == 1


def test_where_the_click_was_missed_any_lesion_at_the_border_counts() -> None:
    voi, engine = _ball((64, 128, 96), radius=4), Brightness()

    NnunetPredictor(_model(patch_zyx=(32, 64, 64), field="click"), [engine]).predict(voi)

    assert len(engine.patches) > 1


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_logits_that_are_no_numbers_are_an_error(bad: float) -> None:
    predictor = NnunetPredictor(_model(patch_zyx=(2, 2, 2)), [Brightness(bad)])

    with pytest.raises(ModelError, match=r"finite logits.*NaN or infinity"):
        predictor.predict(np.zeros((2, 2, 2)))
