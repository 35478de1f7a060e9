"""Scenes of synthetic lesions, implanted into scans, and of healthy places."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from algorithm.models.zoom_patch import PATCH_SIZE
from training.starter.lesions.implant import Implanted, implant
from training.starter.lesions.placing import Place
from training.starter.lesions.reader_shapes import ShapeBank
from training.starter.samples.bank import Bank
from training.starter.samples.real import draw_step_mm, healthy_mm
from training.starter.samples.resample import GRID, cut_scan
from training.starter.samples.samples import Scene
from training.starter.samples.scans import Scan
from training.starter.settings.recipe import Samples
from training.starter.settings.sample_settings import KINDS

__all__ = ["draw_healthy", "draw_kind", "draw_synthetic"]

_MIDDLE = (PATCH_SIZE // 2,) * 3


def draw_synthetic(
    bank: Bank,
    settings: Samples,
    rng: np.random.Generator,
    *,
    kind: str,
    shapes: ShapeBank | None,
    difficulty: float,
) -> Scene | None:
    """Implant lesions of a kind somewhere; None where that place or lesion would not do."""
    scan = _scan(bank, kind, settings, rng)
    if scan is None:
        return None
    places = scan.places[kind]
    radius_mm = float(np.exp(rng.uniform(*np.log(settings.kinds[kind].radius_mm))))
    fitted = bool(rng.random() < settings.fitted_share)
    step_mm = draw_step_mm(2 * radius_mm, settings, rng, fitted=fitted)
    step_mm = max(step_mm, settings.least_step_pixels * scan.spacing[1])
    at = places[rng.integers(len(places))]
    place = Place(
        hu=_background(scan, at, step_mm, settings, rng),
        step_mm=step_mm,
        slice_mm=scan.spacing[0],
        pixel_mm=scan.spacing[1],
        click=_MIDDLE,
        kind=kind,
    )
    easier = settings.bodies.fitted_difficulty if fitted else 1.0
    made = implant(
        place,
        settings,
        radius_mm=radius_mm,
        shapes=shapes,
        rng=rng,
        difficulty=easier * difficulty,
    )
    if made is None:
        return None
    scene = _scene(made, place, scan, at, fitted=fitted)
    elsewhere = fitted and rng.random() < settings.clicked_elsewhere_share
    return _clicked_elsewhere(scene, rng) if elsewhere else scene


def draw_healthy(
    bank: Bank, settings: Samples, rng: np.random.Generator, *, kind: str
) -> Scene | None:
    """Click on healthy tissue of a scan without known lesions; None where there is none."""
    plain = [scan for scan in bank.without_lesions if scan.healthy]
    scans = _with_places(plain, kind, settings)
    if not scans:
        return None
    scan = scans[rng.integers(len(scans))]
    step_mm = float(np.exp(rng.uniform(*np.log(settings.any_step_mm))))
    at = scan.places[kind][rng.integers(len(scan.places[kind]))]
    return Scene(
        hu=_background(scan, at, step_mm, settings, rng),
        lesions=(),
        click=_MIDDLE,
        step_mm=step_mm,
        slice_mm=scan.spacing[0],
        real=False,
        fitted=False,
        healthy_mm=healthy_mm(scan, at.astype(np.float64)),
    )


def draw_kind(settings: Samples, rng: np.random.Generator) -> str:
    """Draw in what a lesion grows."""
    shares = [settings.kinds[kind].share for kind in KINDS]
    return KINDS[rng.choice(len(KINDS), p=np.asarray(shares) / sum(shares))]


def _scene(
    made: Implanted, place: Place, scan: Scan, at: npt.NDArray[np.intp], *, fitted: bool
) -> Scene:
    known = 0.0 if scan.lesions else healthy_mm(scan, at.astype(np.float64))
    return Scene(
        hu=made.hu,
        lesions=made.lesions,
        click=_MIDDLE,
        step_mm=place.step_mm,
        slice_mm=scan.spacing[0],
        real=False,
        fitted=fitted,
        healthy_mm=known,
    )


def _scan(bank: Bank, kind: str, settings: Samples, rng: np.random.Generator) -> Scan | None:
    """Draw a scan with places; those without known lesions show more and come more often."""
    with_lesions = _with_places(bank.with_lesions, kind, settings)
    others = _with_places(bank.without_lesions, kind, settings)
    from_others = bool(others) and (not with_lesions or rng.random() < settings.plain_scan_share)
    scans = others if from_others else with_lesions
    return scans[rng.integers(len(scans))] if scans else None


def _with_places(scans: Sequence[Scan], kind: str, settings: Samples) -> list[Scan]:
    return [scan for scan in scans if len(scan.places[kind]) >= settings.places.fewest]


def _background(
    scan: Scan,
    place: npt.NDArray[np.intp],
    step_mm: float,
    settings: Samples,
    rng: np.random.Generator,
) -> npt.NDArray[np.float32]:
    """Cut a patch around a place, turned about z by any angle."""
    goes_on = bool(rng.random() < settings.ends.mirrored_share)
    angle = rng.uniform(-np.pi, np.pi)
    cos, sin = np.cos(angle), np.sin(angle)
    turn = np.array([[1.0, 0.0, 0.0], [0.0, cos, -sin], [0.0, sin, cos]])
    offsets_mm = GRID @ (step_mm * turn.T).astype(np.float32)
    centre = place + rng.uniform(-0.5, 0.5, 3)
    return cut_scan(scan, centre, offsets_mm, step_mm, goes_on=goes_on).hu


def _clicked_elsewhere(scene: Scene, rng: np.random.Generator) -> Scene:
    """Click any other voxel of the lesion, in which the patch stays centred."""
    voxels = np.argwhere(scene.lesions[0] > 0.5)
    z, y, x = (int(index) for index in voxels[rng.integers(len(voxels))])
    return replace(scene, click=(z, y, x))
