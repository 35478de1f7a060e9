from pathlib import Path

import pytest

from training.starter.settings.recipe import DEFAULT_RECIPE, read_recipe
from uls.workshop.errors import InputError


def test_the_default_recipe_is_complete() -> None:
    recipe = read_recipe()
    assert len(recipe.network.widths) == len(recipe.network.blocks)
    assert sum(kind.share for kind in recipe.samples.kinds.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("batch_size = 8", "batch_size = 8\nbatchsize = 8"), "batchsize"),
        (("batch_size = 8\n", ""), "batch_size"),
        (("batch_size = 8", 'batch_size = "many"'), "batch_size"),
        (("blocks = [1,", "blocks = [1, 1,"), "as many widths as blocks"),
        (("seed =", "seed = ="), "TOML"),
        (("real_share = 0.38", "real_share = 1.5"), "real_share"),
        (("share = 0.30", "share = 0.31"), "shares of kinds that add up to 1"),
        (("[samples.kinds.node]", "[samples.kinds.nodule]"), "the kinds lung, fat"),
        (("batch_size = 8", "batch_size = 7"), "even numbers of samples"),
        (("corrected_samples = 2", "corrected_samples = 8"), "fewer corrected samples"),
        (("most_companions = 2", "most_companions = 0"), "most_companions"),
        (("tries_per_kind = 60", "tries_per_kind = 0"), "tries_per_kind"),
        (("fresh_corrections = 3", "fresh_corrections = 0"), "fresh_corrections"),
        (("warm_up_steps = 300", "warm_up_steps = 0"), "warm_up_steps"),
        (("vessel_percentile = 98.0", "vessel_percentile = 980"), "vessel_percentile"),
        (("extent_mm = [160.0,", "extent_mm = [-160.0,"), "extent_mm"),
        (("noise_hu = [4.0, 25.0]", "noise_hu = [25.0, 4.0]"), "a range that rises"),
        (("spicules = [4, 13]", "spicules = [13, 4]"), "a range that rises"),
        (("any_fill = [0.1, 1.5]", "any_fill = [0.0, 1.5]"), "a range above 0"),
        (("betas = [0.9, 0.98]", "betas = [0.9, 1.0]"), "betas"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    text = DEFAULT_RECIPE.read_text()
    assert change[0] in text
    path = tmp_path / "recipe.toml"
    path.write_text(text.replace(*change))
    with pytest.raises(InputError, match=r"recipe\.toml") as error:
        read_recipe(path)
    if said != "TOML":
        assert said in str(error.value)


def test_a_missing_recipe_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.toml.*no file"):
        read_recipe(tmp_path / "none.toml")


def test_another_search_trains_the_same_network_and_another_rate_does_not() -> None:
    recipe = read_recipe()
    other_search = recipe.model_copy(
        update={"search": recipe.search.model_copy(update={"target_fill": 0.5})}
    )
    other_rate = recipe.model_copy(
        update={"training": recipe.training.model_copy(update={"learning_rate": 1.0})}
    )
    assert recipe.trains_as(other_search)
    assert not recipe.trains_as(other_rate)
