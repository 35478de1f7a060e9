"""What the rows of a picture are called: lesion and click of a VOI, as metrics.json tells them."""

from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter

from evaluation.results.metrics import Metrics
from evaluation.scoring.strict_json import read_json, validated

__all__ = ["Names", "read_names"]

_METRICS = TypeAdapter(Metrics)


@dataclass(frozen=True)
class Names:
    """Titles of a stack's VOIs in the order to show them, and a line that sums up the job."""

    of_voi: dict[int, str] = field(default_factory=dict)
    headline: str = ""

    def order(self, n_vois: int) -> list[int]:
        """All VOIs of a stack: those with a name first, the clicks of a lesion together."""
        named = [voi for voi in self.of_voi if voi < n_vois]
        return named + [voi for voi in range(n_vois) if voi not in self.of_voi]

    def title(self, voi: int) -> str:
        """Give the name of a VOI; its number where it has none."""
        return self.of_voi.get(voi, f"VOI {voi}")


def read_names(path: Path, stack: str) -> Names:
    """Read the names of one stack's VOIs from a metrics.json of this program.

    Raises:
        InputError: the file is missing or is no such metrics.json.
    """
    metrics: Metrics = validated(_METRICS, read_json(path), str(path))
    names: dict[int, str] = {}
    for number, lesion in enumerate(metrics.lesions):
        if lesion.stack != stack:
            continue
        vois = _clicks_on(metrics, stack, lesion.voi)
        for click, voi in enumerate(vois, start=1):
            of = f", click {click} of {len(vois)}" if len(vois) > 1 else ""
            names[voi] = f"Lesion {number}{of}"
    return Names(names, _headline(metrics))


def _clicks_on(metrics: Metrics, stack: str, voi: int) -> list[int]:
    """All VOIs in which the lesion of a VOI is clicked, that VOI first."""
    for clicks in metrics.clicks:
        vois = {index for pair in clicks.pairs for index in (pair.a, pair.b)}
        if clicks.stack == stack and voi in vois:
            return [voi, *sorted(vois - {voi})]
    return [voi]


def _headline(metrics: Metrics) -> str:
    figures = metrics.aggregates
    parts = {
        "Challenge score": figures.challenge_score,
        "mean Dice": figures.dice.mean,
        "click consistency": figures.consistency.mean,
    }
    return "   ".join(f"{name} {value:.3f}" for name, value in parts.items() if value is not None)
