"""What segments the test set: the project's own inference, or any object of this form."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Protocol

from algorithm.engines.engine_names import DeviceName, Engine
from uls.workshop.options import Option, Settings

__all__ = ["AlgorithmSegment", "Segment"]


class Segment(Protocol):
    """Segments a job's stacks with a model."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """What decides the masks beside the model; scores of two models compare only if equal."""

    def __call__(self, model_folder: Path, input_folder: Path, output: Path) -> None:
        """Write the masks under `output`/images/ct-binary-uls, named like the stacks."""


class AlgorithmSegment(Settings):
    """`python -m algorithm`: a `Segment`."""

    engine: Engine = "auto"
    device: DeviceName = "auto"
    mirror: Annotated[
        int, Option("--mirror", min=0, max=8, help="Mirrored passes on the test set.")
    ] = 0
    native_spacing: bool = False

    @property
    def settings(self) -> Mapping[str, Any]:
        """Give what changes masks; engines give the same ones."""
        return {"mirror": self.mirror, "native_spacing": self.native_spacing}

    def __call__(self, model_folder: Path, input_folder: Path, output: Path) -> None:
        """Segment all stacks of a job."""
        from algorithm.cli.load import make_predictor  # noqa: PLC0415  (--help needs none of it)
        from algorithm.engines.selection.create import create  # noqa: PLC0415
        from algorithm.job.job import run_job  # noqa: PLC0415
        from algorithm.job.options import JobOptions  # noqa: PLC0415
        from algorithm.models.importing.on_the_fly import load_model  # noqa: PLC0415

        model = load_model(model_folder, native_spacing=self.native_spacing)
        networks = create(self.engine, model, device=self.device, precision="f32")
        options = JobOptions(input_folder=input_folder, output_folder=output, mirror=self.mirror)
        run_job(make_predictor(model, networks), options)
