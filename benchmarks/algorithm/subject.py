"""The model that is measured, and the same weights as nnunetv2 reads them."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from algorithm.models import weights
from algorithm.models.find_model import find_model
from algorithm.models.importing.model_import import import_model
from algorithm.models.importing.on_the_fly import load_model
from algorithm.models.manifest import Manifest
from algorithm.models.weights import Model
from benchmarks.algorithm.architectures import ARCHITECTURES
from benchmarks.algorithm.result_folder import Contents, random_state, write_result_folder
from benchmarks.algorithm.work import Work, work_of
from uls.workshop.errors import CallError
from uls.workshop.extras import how_to_install

__all__ = ["Subject", "of_architecture", "of_model"]

_log = logging.getLogger(__name__)

_NEEDED = ("torch", "dynamic_network_architectures", "safetensors")


@dataclass(frozen=True)
class Subject:
    """What is measured.

    Attributes:
        model: ours.
        result_folder: the same network for nnunetv2; None where nnunetv2 is left out.
        without_nnunetv2: why it is left out.
        work: of one pass; None where torch is not installed to count it.
    """

    model: Model
    result_folder: Path | None
    without_nnunetv2: str
    work: Work | None

    @property
    def folds(self) -> tuple[str, ...]:
        """The names of the model's folds."""
        return tuple(fold.name for fold in self.model.manifest.folds)


def of_architecture(name: str, scratch: Path, *, nnunetv2: bool) -> Subject:
    """Make a model of random weights in a temporary folder.

    The whole VOI is predicted, by tiles where the patch is smaller, as nnunetv2 does: a patch
    around the click alone would be less work, which `segment` then saves.

    Raises:
        CallError: torch is not installed, or nnunetv2 is wanted and is not.
    """
    _check_packages(
        _NEEDED,
        about=f"--architecture {name}",
        hint=f"{how_to_install('training')}, or take --model.",
    )
    _check_nnunetv2(nnunetv2)
    design = ARCHITECTURES[name]
    _log.info("Drawing random weights for %s", name)
    states = iter([("all", random_state(design.architecture))])
    contents = Contents(design.architecture, design.patch_zyx, design.normalisation, states)
    result_folder = write_result_folder(contents, scratch / "result")
    import_model(result_folder, scratch / "model", name=name, field="voi")
    model = weights.verify(scratch / "model")
    if nnunetv2:
        return Subject(model, result_folder, "", work_of(model.manifest))
    return Subject(model, None, "--without-nnunetv2", work_of(model.manifest))


def of_model(folder: Path | None, scratch: Path, *, nnunetv2: bool) -> Subject:
    """Take a model folder, and write its tensors down for nnunetv2.

    Raises:
        ModelError: there is no model, or none that loads.
        CallError: nnunetv2 is wanted and is not installed.
    """
    model = load_model(find_model(folder))
    manifest = model.manifest
    can_count = all(find_spec(package) is not None for package in _NEEDED)
    work = work_of(manifest) if can_count else None
    if not isinstance(manifest, Manifest):
        reason = f"a {manifest.kind} model is none of nnU-Net's networks"
        return Subject(model, None, reason, work)
    if not nnunetv2:
        return Subject(model, None, "--without-nnunetv2", work)
    _check_nnunetv2(nnunetv2)
    contents = Contents(
        manifest.architecture, manifest.patch_zyx, manifest.normalisation, _states(model)
    )
    return Subject(model, write_result_folder(contents, scratch / "result"), "", work)


def _states(model: Model) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Read one fold's tensors after the other."""
    from algorithm.networks import networks  # noqa: PLC0415

    for fold in model.manifest.folds:
        yield fold.name, networks.read_state(model.folder / fold.weights.name)


def _check_nnunetv2(wanted: bool) -> None:
    if wanted:
        hint = f"{how_to_install('training')}, or leave it out: --without-nnunetv2."
        _check_packages(("nnunetv2",), about="nnunetv2 beside ours", hint=hint)


def _check_packages(names: tuple[str, ...], *, about: str, hint: str) -> None:
    if missing := [name for name in names if find_spec(name) is None]:
        raise CallError.about(
            about,
            expected=f"the package{'s' if len(names) > 1 else ''} {', '.join(names)}",
            found=f"{', '.join(missing)} not installed",
            hint=hint,
        )
