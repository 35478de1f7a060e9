"""The starter model's card: what it is made of, what was measured, where it fails."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from training.starter.evaluate.report import Report
from training.starter.evaluate.scores import CaseScores
from training.starter.evaluate.table import table
from training.starter.export import CARD, Exported
from training.starter.recipe import VALIDATION_LESIONS, Recipe

__all__ = ["model_card", "write_card"]

_NOTES = Path(__file__).with_name("notes.md")
"""What a person says of the committed weights: how they were made, where they fail."""

_TEMPLATE = """# Model card: the starter model

**{description} Not a medical device.**

| | |
|---|---|
| good for | {intended_use} |
| not good for | {limits} |
| licence of the weights | Apache-2.0 |
| made by | `{source}`, recipe below, seed {seed} |
| network | residual U-Net on patches of 48×48×48 voxels at any zoom, widths {widths}, {parameters:,} parameters |
| input | eight channels: HU, soft tissue window, HU minus the clicked tissue's, connectedness to the click, click, zoom, slice thickness, box |
| training | {steps:,} steps of {batch} samples, {samples:,} samples in all, none used twice; {minutes:.0f} minutes on {device}: the last stage, see below |
| loss | 1 - Dice, plus {weight} × cross entropy per lesion voxel; AdamW, averaged weights |

## How it finds a lesion

The first looks, from several zooms, are centred on the click, and the most credible one is followed. Its zoom is
fitted until the lesion takes its share of the patch; then the patch is centred on what was found and inner points of it
are clicked, so that different clicks in one lesion come to one answer. A box drawn by a person sets centre and zoom at once.

## Training data

Real lesions are turned, stretched, bent, recoloured, cropped; synthetic ones are implanted into the same
scans. No scan, nor a part of one, is in this repository.

| data | used as | licence |
|---|---|---|
| Soft-tissue-Sarcoma (Vallières et al. 2015, TCIA, doi:10.7937/K9/TCIA.2015.7GO2GSKS), as published for the Image Biomarker Standardisation Initiative: 20 patients | lesions, backgrounds | CC BY 3.0 |
| 4D-Lung (Hugo et al. 2016, TCIA, doi:10.7937/K9/TCIA.2016.ELN8YGLE): one patient, tumour and node | lesions, backgrounds | CC BY 3.0 |
| ACRIN-FLT-Breast, Lung-Fused-CT-Pathology (TCIA): one scan each | backgrounds | CC BY 3.0 |
| CMB-CRC, RIDER Pilot (TCIA): one scan each | backgrounds | CC BY 4.0 |
| TotalSegmentator's test files: three scans | backgrounds | Apache-2.0 |

Held out: {held_out}; training never read them. Unlabelled disease in the backgrounds is possible.

## Measured

By `python -m training starter evaluate --peers`, on lesions never trained on, {clicks} clicks each, any
voxel of the lesion as likely as another, whole VOIs, through the algorithm's own path ({engine},
{cpus} CPUs); axis errors are |a - b| / (a + b). The peers are classical methods at their best fixed setting,
chosen on training lesions. So were the settings of the model's search.

```
{table}
```

{notes}

## Recipe

```json
{recipe}
```
"""  # noqa: E501  (a table row is one line)


def model_card(recipe: Recipe, exported: Exported, report: Report, *, trained_on: str) -> str:
    """Write the card as Markdown.

    Args:
        recipe: the run's.
        exported: what came of it.
        report: of its evaluation.
        trained_on: the machine, in words.
    """
    return _TEMPLATE.format(
        **CARD.model_dump(),
        seed=recipe.seed,
        widths=", ".join(str(width) for width in recipe.network.widths),
        parameters=exported.parameters,
        steps=exported.steps,
        batch=recipe.training.batch_size,
        samples=exported.steps * recipe.training.batch_size,
        minutes=exported.minutes,
        device=trained_on,
        weight=recipe.training.cross_entropy_weight,
        held_out=", ".join(VALIDATION_LESIONS),
        clicks=report.clicks,
        engine=report.engine,
        cpus=report.cpus,
        table=table(_cases(report)),
        notes=_NOTES.read_text(encoding="utf-8").strip(),
        recipe=_dumped(recipe),
    )


def _dumped(recipe: Recipe) -> str:
    return recipe.model_dump_json(indent=1)


def _cases(report: Report) -> Mapping[str, Sequence[CaseScores]]:
    return {method.name: method.cases for method in report.methods}


def write_card(recipe: Recipe, exported: Exported, report: Report, *, trained_on: str) -> None:
    """Write the card into the exported model folder, beside its place first."""
    part = exported.folder / ".MODEL_CARD.md.part"
    text = model_card(recipe, exported, report, trained_on=trained_on)
    part.write_text(text, encoding="utf-8")
    part.replace(exported.folder / "MODEL_CARD.md")
