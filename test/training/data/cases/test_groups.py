import pytest

from training.data.cases.groups import training_group
from training.data.readers.datasets import DATASETS


@pytest.mark.parametrize(
    ("lesion_type", "group"),
    [
        *(("kidney", "FSUP"), ("lymph node", "FSUP"), ("adenopathy, mediastinum", "FSUP")),
        *(("metastasis, liver", "FSUP"), ("Lung_nodule", "FSUP"), ("LN", "FSUP")),
        *(("various", "PSUP"), ("soft tissue", "PSUP"), ("mediastinum", "PSUP")),
        *(("lesion", ""), ("sarcoma", ""), ("", "")),
    ],
)
def test_the_group_of_a_type(lesion_type: str, group: str) -> None:
    assert training_group(lesion_type) == group


def test_every_public_data_set_is_in_a_group() -> None:
    """The challenge trains on 3D masks of seven types; only `various` has measurements alone."""
    groups = {d.lesions.lesion_type: training_group(d.lesions.lesion_type) for d in DATASETS}
    assert groups.pop("various") == "PSUP"
    assert len(groups) == 7
    assert set(groups.values()) == {"FSUP"}
