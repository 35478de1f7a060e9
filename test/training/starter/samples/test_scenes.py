"""Synthetic backgrounds: the same from any number of processes."""

import torch
from tiny_scans import SAMPLES

from training.starter.samples.scenes import scene_bank


def test_scans_do_not_depend_on_how_many_processes_draw_them() -> None:
    small = SAMPLES.phantoms.model_copy(update={"extent_mm": (30.0, 60.0, 60.0)})
    settings = SAMPLES.model_copy(update={"phantoms": small})
    one, two = (scene_bank(2, settings, seed=7, workers=workers) for workers in (1, 2))
    assert [scan.name for scan in two.scans] == ["scene-0", "scene-1"]
    for alone, together in zip(one.scans, two.scans, strict=True):
        assert alone.spacing == together.spacing
        assert torch.equal(alone.levels[0], together.levels[0])
    assert not torch.equal(one.scans[0].levels[-1], one.scans[1].levels[-1])


def test_scans_have_no_lesions_and_tissue_to_implant_some() -> None:
    (scan,) = scene_bank(1, SAMPLES, seed=7).scans
    assert scan.lesions == ()
    assert max(len(places) for places in scan.places.values()) > 1000
