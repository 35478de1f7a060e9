"""One-click segmentation of lesions in CT, and its exact scoring: the public Python interface.

    import uls23

    lesion = uls23.segment("scan.nii.gz", click=(210, 305, 77))
    print(lesion.measurements)

`segment` takes a scan and one click; a `Session` keeps scan and model loaded for many.
`evaluate` scores masks against references as the challenge does, `metrics` holds its measures on
arrays, `cut_voi` and `put_back` go from a scan to a VOI and back. Whatever a person can mend is
raised as a `UserError`. All else in this distribution may change from one release to the next.

Each name is imported where it is first used, so that `import uls23` takes no time.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from algorithm.inference.predictor import Predictor
    from clinic.lesions.lesion import Lesion
    from clinic.segmentation.session import Session, segment
    from uls.geometry.put_back import put_back
    from uls.geometry.voi import cut_voi
    from uls.workshop.errors import CallError, InputError, ModelError, OutputError, UserError
    from uls23 import metrics
    from uls23.scoring import evaluate

__all__ = [
    "CallError",
    "InputError",
    "Lesion",
    "ModelError",
    "OutputError",
    "Predictor",
    "Session",
    "UserError",
    "cut_voi",
    "evaluate",
    "metrics",
    "put_back",
    "segment",
]

_PLACES = {
    "CallError": "uls.workshop.errors",
    "InputError": "uls.workshop.errors",
    "Lesion": "clinic.lesions.lesion",
    "ModelError": "uls.workshop.errors",
    "OutputError": "uls.workshop.errors",
    "Predictor": "algorithm.inference.predictor",
    "Session": "clinic.segmentation.session",
    "UserError": "uls.workshop.errors",
    "cut_voi": "uls.geometry.voi",
    "evaluate": "uls23.scoring",
    "put_back": "uls.geometry.put_back",
    "segment": "clinic.segmentation.session",
}


def __getattr__(name: str) -> Any:
    """Import a public name where it is first used."""
    if name == "metrics":
        return import_module("uls23.metrics")
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)


def __dir__() -> list[str]:
    """List the public names."""
    return __all__
