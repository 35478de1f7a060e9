"""The starter model's card: what it is made of, what was measured, where it fails."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from training.starter.evaluate.all_tables import all_tables
from training.starter.evaluate.calibrate import fit_certainty, known_answers
from training.starter.evaluate.report import Report, digest
from training.starter.evaluate.scores import CaseScores
from training.starter.export.about import About
from training.starter.export.export import Exported, export_run
from training.starter.settings.recipe import Recipe
from uls.workshop.beside import new_folder
from uls.workshop.errors import InputError

__all__ = ["export_with_card", "model_card"]

_TEMPLATE = """# Model card: {title}

**{description} Not a medical device.**

| | |
|---|---|
| good for | {intended_use} |
| not good for | {limits} |
| licence of the weights | {licence} |
| made by | `{source}`, recipe below, seed {seed} |
| network | residual U-Net on patches of 48×48×48 voxels at any zoom, widths {widths}, {parameters:,} parameters |
| input | eight channels: HU, soft tissue window, HU minus the clicked tissue's, connectedness to the click, click, zoom, slice thickness, box |
| training | {steps:,} steps of {batch} samples, {samples:,} samples in all, none used twice but those that come again with a correction; {minutes:.0f} minutes on {device} |
| loss | 1 - Dice, plus {weight} × cross entropy per lesion voxel; AdamW, averaged weights |

## How it finds a lesion

The first looks, from several zooms, are centred on the click, and the most credible one is followed. Its zoom is
fitted until the lesion takes its share of the patch; then the patch is centred on what was found and inner points of it
are clicked, so that different clicks in one lesion come to one answer. A box drawn by a person sets centre and zoom at once.

## Training data

{data}

## Measured

By `python -m training starter evaluate`, on {lesions}, {clicks} clicks each, any
voxel of the lesion as likely as another, whole VOIs, through the algorithm's own path ({engine},
{cpus} CPUs); axis errors are |a - b| / (a + b).{peers}

```
{table}
```
{notes}
## Recipe

```json
{recipe}
```
"""  # noqa: E501  (a table row is one line)


_LESIONS = {
    "no": "lesions never trained on",
    "some": "lesions of which it was trained on some, which is **no fair result**",
    "unknown": "lesions of which it is **not known** whether it was trained on them",
}
_PEERS = """ The peers are classical
methods at their best fixed setting, chosen on other lesions."""


def model_card(recipe: Recipe, exported: Exported, report: Report, *, trained_on: str) -> str:
    """Write the card as Markdown.

    Args:
        recipe: the run's.
        exported: what came of it.
        report: of its evaluation.
        trained_on: the machine, in words.
    """
    about = exported.about
    return _TEMPLATE.format(
        **about.model_dump(exclude={"notes"}),
        source=about.card.source,
        notes=f"\n{about.notes}\n" if about.notes else "",
        seed=recipe.seed,
        widths=", ".join(str(width) for width in recipe.network.widths),
        parameters=exported.parameters,
        steps=exported.steps,
        batch=recipe.training.batch_size,
        samples=exported.steps * (recipe.training.batch_size - recipe.training.corrected_samples),
        minutes=exported.minutes,
        device=trained_on,
        weight=recipe.training.cross_entropy_weight,
        lesions=_LESIONS[report.seen],
        peers=_PEERS if len(report.methods) > 1 else "",
        clicks=report.clicks,
        engine=report.engine,
        cpus=report.cpus,
        table="\n\n".join(all_tables(report)),
        recipe=_dumped(recipe),
    )


def _dumped(recipe: Recipe) -> str:
    return recipe.model_dump_json(indent=1)


def _cases(report: Report) -> Mapping[str, Sequence[CaseScores]]:
    return {method.name: method.cases for method in report.methods}


def export_with_card(
    run: Path,
    folder: Path,
    recipe: Recipe | None,
    report: Report | None,
    *,
    calibration: Report | None = None,
    about: About | None,
    trained_on: str,
) -> Exported:
    """Write a run's model folder with its card; one that is there is replaced by all, or stays.

    Args:
        run: the run's folder.
        folder: the model folder.
        recipe: for its settings of the search; None for the run's own.
        report: of the evaluation of this model, for its card; None for none.
        calibration: of an evaluation on other lesions, from which its certainty is fitted.
        about: what a person says of it; None that nothing was said.
        trained_on: the machine, in words.

    Raises:
        InputError: as `export_run` and `known_answers`, or a report is of another model.
    """
    certainty = None if calibration is None else fit_certainty(known_answers(calibration))
    with new_folder(folder, overwrite=True) as beside:
        exported = export_run(run, beside, recipe, about=about, certainty=certainty)
        for option, one in (("--evaluation", report), ("--calibration", calibration)):
            if one is not None:
                _check_report(exported, one, option)
        if report is not None:
            text = model_card(exported.recipe, exported, report, trained_on=trained_on)
            (beside / "MODEL_CARD.md").write_text(text, encoding="utf-8")
    return replace(exported, folder=folder)


def _check_report(exported: Exported, report: Report, option: str) -> None:
    """Verify that a report is of this model: of its weights, and of its search."""
    own = digest(exported.manifest)
    if report.measured != own:
        raise InputError.about(
            option,
            expected=f"a report of this run's weights and search ({own[:12]}…)",
            found=f"one of others ({report.measured[:12]}…)",
            hint=f"Export without {option}, evaluate that, and export again.",
        )
