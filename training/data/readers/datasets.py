"""What is known of the public data sets: lesion type, label values, how lesions are told apart."""

import re
from dataclasses import dataclass

from training.data.cases.case import InstanceRule, LesionClass

__all__ = ["DATASETS", "Dataset", "named", "recognise", "told"]


@dataclass(frozen=True)
class Dataset:
    """One data set of the challenge.

    Attributes:
        name: as the challenge's list of held-out patients has it.
        lesions: type, values in the published masks, and the axis of the size limit.
        rule: how lesions are told apart.
        pattern: regular expression of the words that a folder's or file's name knows it by.
        cases: regular expression of its cases' names, whose last number the challenge's list means.
        released: regular expression of the folder that the data set itself comes in; empty where
            its layout has a reader of its own.
    """

    name: str
    lesions: LesionClass
    rule: InstanceRule
    pattern: str
    cases: str = ""
    released: str = ""

    def is_case(self, name: str) -> bool:
        """Return whether a case is named as this data set's are."""
        return bool(self.cases and re.fullmatch(self.cases, name, re.IGNORECASE))


_COMPONENTS = InstanceRule("components")
_NUMBERED = InstanceRule("labels")


def _node(name: str, pattern: str, cases: str) -> Dataset:
    """Lymph nodes come numbered, and are limited by their short axis."""
    return Dataset(name, LesionClass("lymph node", None, "short"), _NUMBERED, pattern, cases=cases)


def _tumour(
    name: str, lesion_type: str, value: int, pattern: str, *, cases: str = "", released: str = ""
) -> Dataset:
    lesions = LesionClass(lesion_type, (value,))
    return Dataset(name, lesions, _COMPONENTS, pattern, cases, released)


DATASETS = (
    _node("NIH-LN-ABD", r"nih.?ln.?abd(omen)?|abd.?lymph", r"ABD_LYMPH_\d+"),
    _node("NIH-LN-MED", r"nih.?ln.?med(iastinum)?|med.?lymph", r"MED_LYMPH_\d+"),
    _tumour(
        *("KiTS21", "kidney", 2),
        r"kits.?(19|21|23)|(?-i:KiTS|KITS)",
        cases=r"(kidney21_)?case_\d{5}",
    ),
    _tumour(
        *("LiTS", "liver", 2),
        r"lits(17|2017)?|task0*3.?liver",
        cases=r"(liver|lits|volume)[-_]\d+",
        released=r"Task0*3_Liver",
    ),
    _tumour("LIDC-IDRI", "lung", 1, r"lidc(.?idri)?", cases=r"lidcidri_\d+"),
    _tumour("LNDb", "lung", 1, r"lndb", cases=r"lndb[-_]?\d+"),
    _tumour("Radboudumc-Pancreas", "pancreas", 1, r"radboud(umc)?.?pancreas|pancreasct"),
    _tumour("Radboudumc-Bone", "bone", 1, r"radboud(umc)?.?bone|bonect", cases=r"bone_\d+"),
    _tumour(
        *("MDSC-Lung", "lung", 1),
        r"task0*6.?lung|mds?[cd].?lung",
        cases=r"lung_\d{3}",
        released=r"Task0*6_Lung",
    ),
    _tumour(
        *("MDSC-Pancreas", "pancreas", 2),
        r"task0*7.?pancreas|mds?[cd].?pancreas",
        cases=r"pancreas_\d{3}",
        released=r"Task0*7_Pancreas",
    ),
    _tumour(
        *("MDSC-Colon", "colon", 1),
        r"task10.?colon|mds?[cd].?colon",
        cases=r"colon_\d{3}",
        released=r"Task10_Colon",
    ),
    Dataset("DeepLesion3D", LesionClass("various", (1,)), InstanceRule("largest"), r"deeplesion3d"),
    _tumour("DeepLesion", "various", 1, r"deeplesion"),
    _tumour("CCC18", "various", 1, r"ccc.?18|crowds.?cure(.?cancer)?"),
)
"""In the order in which names are tried: DeepLesion3D before DeepLesion."""


def recognise(name: str) -> Dataset | None:
    """Return the data set that a folder's or file's name speaks of, such as `Task06_Lung`.

    Whole words count: neither `splits` nor `Deliverance` names a data set, nor does an organ alone.
    """
    return next((d for d in DATASETS if _speaks_of(d.pattern, name)), None)


def _speaks_of(pattern: str, name: str) -> bool:
    whole = rf"(?<![^\W_])(?:{pattern})(?![^\W_])"
    return re.search(whole, name, re.IGNORECASE) is not None


def named(name: str) -> Dataset:
    """Return the data set of exactly this name."""
    return next(dataset for dataset in DATASETS if dataset.name == name)


def told(name: str | None) -> Dataset | None:
    """Return the data set that a caller names, in whatever case; None for any other name."""
    return next((d for d in DATASETS if name and d.name.lower() == name.strip().lower()), None)
