import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tiny_scans import ball_bank, ball_material, tiny_recipe

from training.starter.export.export import export_run
from training.starter.run.checkpoint import CHECKPOINT, load_averaged
from training.starter.run.loop import Run
from training.starter.run.losses import LesionLoss
from training.starter.run.patches import Validation, validation_patches
from training.starter.run.progress import RunLength
from training.starter.run.start import cases_behind
from training.starter.samples.bank import Bank
from training.starter.samples.real import draw_real
from training.starter.samples.samples import Sample, sample_of
from training.starter.settings.recipe import Recipe
from uls.workshop.errors import InputError, UserError

CPU = torch.device("cpu")


def _validation(recipe: Recipe) -> Validation:
    return validation_patches(ball_material(), ball_bank(), _halved(recipe))


def _halved(recipe: Recipe) -> Recipe:
    """With real patches only: of n wanted, the first half are real."""
    training = recipe.training.model_copy(update={"validation_patches": 0})
    return recipe.model_copy(update={"training": training})


def _train(
    folder: Path, recipe: Recipe, length: RunLength, *, every_seconds: float = 1e9
) -> tuple[Run, list[str]]:
    said: list[str] = []
    run = Run(folder, recipe, CPU)
    run.train(
        ball_material(),
        _validation(recipe),
        length,
        workers=0,
        every_seconds=every_seconds,
        report=said.append,
    )
    return run, said


def test_training_ends_after_its_steps_and_is_exported(tmp_path: Path) -> None:
    recipe = tiny_recipe()
    run, said = _train(tmp_path, recipe, RunLength(steps=3))
    assert run.progress.step == 3
    assert any(re.search(r"step +3", line) for line in said)
    exported = export_run(tmp_path, tmp_path / "model", recipe)
    assert exported.steps == 3
    assert {path.name for path in (tmp_path / "model").iterdir()} == {
        "model.json",
        "zoom.safetensors",
        "zoom.onnx",
    }


def test_a_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    recipe = tiny_recipe()
    _train(tmp_path, recipe, RunLength(steps=2))
    weights = load_averaged(tmp_path, recipe)[0].state_dict()
    run = Run(tmp_path, recipe, CPU)
    assert run.progress.step == 2
    for name, tensor in run.averaged.network.state_dict().items():
        torch.testing.assert_close(tensor, weights[name])
    run, _ = _train(tmp_path, recipe, RunLength(steps=4))
    assert run.progress.step == 4
    assert len(run.progress.losses) == 4


def test_a_run_remembers_every_case_that_any_piece_of_it_read(tmp_path: Path) -> None:
    for cases in (("b", "a"), ("b", "c")):
        Run(tmp_path, tiny_recipe(), CPU, trained_on=cases)._save()
    export_run(tmp_path, tmp_path / "model")
    assert cases_behind(tmp_path / "model") == ("a", "b", "c")


def test_a_run_with_a_piece_of_unknown_cases_does_not_name_any(tmp_path: Path) -> None:
    for cases in (None, ("b",)):
        Run(tmp_path, tiny_recipe(), CPU, trained_on=cases)._save()
    export_run(tmp_path, tmp_path / "model")
    assert cases_behind(tmp_path / "model") is None


def test_a_finished_run_is_not_trained_further(tmp_path: Path) -> None:
    recipe = tiny_recipe()
    _train(tmp_path, recipe, RunLength(steps=2))
    run, _ = _train(tmp_path, recipe, RunLength(steps=2))
    assert run.progress.step == 2


def test_a_piece_stops_early_and_leaves_a_checkpoint(tmp_path: Path) -> None:
    run, _ = _train(tmp_path, tiny_recipe(), RunLength(steps=1000, piece_minutes=1e-6))
    assert run.progress.step == 1
    assert (tmp_path / CHECKPOINT).exists()


def test_a_run_of_another_recipe_is_refused(tmp_path: Path) -> None:
    _train(tmp_path, tiny_recipe(), RunLength(steps=1))
    with pytest.raises(InputError, match="another"):
        Run(tmp_path, tiny_recipe(learning_rate=1.0), CPU)


def test_a_damaged_checkpoint_is_told(tmp_path: Path) -> None:
    Run(tmp_path, tiny_recipe(), CPU)._save()
    whole = (tmp_path / CHECKPOINT).read_bytes()
    for damaged in (b"", whole[:2000], b"something else"):
        (tmp_path / CHECKPOINT).write_bytes(damaged)
        with pytest.raises(InputError, match=r"checkpoint\.pt: expected a checkpoint of"):
            Run(tmp_path, tiny_recipe(), CPU)
    torch.save({"network": {}}, tmp_path / CHECKPOINT)
    with pytest.raises(InputError, match="none of averaged, optimiser, progress, recipe"):
        export_run(tmp_path, tmp_path / "model")


def test_a_checkpoint_with_another_kind_of_recipe_is_told(tmp_path: Path) -> None:
    Run(tmp_path, tiny_recipe(), CPU)._save()
    state = torch.load(tmp_path / CHECKPOINT, weights_only=True)
    torch.save(state | {"recipe": '{"seed": 1}'}, tmp_path / CHECKPOINT)
    for read in (lambda: Run(tmp_path, tiny_recipe(), CPU), lambda: export_run(tmp_path, tmp_path)):
        with pytest.raises(InputError, match="expected a run of this version"):
            read()


def test_the_same_seed_trains_the_same_weights(tmp_path: Path) -> None:
    recipe = tiny_recipe()
    states = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        run, _ = _train(tmp_path / name, recipe, RunLength(steps=2))
        states.append(run.averaged.network.state_dict())
    for name, tensor in states[0].items():
        torch.testing.assert_close(tensor, states[1][name])


def test_training_lowers_the_loss(tmp_path: Path) -> None:
    recipe = tiny_recipe(steps=30, learning_rate=1e-2)
    run, _ = _train(tmp_path, recipe, RunLength(steps=30))
    losses = run.progress.losses
    assert sum(losses[-8:]) < 0.8 * sum(losses[:8])


def test_validation_measures_dice() -> None:
    (sample,) = _real_samples(1)
    predicted = torch.from_numpy(sample.mask).float()[None, None]

    class Fixed(torch.nn.Module):
        def forward(self, image: torch.Tensor) -> torch.Tensor:
            return predicted - 0.5

    assert Validation([("real", sample)]).dice(Fixed(), CPU) == {"real": 1.0}
    predicted = torch.zeros_like(predicted)
    assert Validation([("real", sample)]).dice(Fixed(), CPU) == {"real": 0.0}


def _real_samples(count: int) -> list[Sample]:
    rng = np.random.default_rng(0)
    samples: list[Sample] = []
    while len(samples) < count:
        drawn = draw_real(ball_bank(), tiny_recipe().samples, rng, shapes=None, difficulty=1.0)
        if drawn is not None:
            samples.append(sample_of(drawn))
    return samples


def test_export_without_a_checkpoint_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"checkpoint\.pt.*none"):
        export_run(tmp_path, tmp_path / "model", tiny_recipe())


def test_export_takes_the_runs_own_recipe_and_refuses_another(tmp_path: Path) -> None:
    recipe = tiny_recipe()
    _train(tmp_path, recipe, RunLength(steps=1))
    other_search = recipe.model_copy(
        update={"search": recipe.search.model_copy(update={"threshold": 0.3})}
    )
    other_seed = recipe.model_copy(update={"seed": recipe.seed + 1})

    assert export_run(tmp_path, tmp_path / "model").recipe == recipe
    assert export_run(tmp_path, tmp_path / "model", other_search).recipe == other_search
    with pytest.raises(InputError, match=f"one of another \\(seed {recipe.seed}\\)"):
        export_run(tmp_path, tmp_path / "model", other_seed)


def test_no_held_out_lesions_means_synthetic_patches_only() -> None:
    validation = validation_patches(ball_material(), Bank(()), _halved(tiny_recipe()))
    assert validation.dice(torch.nn.Identity(), CPU) == {}


def test_a_loss_that_is_no_number_ends_the_run_and_its_checkpoint_stays_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = tiny_recipe()
    _train(tmp_path, recipe, RunLength(steps=2))
    before = (tmp_path / CHECKPOINT).read_bytes()
    real = LesionLoss.__call__

    def spoilt(self: LesionLoss, *arguments: Any) -> torch.Tensor:
        loss: torch.Tensor = real(self, *arguments) * float("nan")
        return loss

    monkeypatch.setattr(LesionLoss, "__call__", spoilt)
    with pytest.raises(UserError, match=r"step 3 of .*: expected a finite loss, found nan"):
        _train(tmp_path, recipe, RunLength(steps=4), every_seconds=0)
    assert (tmp_path / CHECKPOINT).read_bytes() == before
