"""metrics.json files with chosen scores, for comparisons."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

Write = Callable[..., Path]


def measures(voxels: int) -> dict[str, Any]:
    lengths = ("long_axis_voxels", "short_axis_voxels", "long_axis_mm", "short_axis_mm")
    places = ("slice_z", "long_axis_yx", "short_axis_yx")
    return {
        "voxels": voxels,
        "volume_ml": 1.0,
        **dict.fromkeys(lengths, 1.0),
        **dict.fromkeys(places),
    }


def lesion(voi: int, scores: Sequence[float], patient: str | None) -> dict[str, Any]:
    return {
        "fn": f"file_0_lesion_{voi}",
        "stack": "stack",
        "voi": voi,
        "spacing_mm": [1, 1, 1],
        "dice": scores[0],
        "long_axis_error": scores[1],
        "short_axis_error": scores[2],
        "reference": measures(100 + voi),
        "prediction": None,
        "notes": [],
        "patient": patient,
    }


def clicks(voi: int, dice: float) -> dict[str, Any]:
    pair = {"a": voi, "b": voi + 50, "move_zyx": [0, 0, 0], "dice": dice, "notes": []}
    return {"stack": "stack", "dice": dice, "pairs": [pair]}


def write_scores(
    folder: Path,
    name: str,
    dice: Sequence[float],
    *,
    errors: Sequence[float] | None = None,
    consistency: Sequence[float] = (),
    patients: Sequence[str] | None = None,
    vois: Sequence[int] | None = None,
    types: Sequence[tuple[str, str]] | None = None,
) -> Path:
    """One lesion a Dice; both axis errors are `errors`, 0.5 unless told.

    `types` are each lesion's type and training group.
    """
    errors = errors or [0.5] * len(dice)
    vois = vois or list(range(len(dice)))
    named = patients or [None] * len(dice)
    summary = {"count": 0}
    document: dict[str, Any] = {
        "case": {
            "SegmentationDice": {},
            "LongAxisErrorPercentage": {},
            "ShortAxisErrorPercentage": {},
            "fn": {},
        },
        "consistency_check": {"ConsistencyDice": {}},
        "aggregates": {
            "ChallengeScore": None,
            "SegmentationDice": summary,
            "LongAxisErrorPercentage": summary,
            "ShortAxisErrorPercentage": summary,
            "ConsistencyDice": summary,
        },
        "lesions": [
            lesion(voi, (d, e, e), patient)
            for voi, d, e, patient in zip(vois, dice, errors, named, strict=True)
        ],
        "clicks": [clicks(voi, d) for voi, d in enumerate(consistency)],
        "missing": [],
        "warnings": [],
    }
    for one, (kind, group) in zip(document["lesions"], types or [], strict=False):
        one["attributes"] = {"type": kind, "group": group}
    path = folder / name / "metrics.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(document))
    return path
