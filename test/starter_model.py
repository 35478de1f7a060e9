"""The built-in model as it was committed, in a folder of its own: `STARTER`.

The checkout's folder may hold more, such as what `weights tune` left there, which changes what
`auto` tries first; no test may depend on that.
"""

import atexit
import shutil
import tempfile
from pathlib import Path

from algorithm.models.manifest import read_manifest

__all__ = ["STARTER"]

_IN_CHECKOUT = Path(__file__).parents[1] / "baseline_weights" / "starter"


def _pristine_copy() -> Path:
    scratch = Path(tempfile.mkdtemp(prefix="starter-model-"))
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    folder = scratch / "starter"
    folder.mkdir()
    files = read_manifest(_IN_CHECKOUT).files
    for name in ("model.json", "MODEL_CARD.md", *(file.name for file in files)):
        shutil.copyfile(_IN_CHECKOUT / name, folder / name)
    return folder


STARTER = _pristine_copy()
