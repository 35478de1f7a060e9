"""HCUCH: regions with train/ and test/, each with images/, masks/ and labels/ (JSON).

Zenodo record 17788162. A label's text is "type,location"; the type is t (primary tumour),
m (metastasis) or n (adenopathy).
"""

from dataclasses import dataclass
from pathlib import Path

from training.data.cases.case import Case, Found, InstanceRule, LesionClass
from training.data.readers.base import Source, by_stem, found_pairs, image_files, image_stem
from training.data.splits import Part
from uls.workshop.errors import InputError
from uls.workshop.strict_json import parse_json

__all__ = ["HCUCH_RULE", "HcuchReader", "lesion_classes"]

HCUCH_RULE = InstanceRule("components", connectivity=26, min_voxels=50)
"""Per label category 26-connected components; those under 50 voxels are removed."""

_PARTS: dict[str, Part] = {"train": "train", "test": "held-out"}

_TYPES = {"t": "primary tumour", "m": "metastasis", "n": "adenopathy"}


@dataclass(frozen=True)
class HcuchReader:
    """Reads the two regions; its own train and test folders are the split."""

    name: str = "hcuch"
    layout: str = (
        "<region>/{train,test}/{images,masks}/<patient>_<UID>.nii.gz "
        "and labels/<patient>_<UID>.json, in any sub-folders"
    )

    def find(self, source: Source) -> Found:
        """Find the series; each one's labels say which mask values are what."""
        files = image_files(source.root, deep=True)
        images = by_stem(path for path in files if path.parent.name == "images")
        masks = by_stem(path for path in files if path.parent.name == "masks")
        return found_pairs(images, masks, lambda *found: _case(source, *found), self, source.root)


def _case(source: Source, name: str, image: Path, mask: Path) -> Case:
    labels = mask.parent.parent / "labels" / f"{image_stem(mask)}.json"
    classes = lesion_classes(labels)
    return Case(
        name=name,
        dataset=source.dataset or "HCUCH",
        patient=name.partition("_")[0],
        image=image,
        mask=mask,
        classes=classes,
        declared=tuple(sorted({0, *(value for one in classes for value in one.values or ())})),
        rule=HCUCH_RULE,
        released_part=_PARTS.get(image.parent.parent.name.lower()),
        attributes=_place(image),
    )


def _place(image: Path) -> dict[str, str]:
    """Give region and subset: the two folders above images/."""
    subset, region = image.parent.parent.name, image.parent.parent.parent.name
    return {"region": region, "subset": subset}


def lesion_classes(path: Path) -> tuple[LesionClass, ...]:
    """Read a series' labels: per category its values; adenopathies are limited by short axis.

    Raises:
        InputError: the file is missing, or does not say type and location of each value.
    """
    if not path.is_file():
        raise InputError.about(path, expected="the labels of a mask", found="no file")
    try:
        document = parse_json(path.read_bytes())
        values: dict[str, list[int]] = {}
        for value, label in document.items():
            values.setdefault(_category(str(label)), []).append(int(value))
    except (AttributeError, KeyError, ValueError, OSError) as error:
        raise InputError.about(
            path,
            expected='a label such as "m,liver" for every mask value',
            found=str(error),
        ) from error
    return tuple(
        LesionClass(category, tuple(sorted(of)), "short" if "adenopathy" in category else "long")
        for category, of in sorted(values.items())
    )


def _category(label: str) -> str:
    kind, _, location = label.partition(",")
    text = f"{_TYPES[kind.strip().lower()]}, {location.strip()}"
    return text.rstrip(", ")
