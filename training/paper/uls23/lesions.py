"""Table 1 and figure 1: the lesions of prepared data sets, how many and how large."""

from collections.abc import Iterable, Sequence

from training.data.prepare.manifest import Lesion, Manifest
from training.data.prepare.table import table_rows
from training.paper.kit.grid import Histogram, grid
from training.paper.kit.items import Item
from training.paper.uls23.published import PUBLISHED_DATASETS
from uls.report.page import UNKNOWN, Table

__all__ = ["lesion_items", "sizes_px"]

_TABLE = ("table-1", "Table 1: lesions of the data sets")
_FIGURE = ("figure-1", "Figure 1: long and short axes by lesion type")
_NEEDS = "needs --manifest"
_MOST_TYPES = 15
_SHOWN_PX = 150.0


def lesion_items(manifests: Sequence[Manifest]) -> list[Item]:
    """Make both items; without a manifest each says what it needs."""
    lesions = [lesion for manifest in manifests for lesion in manifest.lesions]
    if not lesions:
        reason = "no lesion in the manifests" if manifests else _NEEDS
        return [Item(key=key, title=title, not_made=reason) for key, title in (_TABLE, _FIGURE)]
    return [_table(lesions), _figure(lesions)]


def sizes_px(lesion: Lesion) -> tuple[float, float]:
    """Give a lesion's axes in pixels: as measured, or where nothing was, those of its mask."""
    if lesion.measured is not None:
        return lesion.measured.long_px, lesion.measured.short_px
    return lesion.long_axis_px, lesion.short_axis_px


def _table(lesions: Sequence[Lesion]) -> Item:
    rows = []
    for row in table_rows([lesion.model_copy(update={"part": "train"}) for lesion in lesions]):
        known = PUBLISHED_DATASETS.get(row.dataset)
        rows.append(
            (
                *(row.dataset, row.type, f"{row.series}", f"{row.lesions}"),
                _mean_sd(row.long_axis_px_mean, row.long_axis_px_sd),
                _mean_sd(row.short_axis_px_mean, row.short_axis_px_sd),
                *(
                    (UNKNOWN,) * 4
                    if known is None
                    else (
                        *(f"{known.series}", f"{known.lesions}"),
                        *(_mean_sd(*known.long_px), _mean_sd(*known.short_px)),
                    )
                ),
            )
        )
    headings = (
        *("data set", "type", "series", "lesions", "long axis px", "short axis px"),
        *("series (published)", "lesions (published)"),
        *("long axis px (published)", "short axis px (published)"),
    )
    return Item(
        key=_TABLE[0],
        title=_TABLE[1],
        caption="All parts of a data set together; axes as mean ± standard deviation in pixels. "
        "Published columns: de Grauw et al. 2025, not computed here.",
        tables={"": Table(headings=headings, rows=rows, words=2)},
    )


def _mean_sd(mean: float, sd: float | None) -> str:
    return f"{mean:.2f}" if sd is None else f"{mean:.2f} ± {sd:.2f}"


def _figure(lesions: Sequence[Lesion]) -> Item:
    by_type: dict[str, list[Lesion]] = {}
    for lesion in lesions:
        by_type.setdefault(lesion.type, []).append(lesion)
    ordered = sorted(by_type.items(), key=lambda item: (-len(item[1]), item[0]))
    panels = [_panel(name, members) for name, members in ordered[:_MOST_TYPES]]
    beyond = sum(max(sizes_px(lesion)) > _SHOWN_PX for lesion in lesions)
    caption = "Dashed: medians."
    if beyond:
        caption += (
            f" {beyond} lesions with an axis of more than {_SHOWN_PX:g} pixels are not shown."
        )
    return Item(key=_FIGURE[0], title=_FIGURE[1], caption=caption, plots={"": grid(panels)})


def _panel(name: str, lesions: Iterable[Lesion]) -> Histogram:
    sizes = [sizes_px(lesion) for lesion in lesions]
    highest = min(_SHOWN_PX, max(max(size) for size in sizes))
    return Histogram(
        title=f"{name} ({len(sizes)})",
        label="axis (pixels)",
        series={
            "long axis": [long for long, _ in sizes],
            "short axis": [short for _, short in sizes],
        },
        what="lesions",
        limits=(0, highest),
    )
