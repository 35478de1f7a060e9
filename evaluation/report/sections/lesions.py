"""The lesions themselves: the worst ten, with images if there are any, and all of them."""

from collections.abc import Mapping, Sequence

from evaluation.results.metrics import Lesion, MaskMeasures, Metrics
from uls.report.page import UNKNOWN, Panels, Section, Table
from uls.report.text import counted, millimetres, number, percent

__all__ = ["N_WORST", "lesions_section", "worst_lesions", "worst_section"]

N_WORST = 10

_HEADINGS = ("lesion", "stack", "VOI", "Dice", "long axis mm", "error", "short axis mm", "error")


def worst_lesions(metrics: Metrics) -> list[Lesion]:
    """Give the lesions of lowest Dice, the larger axis errors first among equals.

    Lesions without a usable prediction are not among them: they say nothing of the model.
    """
    scored = [lesion for lesion in metrics.lesions if lesion.prediction is not None]
    return sorted(scored, key=_badness)[:N_WORST]


def _badness(lesion: Lesion) -> tuple[float, float]:
    return lesion.dice, -(lesion.long_axis_error + lesion.short_axis_error)


def worst_section(metrics: Metrics, panels: Mapping[str, Panels]) -> Section:
    """Show the worst lesions.

    Args:
        metrics: all scores.
        panels: images by the lesions' `fn`; may be empty.
    """
    worst = worst_lesions(metrics)
    shown = [panels[lesion.fn] for lesion in worst if lesion.fn in panels]
    without = len(metrics.lesions) - sum(1 for x in metrics.lesions if x.prediction is not None)
    text = [f"By Dice, of {counted(len(metrics.lesions) - without, 'lesion')} with a prediction."]
    if without:
        text.append(
            f"{counted(without, 'lesion')} without a usable prediction, scored zero: not here."
        )
    if not shown:
        text.append("No images: give the CT stacks with --images, and the masks, to see them.")
    elif len(shown) < len(worst):
        text.append(f"Images were found for {len(shown)} of {len(worst)}.")
    return Section(
        title=f"The worst {len(worst)} lesions" if len(worst) > 1 else "The worst lesion",
        anchor="worst",
        text=text,
        tables=[_table(worst)],
        panels=shown,
    )


def lesions_section(metrics: Metrics) -> Section:
    """Show all lesions in a table that opens on demand."""
    return Section(
        title=f"All {counted(metrics.lesions, 'lesion')}",
        anchor="lesions",
        tables=[_table(metrics.lesions)],
        folded=True,
    )


def _table(lesions: Sequence[Lesion]) -> Table:
    columns = _attribute_columns(lesions)
    return Table(
        caption="Axes and volumes: reference → prediction.",
        headings=(*_HEADINGS, "volume ml", *columns, "remarks"),
        words=2,
        words_at_end=len(columns) + 1,
        rows=[_row(lesion, columns) for lesion in lesions],
    )


def _attribute_columns(lesions: Sequence[Lesion]) -> list[str]:
    """Name the columns of lesions.csv that any of these lesions has, the usual ones first."""
    known = {column for lesion in lesions for column in lesion.attributes}
    return [c for c in ("type", "group", "centre") if c in known]


def _row(lesion: Lesion, columns: Sequence[str]) -> tuple[str, ...]:
    reference, prediction = _measures(lesion.reference), _measures(lesion.prediction)
    long, short, volume = (f"{r} → {p}" for r, p in zip(reference, prediction, strict=True))
    return (
        lesion.fn,
        lesion.stack,
        f"{lesion.voi}",
        number(lesion.dice),
        *(long, percent(lesion.long_axis_error)),
        *(short, percent(lesion.short_axis_error)),
        volume,
        *(lesion.attributes.get(column, UNKNOWN) for column in columns),
        "; ".join(lesion.notes),
    )


def _measures(mask: MaskMeasures | None) -> tuple[str, str, str]:
    if mask is None:
        return (UNKNOWN,) * 3
    return (
        millimetres(mask.long_axis_mm),
        millimetres(mask.short_axis_mm),
        number(mask.volume_ml, 2),
    )
