"""Every submission's scores by lesion type and training group, and which is best where.

The table of models of the challenge's paper (de Grauw et al. 2025): mean and standard deviation of
all lesions, of each type, and of types with full (FSUP) and with partial training labels (PSUP).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from evaluation.compare.comparison import Cell, GroupScores
from evaluation.compare.entries import HIGHER_IS_BETTER, METRICS, Entries, Entry
from evaluation.compare.paired import signed_rank
from uls.statistics.bootstrap import Floats
from uls.statistics.holm import holm

__all__ = ["group_scores"]

_By = Literal["all", "type", "group"]
_DIGITS = 12
"""Means are equal that differ by less: sums of floats depend on their order."""


@dataclass(frozen=True, eq=False)
class _Part:
    """Some lesions of one metric, by every submission."""

    metric: int
    by: _By
    group: str
    members: npt.NDArray[np.bool_]

    def scores(self, entry: Entry) -> Floats:
        """Give a submission's scores of these lesions."""
        return entry.scores[self.metric][self.members]


def group_scores(entries: Entries, *, order: Sequence[str]) -> list[GroupScores]:
    """Score every group, and test every submission against the group's best.

    Args:
        entries: the submissions.
        order: their names, as the cells of a group are to be listed.

    Returns:
        All lesions, then types, then training groups, for each metric that has values. Several
        clicks on a lesion have no type: consistency is there for all lesions only.
    """
    by_name = {entry.name: entry for entry in entries.entries}
    parts = list(_parts(entries))
    cells = [_cells(part, [by_name[name] for name in order]) for part in parts]
    corrected = iter(holm([cell.p for row in cells for cell in row if cell.p is not None]))
    return [
        GroupScores(
            metric=METRICS[part.metric],
            by=part.by,
            group=part.group,
            lesions=int(part.members.sum()),
            cells=[
                cell if cell.p is None else cell.model_copy(update={"p_holm": next(corrected)})
                for cell in row
            ],
        )
        for part, row in zip(parts, cells, strict=True)
    ]


def _parts(entries: Entries) -> Iterator[_Part]:
    first = entries.entries[0]
    for metric, name in enumerate(METRICS):
        everything = np.ones(len(first.scores[metric]), dtype=np.bool_)
        if not everything.size:
            continue
        whole = _Part(metric, "all", "all", everything)
        yield whole
        if name != "ConsistencyDice":
            yield from _named(whole, entries, "type")
            yield from _named(whole, entries, "group")


def _named(whole: _Part, entries: Entries, by: Literal["type", "group"]) -> Iterator[_Part]:
    """Part the lesions by a column of lesions.csv; those without a value are in no part."""
    names = [attributes.get(by, "") for attributes in entries.attributes]
    for group in sorted(set(names) - {""}):
        yield replace(whole, by=by, group=group, members=np.array([n == group for n in names]))


def _cells(part: _Part, entries: Sequence[Entry]) -> list[Cell]:
    means = [round(float(part.scores(entry).mean()), _DIGITS) for entry in entries]
    best = max(means) if METRICS[part.metric] in HIGHER_IS_BETTER else min(means)
    winner = part.scores(entries[means.index(best)])
    return [
        _cell(entry.name, part.scores(entry), None if mean == best else winner)
        for entry, mean in zip(entries, means, strict=True)
    ]


def _cell(name: str, scores: Floats, winner: Floats | None) -> Cell:
    return Cell(
        name=name,
        mean=float(scores.mean()),
        std=float(scores.std(ddof=1)) if len(scores) > 1 else None,
        best=winner is None,
        p=None if winner is None else signed_rank(scores, winner).p,
        p_holm=None,
    )
