"""Samples of synthetic lesions, implanted into scans."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from algorithm.models.zoom_patch import PATCH_SIZE
from training.starter.implant import implant
from training.starter.real import draw_step_mm
from training.starter.recipe import Samples
from training.starter.resample import GRID, cut_scan
from training.starter.samples import Sample
from training.starter.scans import TISSUES, Bank, Scan

__all__ = ["draw_synthetic"]

_MIDDLE = (PATCH_SIZE // 2,) * 3


def draw_synthetic(
    bank: Bank, recipe: Samples, rng: np.random.Generator, *, difficulty: float
) -> Sample | None:
    """Implant a lesion somewhere; None where that place or lesion would not do."""
    kind = int(rng.choice(len(TISSUES), p=recipe.tissue_shares))
    scan = _scan(bank, recipe, rng)
    places = scan.places[TISSUES[kind]]
    if len(places) < 50:
        return None
    radii = np.log(recipe.smallest_radius_mm), np.log(recipe.largest_radius_mm[kind])
    radius_mm = float(np.exp(rng.uniform(*radii)))
    fitted = bool(rng.random() < recipe.fitted_share)
    step_mm = draw_step_mm(2 * radius_mm, recipe, rng, fitted=fitted)
    step_mm = max(step_mm, 0.3 * scan.spacing[1])
    place, goes_on = places[rng.integers(len(places))], rng.random() < recipe.ends.mirrored_share
    hu = _background(scan, place, step_mm, rng, goes_on=bool(goes_on))
    made = implant(
        hu,
        step_mm=step_mm,
        slice_mm=scan.spacing[0],
        pixel_mm=scan.spacing[1],
        click=_MIDDLE,
        radius_mm=radius_mm,
        rng=rng,
        difficulty=0.25 * difficulty if fitted else difficulty,
    )
    if made is None:
        return None
    drawn = Sample(made.hu, made.mask, _MIDDLE, step_mm, scan.spacing[0], real=False, fitted=fitted)
    return _clicked_elsewhere(drawn, rng) if fitted and rng.random() < 0.7 else drawn


def _scan(bank: Bank, recipe: Samples, rng: np.random.Generator) -> Scan:
    """Draw a scan; those without known lesions show more of the body and come more often."""
    with_lesions, others = bank.with_lesions, bank.without_lesions
    from_others = bool(others) and (not with_lesions or rng.random() < recipe.plain_scan_share)
    scans = others if from_others else with_lesions
    return scans[rng.integers(len(scans))]


def _background(
    scan: Scan,
    place: npt.NDArray[np.intp],
    step_mm: float,
    rng: np.random.Generator,
    *,
    goes_on: bool,
) -> npt.NDArray[np.float32]:
    """Cut a patch around a place, turned about z by any angle."""
    angle = rng.uniform(-np.pi, np.pi)
    cos, sin = np.cos(angle), np.sin(angle)
    turn = np.array([[1.0, 0.0, 0.0], [0.0, cos, -sin], [0.0, sin, cos]])
    offsets_mm = GRID @ (step_mm * turn.T).astype(np.float32)
    return cut_scan(
        scan, place + rng.uniform(-0.5, 0.5, 3), offsets_mm, step_mm, goes_on=goes_on
    ).hu


def _clicked_elsewhere(drawn: Sample, rng: np.random.Generator) -> Sample:
    """Click any other voxel of the lesion, in which the patch stays centred."""
    voxels = np.argwhere(drawn.mask)
    z, y, x = (int(index) for index in voxels[rng.integers(len(voxels))])
    return replace(drawn, click=(z, y, x))
