"""The training group of a lesion type, by which the challenge reports scores apart."""

import re

__all__ = ["FULL", "PARTIAL", "training_group"]

FULL, PARTIAL = "FSUP", "PSUP"
"""Types of which training data are annotated in 3D, and types that are only measured on a slice."""

_FULL = re.compile(
    r"\b(kidney|renal|lung|pulmonary|liver|hepatic|bone|pancrea\w*|colon\w*|nodes?|LN"
    r"|adenopath\w*|lymphadenopath\w*)\b",
    re.IGNORECASE,
)
_PARTIAL = re.compile(r"\b(various|abdomen|mediastinum|soft tissue|pelvis)\b", re.IGNORECASE)


def training_group(lesion_type: str) -> str:
    """Return the training group of a lesion type; empty for a type of which nothing is known.

    A lymph node of the mediastinum is a node: a type that is fully annotated somewhere counts as
    such, wherever the lesion lies.
    """
    words = lesion_type.replace("_", " ")
    if _FULL.search(words):
        return FULL
    return PARTIAL if _PARTIAL.search(words) else ""
