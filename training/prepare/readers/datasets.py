"""What is known of the public data sets: lesion type, label values, how lesions are told apart."""

import re
from dataclasses import dataclass

from training.prepare.case import InstanceRule, LesionClass

__all__ = ["DATASETS", "Dataset", "named", "recognise"]


@dataclass(frozen=True)
class Dataset:
    """One data set of the challenge.

    Attributes:
        name: as the challenge's list of held-out patients has it.
        lesions: type, values in the published masks, and the axis of the size limit.
        rule: how lesions are told apart.
        pattern: regular expression that knows it by a folder's or file's name.
    """

    name: str
    lesions: LesionClass
    rule: InstanceRule
    pattern: str


_COMPONENTS = InstanceRule("components")
_NUMBERED = InstanceRule("labels")


def _node(name: str, pattern: str) -> Dataset:
    """Lymph nodes come numbered, and are limited by their short axis."""
    return Dataset(name, LesionClass("lymph node", None, "short"), _NUMBERED, pattern)


def _tumour(name: str, lesion_type: str, value: int, pattern: str) -> Dataset:
    return Dataset(name, LesionClass(lesion_type, (value,)), _COMPONENTS, pattern)


DATASETS = (
    _node("NIH-LN-ABD", r"nih.?ln.?abd|abd.?lymph"),
    _node("NIH-LN-MED", r"nih.?ln.?med|med.?lymph"),
    _tumour("KiTS21", "kidney", 2, r"kits"),
    _tumour("LiTS", "liver", 2, r"lits(?!\w*kits)|task0?3.?liver|^liver$"),
    _tumour("LIDC-IDRI", "lung", 1, r"lidc"),
    _tumour("LNDb", "lung", 1, r"lndb"),
    _tumour("Radboudumc-Pancreas", "pancreas", 1, r"radboud\w*.?pancreas|pancreasct"),
    _tumour("Radboudumc-Bone", "bone", 1, r"radboud\w*.?bone|bonect"),
    _tumour("MDSC-Lung", "lung", 1, r"task0?6|^lung$"),
    _tumour("MDSC-Pancreas", "pancreas", 2, r"task0?7|^pancreas$"),
    _tumour("MDSC-Colon", "colon", 1, r"task10|^colon$"),
    Dataset("DeepLesion3D", LesionClass("various", (1,)), InstanceRule("largest"), r"deeplesion3d"),
    _tumour("DeepLesion", "various", 1, r"deeplesion"),
    _tumour("CCC18", "various", 1, r"ccc.?18|crowds.?cure"),
)
"""In the order in which names are tried: DeepLesion3D before DeepLesion."""


def recognise(name: str) -> Dataset | None:
    """Find the data set that a folder's or file's name speaks of, such as `Task06_Lung`."""
    return next((d for d in DATASETS if re.search(d.pattern, name, re.IGNORECASE)), None)


def named(name: str) -> Dataset:
    """Give the data set of exactly this name."""
    return next(dataset for dataset in DATASETS if dataset.name == name)
