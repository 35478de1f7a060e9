"""No number that could be tuned hides in the samplers, and none in the recipe goes unread."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

import training.starter
from training.starter.settings.recipe import Samples

_STARTER = Path(training.starter.__file__).parent
_MODULES = sorted(
    path.relative_to(_STARTER).as_posix()
    for folder in ("samples", "lesions")
    for path in (_STARTER / folder).glob("*.py")
)

_EVEN_ODDS_AND_COUNTS = {0, 0.5, 1, 2, 3}
_NUMERICS: dict[str, dict[float, str]] = {
    "lesions/appearance.py": {
        0.4: "a look's field, which every core draws anew",
        1.5: "the finest noise that a lattice of voxels holds",
    },
    "lesions/body.py": {
        0.05: "of nothing no outline is drawn",
        2.355: "full width at half maximum of a Gaussian, in sigmas",
        4: "volume of a ball",
        6: "neighbours by faces",
    },
    "lesions/fields.py": {
        1e-7: "what counts as zero",
        0.2: "a blur below this changes nothing",
        0.55: "width of the kernel that noise is interpolated by",
        1.4826: "standard deviation over median absolute deviation, of a Gaussian",
        1024: "fields that are remembered",
        4000: "values that are enough for a median",
    },
    "lesions/reader_outlines.py": {
        0.05: "as near as this, outlines are of one nodule",
        0.7: "step towards it",
        0.75: "radius of a ball",
        0.8: "outlines that may be of one nodule",
        4: "readers of LIDC-IDRI",
    },
    "lesions/reader_shapes.py": {
        1.2: "margin of a box for a rough surface",
        1.27: "limit of an int8",
        100: "levels per radius",
    },
    "lesions/shape.py": {4: "margin of a box"},
    "lesions/shape_bank.py": {
        0.001: "no division by zero",
        0.35: "margin of the grid",
        0.75: "radius of a ball",
        5: "an axis to average over",
        24: "the grid",
        48: "twice as fine",
        127: "limit of an int8",
    },
    "lesions/shapes.py": {1.2: "margin of a box for a rough surface"},
    "lesions/slices.py": {
        0.25: "places tried for the first slice",
        1.3: "slices as thin as this need no averaging",
        1.5: "half a slice, and one to interpolate to",
    },
    "lesions/tissue.py": {
        0.7: "the finest blur of a lattice of voxels",
        0.8: "the same",
        1.6: "blurs wider than this are computed on every second voxel",
        2.5: "a border that is soft over a sixth of its average",
        6: "the same",
        2000: "below all HU",
        4000: "above all HU",
    },
    "samples/accompany.py": {0.75: "radius of a ball"},
    "samples/augment.py": {
        1e-6: "what counts as zero",
        0.3: "a slice less than that within the patch is left out",
        4: "neighbours in plane",
        3071: "the largest HU",
    },
    "samples/corrections.py": {6: "neighbours by faces"},
    "samples/places.py": {1000: "mm³ in a ml"},
    "samples/resample.py": {6: "variance of a triangle", 12: "variance of a box", 127: "int8"},
    "samples/samples.py": {6: "neighbours by faces", 20_000: "tries before giving up"},
    "samples/scans.py": {
        0.62: "radius of a ball, by its extent",
        1.24: "diameter of a ball, by its volume",
        1.4: "slices that are as thin as pixels",
        4: "a smaller part of a mask is a slip of the pen",
        26: "neighbours by corners",
        255: "limit of a byte",
        3071: "the largest HU",
    },
    "samples/scenes.py": {31: "bits of a seed"},
}


@pytest.mark.parametrize("module", _MODULES)
def test_every_number_is_in_the_recipe_or_has_a_reason(module: str) -> None:
    tree = ast.parse((_STARTER / module).read_text())
    numbers = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and type(node.value) in (int, float)
    }
    assert numbers - _EVEN_ODDS_AND_COUNTS == set(_NUMERICS.get(module, {}))


def _entries(table: type[BaseModel]) -> Iterator[str]:
    for name, field in table.model_fields.items():
        inner = [field.annotation, *get_args(field.annotation)]
        tables = [one for one in inner if isinstance(one, type) and issubclass(one, BaseModel)]
        yield name
        for one in tables:
            yield from _entries(one)


def test_every_entry_of_the_samples_is_read_somewhere() -> None:
    read = {
        node.attr
        for path in _STARTER.rglob("*.py")
        if path.parent.name != "settings"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
    }
    assert set(_entries(Samples)) - read == set()
