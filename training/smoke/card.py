"""What a person must know before using the smoke model: its card, and the figures measured."""

from collections.abc import Iterator
from dataclasses import fields

from algorithm.weights import Card
from training.smoke.assessment import Assessment
from training.smoke.recipe import SmokeRecipe

__all__ = ["CARD", "model_card"]

CARD = Card(
    description="A tiny nnU-Net for smoke tests, trained for minutes on synthetic lesions only.",
    intended_use="To show that installation, containers and scoring work, end to end.",
    limits="It has never seen a patient. Not for any real use, clinical or scientific.",
    licence="Apache-2.0",
    source="python -m training smoke",
)

_TEMPLATE = """# Model card: the smoke model

**{description} {limits}**

Not a medical device. {intended_use} A later model, trained for real lesions, replaces it.

| | |
|---|---|
| made by | `{source}`: the whole run, data included, from one seed |
| licence | {licence} |
| training data | {scenes} synthetic scenes (`training/synthetic`): chests, abdomens and thighs drawn from formulas, one clicked lesion of 8 to 60 mm each, noise, distractors. No patient's image, no annotation, no other weights |
| network | nnU-Net v2 `PlainConvUNet`, features {features}, {parameters:,} parameters |
| input | one patch of {patch} (z, y, x) voxels around the click, at the VOI's own spacing; its place in the patch says which lesion is meant |
| loss | cross entropy (voxels near the click weigh up to {click_weight:g} times more) plus 1 - Dice, at every resolution |
| training | {steps} steps of {batch} patch(es), AdamW, one-cycle learning rate up to {rate:g}, bfloat16; the last step's weights, none selected |
| trained in | {minutes:.0f} minutes on {cpu} |

## Measured

On {held_out} synthetic VOIs of seeds it was not trained on, by the algorithm's own prediction path
(torch, float32, no mirroring, clicked lesion kept): **mean Dice {mean:.3f}**, median {median:.3f};
{holding} of {held_out} masks hold the clicked voxel.

| lesion in | VOIs | mean Dice |
|---|---|---|
{hosts}

The sample in `test/sample` has seeds of its own, which neither training nor this table used.
On real CT it is expected to fail often.

**Known defect.** Every third training image ends inside the patch, and where its lesion reached beyond
that end the mask was not cut off: some padding was learnt as lesion. It is a smoke model that a real one
will replace, so it was not trained anew.

## Recipe

```
{recipe}
```
"""  # noqa: E501  (a table row is one line)


def model_card(
    assessment: Assessment, recipe: SmokeRecipe, *, parameters: int, seconds: float, cpu: str
) -> str:
    """Write the model card as Markdown."""
    return _TEMPLATE.format(
        **CARD.model_dump(),
        scenes=recipe.training_scenes,
        features=", ".join(str(count) for count in recipe.features),
        parameters=parameters,
        patch="×".join(str(size) for size in recipe.patch_zyx),
        click_weight=1 + recipe.click_weight,
        steps=recipe.steps,
        batch=recipe.batch_size,
        rate=recipe.learning_rate,
        minutes=seconds / 60,
        cpu=cpu,
        held_out=len(assessment.scores),
        mean=assessment.mean_dice,
        median=assessment.median_dice,
        holding=assessment.n_holding_click,
        hosts="\n".join(_host_rows(assessment)),
        recipe="\n".join(_recipe_lines(recipe)),
    )


def _host_rows(assessment: Assessment) -> Iterator[str]:
    for host, (count, dice) in assessment.by_host().items():
        yield f"| {host} | {count} | {dice:.3f} |"


def _recipe_lines(recipe: SmokeRecipe) -> Iterator[str]:
    for entry in fields(recipe):
        yield f"{entry.name} = {getattr(recipe, entry.name)!r}"
