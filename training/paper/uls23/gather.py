"""All tables and figures of the challenge's paper, in its order, of what is given."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from training.data.prepare.manifest import read_manifest
from training.paper.kit.items import Item
from training.paper.uls23.cohort import cohort_items
from training.paper.uls23.examples import Stacks, example_item
from training.paper.uls23.lesions import lesion_items
from training.paper.uls23.pseudo_masks import pseudo_mask_item
from training.paper.uls23.scores import score_items

__all__ = ["ORDER", "Inputs", "gather"]

ORDER = (
    *("table-1", "table-2", "table-a3"),
    *("figure-1", "figure-2", "figure-4", "figure-5", "figure-6"),
    *("figure-a7", "figure-a8", "figure-a9", "figure-a10", "figure-a11", "figure-a12"),
)


@dataclass(frozen=True)
class Inputs:
    """What a paper is made of; any of it may be missing.

    Attributes:
        metrics: a metrics.json a model, all of one reference set.
        names: of the models, in the same order.
        manifests: folders that `prepare` or `grabcut` made.
        metadata: a CSV file, a row a scan.
        stacks: what the examples are cut from.
    """

    metrics: Sequence[Path] = ()
    names: Sequence[str] = ()
    manifests: Sequence[Path] = ()
    metadata: Path | None = None
    stacks: Stacks = field(default_factory=Stacks)


def gather(inputs: Inputs) -> list[Item]:
    """Make every item, or say what it needs.

    Raises:
        CallError: the options do not go together.
        InputError: a file is damaged, or does not belong to the others.
    """
    manifests = [read_manifest(folder) for folder in inputs.manifests]
    items = [
        *score_items(inputs.metrics, inputs.names),
        *lesion_items(manifests),
        pseudo_mask_item(manifests),
        example_item(inputs.metrics, inputs.stacks),
        *cohort_items(inputs.metadata, manifests),
    ]
    return sorted(items, key=lambda item: ORDER.index(item.key))
