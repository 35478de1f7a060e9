"""Reading plans.json."""

import json
from pathlib import Path

import pytest
from nnunet_folders import BASELINE_CONFIGURATION, old_plans

from algorithm.models.importing.plans import Plans
from uls.workshop.errors import ModelError


def _plans(tmp_path: Path, content: object) -> Plans:
    path = tmp_path / "plans.json"
    path.write_text(json.dumps(content))
    return Plans.read(path)


def test_a_configuration_takes_what_it_lacks_from_its_parents(tmp_path: Path) -> None:
    plans = old_plans(patch=(64, 128, 128))
    plans["configurations"]["grandchild"] = {
        "inherits_from": BASELINE_CONFIGURATION,
        "normalization_schemes": ["NoNormalization"],
    }

    configuration = _plans(tmp_path, plans).configuration("grandchild")

    assert configuration.normalization_schemes == ("NoNormalization",)  # its own
    assert configuration.patch_size == (64, 128, 128)  # its parent's
    assert configuration.preprocessor_name == "DefaultPreprocessor"  # its grandparent's


def test_configurations_that_inherit_from_each_other_are_refused(tmp_path: Path) -> None:
    plans = old_plans()
    plans["configurations"]["3d_fullres"]["inherits_from"] = BASELINE_CONFIGURATION

    with pytest.raises(ModelError, match="inherits from '3d_fullres' which inherits from"):
        _plans(tmp_path, plans).configuration(BASELINE_CONFIGURATION)


def test_an_unknown_configuration_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"one of 3d_fullres, 3d_fullres_resenc.*found '2d'"):
        _plans(tmp_path, old_plans()).configuration("2d")


def test_an_entry_that_is_missing_is_named(tmp_path: Path) -> None:
    plans = old_plans()
    del plans["configurations"]["3d_fullres"]["patch_size"]

    with pytest.raises(ModelError, match=r"'3d_fullres'.*no entry 'patch_size'"):
        _plans(tmp_path, plans).configuration("3d_fullres")


def test_a_list_is_no_plans(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="expected a JSON object, found a JSON list"):
        _plans(tmp_path, [])


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"plans\.json.*No such file"):
        Plans.read(tmp_path / "plans.json")


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "plans.json"
    path.write_text('{"configurations": ')

    with pytest.raises(ModelError, match=r"plans\.json.*expected a JSON file"):
        Plans.read(path)
