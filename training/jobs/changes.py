"""What has changed of a stage since it was begun: its settings, or the content of its inputs."""

import json
from collections.abc import Mapping
from typing import Any

from training.jobs.digests import Digest
from training.jobs.stage_records import Begun

__all__ = ["changes_since", "same_content"]


def changes_since(
    then: Begun, settings: Mapping[str, Any], inputs: Mapping[str, Digest]
) -> list[str]:
    """Say for each setting and input what it was and what it is, if that differs."""
    changed = [
        f"{name} was {_shown(then.settings, name)} and is {_shown(settings, name)}"
        for name in sorted({*then.settings, *settings})
        if _shown(then.settings, name) != _shown(settings, name)
    ]
    return changed + [
        f"input {name} has other content"
        for name in sorted({*then.inputs, *inputs})
        if not same_content(then.inputs.get(name), inputs.get(name))
    ]


def same_content(one: Digest | None, other: Digest | None) -> bool:
    """Say whether two places hold the same, as far as both are known."""
    return one is not None and other is not None and one.sha256 == other.sha256


def _shown(settings: Mapping[str, Any], name: str) -> str:
    return json.dumps(settings[name], sort_keys=True) if name in settings else "not set"
