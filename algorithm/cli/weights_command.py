"""`python -m algorithm weights import|verify|tune|list`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from algorithm.engines.engine_names import Device, Engine
from algorithm.models.importing.model_import import import_model
from uls.workshop import command_line
from uls.workshop.command_line import commands
from uls.workshop.errors import ModelError
from uls.workshop.options import Argument, Option, Settings, with_settings

app = commands(help="Import, verify, tune and list models.", no_args_is_help=True)

_BUILT_IN = Path("baseline_weights")


class Import(Settings):
    """What `import` takes."""

    source: Annotated[Path, Argument(help="nnU-Net v2 result folder (holds plans.json).")]
    destination: Annotated[Path, Argument(help="Model folder to write.")]
    name: Annotated[
        str | None, Option("--name", help="What to call it. Default: the model folder's name.")
    ] = None
    checkpoint: Annotated[
        str | None,
        Option("--checkpoint", help="best, final, latest, or a file name. Default: final or best."),
    ] = None
    folds: Annotated[
        tuple[str, ...],
        Option("--fold", help="Only these folds (all, 0, 1, …); may be repeated."),
    ] = ()
    field: Annotated[
        Literal["voi", "click"] | None,
        Option("--field", help="voi: tile the whole VOI; click: one patch around the click."),
    ] = None
    native_spacing: Annotated[
        bool,
        Option(
            "--native-spacing",
            help="The model was trained at the scans' own spacing, whatever its plans resample to.",
        ),
    ] = False
    expected_sha256: Annotated[
        str | None,
        Option("--sha256", help="The checkpoint's SHA-256, if its publisher gave one."),
    ] = None
    overwrite: Annotated[bool, Option("--overwrite", help="Replace a model folder.")] = False


@app.command("import")
@with_settings
def import_(settings: Import) -> None:
    """Turn a trained nnU-Net folder into a model folder: safetensors, ONNX, a manifest of hashes.

    No code of the checkpoint runs. Needs the extras `gpu` and `importing`.
    """
    command_line.start_log()
    from algorithm.models import weights  # noqa: PLC0415

    import_model(
        settings.source,
        settings.destination,
        name=settings.name or settings.destination.name,
        field=settings.field,
        checkpoint=settings.checkpoint,
        folds=settings.folds or None,
        native_spacing=settings.native_spacing,
        expected_sha256=settings.expected_sha256,
        overwrite=settings.overwrite,
    )
    for line in weights.describe(weights.verify(settings.destination)):
        typer.echo(line)


@app.command()
def verify(folder: Annotated[Path, typer.Argument(help="Model folder.")]) -> None:
    """Compare every file of a model folder with the hash in its manifest; refuse any other file."""
    command_line.start_log(quiet=True)
    from algorithm.models import weights  # noqa: PLC0415

    model = weights.verify(folder)
    if unknown := weights.unknown_files(model):
        raise ModelError.about(
            folder,
            expected="the files that model.json names, and texts such as README.md",
            found=", ".join(str(file) for file in unknown),
            hint="No hash covers these. What `weights tune` left counts on its own machine only: "
            "delete it before you pass the model on; delete the rest if you did not put it there.",
        )
    for line in weights.describe(model):
        typer.echo(line)
    typer.echo("All files are as the manifest says.")


class Tune(Settings):
    """What `tune` takes."""

    folder: Annotated[Path, Argument(help="Model folder; it is written to.")]
    engine: Engine = "auto"
    device: Device = "auto"
    tensorrt: Annotated[
        bool, Option("--tensorrt", help="Build for TensorRT, too; this takes minutes.")
    ] = False


@app.command()
@with_settings
def tune(settings: Tune) -> None:
    """Check and time what can run a model here, for `--engine auto` and faster starts.

    Every engine that is installed sees a few phantoms, in each precision that is fast on the
    device. What agrees with the float32 reference, and how long it takes, is written to
    engines.json in FOLDER, and remembered in the cache folder (ULS23_CACHE, else uls23 in your
    cache directory) together with compiled networks. All of it counts on this kind of machine only.
    """
    command_line.start_log()
    from algorithm.engines.selection.tune import table, tune  # noqa: PLC0415
    from algorithm.models import weights  # noqa: PLC0415

    model = weights.verify(settings.folder)
    done = tune(model, settings.engine, device=settings.device, tensorrt=settings.tensorrt)
    for line in table(done):
        typer.echo(line)


@app.command("list")
def list_(
    root: Annotated[Path, typer.Argument(help="Folder that holds model folders.")] = _BUILT_IN,
) -> None:
    """List the model folders in a folder, broken ones with what is wrong."""
    command_line.start_log(quiet=True)
    from algorithm.models import weights  # noqa: PLC0415

    for model in weights.list_models(root):
        typer.echo(f"{model.folder}\t{model.name}\t{model.problem or model.summary}")
