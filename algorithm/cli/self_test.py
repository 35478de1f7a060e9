"""Does this installation compute what was released? The sample, segmented in float32, says so."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from algorithm.engines.engine_names import DeviceName, Engine, EngineSettings
from uls.workshop import command_line
from uls.workshop.errors import ModelError
from uls.workshop.options import Option, Settings, with_settings

__all__ = ["LEAST_DICE", "SelfTest", "Verdict", "check_masks", "self_test"]

LEAST_DICE = 0.999
"""Of each VOI's mask with the released one. The same arithmetic gives the same bits; another BLAS
or GPU may differ in a logit's last digits, which moves single voxels on the edge. It is what
engines must reach to stand in for each other, too (`algorithm.engines.selection.parity`)."""


@dataclass(frozen=True)
class Verdict:
    """How the masks compare with the released ones.

    Attributes:
        equal: how many are so bit for bit.
        least_dice: of all of them.
        n_masks: how many there are.
    """

    equal: int
    least_dice: float
    n_masks: int

    def __str__(self) -> str:
        """Say it in words."""
        if self.equal == self.n_masks:
            return f"all {self.n_masks} masks of the sample are bit for bit those released"
        return (
            f"{self.equal} of {self.n_masks} masks of the sample are bit for bit those released, "
            f"the others at Dice {self.least_dice:.5f} or more (at least {LEAST_DICE} is asked)"
        )


class SelfTest(Settings):
    """What `self-test` takes."""

    engine: Engine = "auto"
    device: Annotated[DeviceName, Option("--device", help="Where it runs.")] = "auto"


@with_settings
def self_test(settings: SelfTest) -> None:
    """Segment the built-in sample and say in one line whether the masks are those released.

    In float32, with the built-in model. Exits with 4 where the model or a mask is another, with 3
    where the sample is damaged.
    """
    command_line.start_log(quiet=True)
    typer.echo(f"This installation computes what was released: {check_masks(settings)}.")


def check_masks(settings: SelfTest) -> str:
    """Segment the sample and compare its masks with those released; return a sentence's end.

    Raises:
        InputError: the sample is damaged.
        ModelError: the model is not the released one, or a mask differs from its expected one.
    """
    from algorithm.cli.load import load_predictor  # noqa: PLC0415  (--help needs none of it)
    from algorithm.job.job import run_job  # noqa: PLC0415
    from algorithm.job.options import JobOptions  # noqa: PLC0415
    from algorithm.models.find_model import find_built_in  # noqa: PLC0415
    from uls.platform import sample  # noqa: PLC0415

    folder = sample.find_sample()
    expected = sample.read_expected(folder)
    model = find_built_in()
    _check_model(model, expected.model_sha256)
    engine = EngineSettings(engine=settings.engine, device=settings.device, precision="f32")
    with TemporaryDirectory(prefix="uls23-self-test-") as place:
        options = JobOptions(input_folder=folder / "input", output_folder=Path(place))
        (done,) = run_job(load_predictor(model, engine), options)
        verdict = compare(done.path, folder / sample.EXPECTED_MASKS, expected.masks)
    return f"{verdict} (model {model.name}, {expected.model_sha256[:12]}…)"


def compare(found: Path, released: Path, sha256s: tuple[str, ...]) -> Verdict:
    """Compare a stack of masks with the released one, VOI by VOI.

    Raises:
        ModelError: the numbers of masks differ, or the Dice of two is below `LEAST_DICE`.
    """
    from uls.geometry.overlap import dice  # noqa: PLC0415
    from uls.platform.sample import mask_sha256, masks_in  # noqa: PLC0415

    masks = masks_in(found)
    if len(masks) != len(sha256s):
        raise _another("sample", expected=f"{len(sha256s)} masks", found=f"{len(masks)}")
    equal, least = 0, 1.0
    for number, (mask, reference, digest) in enumerate(
        zip(masks, masks_in(released), sha256s, strict=True), start=1
    ):
        if mask_sha256(mask) == digest:
            equal += 1
            continue
        least = min(least, dice(mask, reference))
        if least < LEAST_DICE:
            raise _another(
                f"sample, VOI {number}",
                expected=f"a mask at Dice {LEAST_DICE} or more with the released one",
                found=f"{least:.5f} ({mask.n_voxels} voxels, released {reference.n_voxels})",
            )
    return Verdict(equal, least, len(masks))


def _check_model(folder: Path, expected: str) -> None:
    from algorithm.models.manifest import MANIFEST_NAME  # noqa: PLC0415
    from uls.workshop.files import sha256  # noqa: PLC0415

    found = sha256(folder / MANIFEST_NAME)
    if found != expected:
        raise _another(folder / MANIFEST_NAME, expected=f"SHA-256 {expected}", found=found)


def _another(subject: Path | str, *, expected: str, found: str) -> ModelError:
    hint = "This installation does not compute what was released: do not use it, install it again."
    return ModelError.about(subject, expected=expected, found=found, hint=hint)
