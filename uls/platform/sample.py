"""The sample that every installation carries: stacks, references, and what must come of them.

Both self-tests (`algorithm.cli.self_test`, `evaluation.scoring.self_test`) compare with
`expected/`: the masks of the released model in float32, and the scores of these masks.
`python -m training sample --expected` writes it anew after the built-in model was replaced.
"""

import hashlib
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from uls.geometry.cropped import CroppedMask
from uls.images.mask_reading import read_masks
from uls.images.stack import read_header
from uls.workshop.errors import InputError, on_one_line
from uls.workshop.files import sha256

__all__ = ["EXPECTED_FILE", "EXPECTED_MASKS", "NAME", "Expected", "find_sample", "given_files"]
__all__ += ["PREDICTIONS_FILE", "mask_sha256", "masks_in", "read_expected"]

NAME = "sample"
PREDICTIONS_FILE = "predictions.json"
EXPECTED_FILE = Path("expected") / "expected.json"
EXPECTED_MASKS = Path("expected") / f"{NAME}.mha"

_IN_CHECKOUT = Path(__file__).parents[2] / "test" / "sample"
_IN_WHEEL = Path(__file__).parents[1] / "built_in" / "sample"
_HINT = "Install it again from what was released."


class Expected(BaseModel):
    """What must come of the sample.

    Attributes:
        model_sha256: of the model's `model.json`, which holds the hashes of all its files.
        files: SHA-256 of each file of the sample by its place in it.
        masks: SHA-256 of each VOI's mask: of its 128 · 256 · 256 bytes 0 or 1 in (z, y, x).
        scores: the aggregates of metrics.json that these masks get.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    model_sha256: str
    files: dict[str, str]
    masks: tuple[str, ...]
    scores: dict[str, float]


def find_sample() -> Path:
    """Find the sample's folder: in a wheel within the package, else in the checkout or image.

    Raises:
        InputError: there is none.
    """
    folder = _IN_WHEEL if _IN_WHEEL.exists() else _IN_CHECKOUT
    if not (folder / EXPECTED_FILE).is_file():
        raise InputError.about(
            folder / EXPECTED_FILE, expected="the sample's file", found="none", hint=_HINT
        )
    return folder


def read_expected(sample: Path) -> Expected:
    """Read what must come of the sample, and make sure that the sample itself is whole.

    Raises:
        InputError: a file is missing, or is not what was released.
    """
    try:
        expected = Expected.model_validate_json((sample / EXPECTED_FILE).read_bytes())
    except ValidationError as error:
        raise InputError.about(
            sample / EXPECTED_FILE,
            expected="what was released",
            found=on_one_line(str(error)),
            hint=_HINT,
        ) from error
    for name, digest in expected.files.items():
        found = sha256(sample / name) if (sample / name).is_file() else "no file"
        if found != digest:
            raise InputError.about(
                sample / name, expected=f"SHA-256 {digest}", found=found, hint=_HINT
            )
    return expected


def given_files(sample: Path) -> list[str]:
    """List the files of a sample that both self-tests read, by their places in it."""
    parts = [sample / part for part in ("input", "ground-truth", EXPECTED_MASKS.parent)]
    files = [path for part in parts for path in sorted(part.rglob("*")) if path.is_file()]
    places = [path.relative_to(sample) for path in (sample / PREDICTIONS_FILE, *files)]
    return [place.as_posix() for place in places if place != EXPECTED_FILE]


def masks_in(stack: Path) -> list[CroppedMask]:
    """Return the mask of each VOI of a stack of masks.

    Raises:
        InputError: the stack is damaged.
    """
    return [voi.mask for voi in read_masks(read_header(stack))]


def mask_sha256(mask: CroppedMask) -> str:
    """Return the SHA-256 of a mask's bytes, 0 or 1, as `Expected.masks` has it."""
    whole = np.zeros(mask.shape_zyx, dtype=np.uint8)
    box = zip(mask.corner_zyx, mask.voxels.shape, strict=True)
    whole[tuple(slice(start, start + length) for start, length in box)] = mask.voxels
    return hashlib.sha256(whole.tobytes()).hexdigest()
