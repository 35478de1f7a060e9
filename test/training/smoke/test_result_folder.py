"""The result folder is nnU-Net's: nnU-Net builds the same network from it, and we import it."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from nnunetv2.utilities.get_network_from_plans import get_network_from_plans
from nnunetv2.utilities.plans_handling.plans_handler import PlansManager

from algorithm import engines, weights
from algorithm.prediction import Predictor
from training.smoke.loop import LesionHU
from training.smoke.network import build_network
from training.smoke.recipe import SmokeRecipe
from training.smoke.result_folder import write_result_folder
from uls.voi import CLICK_ZYX, VOI_SHAPE_ZYX

HU = LesionHU(mean=40.0, std=60.0, low=-150.0, high=210.0, median=45.0, lowest=-900, highest=400)


@pytest.fixture(scope="module")
def network(tiny: SmokeRecipe) -> torch.nn.Module:
    torch.manual_seed(5)
    return build_network(tiny).eval()


@pytest.fixture(scope="module")
def folder(
    tiny: SmokeRecipe, network: torch.nn.Module, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    return write_result_folder(network, HU, tiny, tmp_path_factory.mktemp("results"))


@torch.inference_mode()
def test_nnunet_builds_the_network_from_the_plans(
    folder: Path, tiny: SmokeRecipe, network: torch.nn.Module
) -> None:
    plans = PlansManager(json.loads((folder / "plans.json").read_text()))
    configuration = plans.get_configuration("3d_fullres")
    theirs = get_network_from_plans(
        configuration.network_arch_class_name,
        configuration.network_arch_init_kwargs,
        configuration.network_arch_init_kwargs_req_import,
        1,
        2,
        deep_supervision=False,
    )
    checkpoint = torch.load(folder / "fold_all/checkpoint_final.pth", weights_only=True)
    theirs.load_state_dict(checkpoint["network_weights"])
    patch = torch.randn(1, 1, *tiny.patch_zyx)
    torch.testing.assert_close(theirs.eval()(patch), network(patch)[0])
    assert configuration.patch_size == list(tiny.patch_zyx)


@torch.inference_mode()
def test_the_imported_model_computes_what_was_trained(
    folder: Path, tiny: SmokeRecipe, network: torch.nn.Module, tmp_path: Path
) -> None:
    weights.import_model(folder, tmp_path / "model", name="tiny", field="click", folds=("all",))
    model = weights.load_model(tmp_path / "model")
    predictor = Predictor(model, engines.create("torch", model, device="cpu"))
    voi = np.random.default_rng(1).integers(-300, 300, VOI_SHAPE_ZYX).astype(np.int16)
    around = tuple(
        slice(c - n // 2, c - n // 2 + n) for c, n in zip(CLICK_ZYX, tiny.patch_zyx, strict=True)
    )
    hu = torch.from_numpy(voi[around].astype(np.float32)).clamp(HU.low, HU.high)
    logits = network((hu - HU.mean)[None, None] / HU.std)[0][0]
    np.testing.assert_allclose(
        predictor.predict(voi)[around], (logits[1] - logits[0]).numpy(), atol=1e-4
    )
