"""`python -m training smoke`: train the smoke model, import it, measure it, write its card."""

import logging
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from training.smoke.loop import Progress

__all__ = ["smoke"]


def smoke(
    output: Annotated[
        Path,
        typer.Option("--output", help="The model folder to make; one that is there is replaced."),
    ],
    results: Annotated[
        Path | None,
        typer.Option(
            "--results", help="Keep the nnU-Net result folder here.", show_default="not kept"
        ),
    ] = None,
    workers: Annotated[
        int, typer.Option("--workers", min=1, help="Processes that draw scenes.")
    ] = 1,
    threads: Annotated[
        int, typer.Option("--threads", min=1, help="Threads that train the network.")
    ] = 1,
) -> None:
    """Train the smoke model: the whole run, from its seed to the model card.

    About 15 minutes on two CPU cores with one worker and one thread. The same seeds draw the same
    scenes everywhere; weights may differ in their last digits from one CPU to another.
    """
    import torch  # noqa: PLC0415  (--help needs none of it)

    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    torch.set_num_threads(threads)
    if results is not None:
        _run(output, results, workers=workers)
        return
    with tempfile.TemporaryDirectory() as folder:
        _run(output, Path(folder), workers=workers)


def _run(output: Path, results: Path, *, workers: int) -> None:
    from algorithm import weights  # noqa: PLC0415
    from training.smoke.assessment import assess  # noqa: PLC0415
    from training.smoke.card import CARD, model_card  # noqa: PLC0415
    from training.smoke.loop import train  # noqa: PLC0415
    from training.smoke.recipe import SMOKE  # noqa: PLC0415
    from training.smoke.result_folder import write_result_folder  # noqa: PLC0415

    clock = _Clock()
    typer.echo(f"Training: {SMOKE.steps} steps on {SMOKE.training_scenes} scenes")
    network, lesion_hu = train(SMOKE, workers=workers, report=clock.report)
    seconds = clock.seconds()
    folder = write_result_folder(network, lesion_hu, SMOKE, results)
    weights.import_model(
        folder, output, name="smoke", field="click", folds=("all",), card=CARD, overwrite=True
    )
    typer.echo(f"Trained in {seconds:.0f} s; measuring on {SMOKE.held_out_scenes} held-out VOIs")
    assessment = assess(output, SMOKE, workers=workers)
    parameters = sum(parameter.numel() for parameter in network.parameters())
    text = model_card(assessment, SMOKE, parameters=parameters, seconds=seconds, cpu=_cpu())
    (output / "MODEL_CARD.md").write_text(text, encoding="utf-8")
    for host, (count, dice) in assessment.by_host().items():
        typer.echo(f"  {host:<16} {count:3d} VOIs   mean Dice {dice:.3f}")
    typer.echo(
        f"  {'all':<16} {len(assessment.scores):3d} VOIs   mean Dice {assessment.mean_dice:.3f}"
    )
    size = sum(path.stat().st_size for path in output.iterdir()) / 1e6
    typer.echo(f"{output}: {size:.2f} MB, {clock.seconds():.0f} s in all")


class _Clock:
    """Prints progress with the time that is left, judged by the steps so far."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def seconds(self) -> float:
        return time.monotonic() - self._start

    def report(self, progress: "Progress") -> None:
        left = self.seconds() * (progress.steps / progress.step - 1)
        typer.echo(
            f"step {progress.step:5d} of {progress.steps}   loss {progress.loss:.3f}   "
            f"soft Dice {progress.dice:.3f}   {self.seconds():5.0f} s, about {left:.0f} s left"
        )


def _cpu() -> str:
    """Name the machine's processor, as far as it can be told."""
    import os  # noqa: PLC0415
    import platform  # noqa: PLC0415

    return f"{os.cpu_count()} cores ({platform.machine()}), shared with other work"
