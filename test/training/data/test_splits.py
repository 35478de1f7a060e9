"""Splits by patient: nobody is ever on both sides."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.data.folds import folds_by_patient
from training.data.splits import CaseKey, challenge_patients, check_no_leak, split_patients
from uls.workshop.errors import CallError, InputError

NAMES = st.sets(st.text("0123456789ab", min_size=1, max_size=5), min_size=2, max_size=40)


def keys(dataset: str, numbers: range, *, scans: int = 1, numbered: bool = True) -> list[CaseKey]:
    return [CaseKey(dataset, f"{n:03d}", n if numbered else None) for n in numbers] * scans


def held_out(cases: list[CaseKey], **options: object) -> set[str]:
    split = split_patients(cases, **options)  # type: ignore[arg-type]
    return {key.patient for key in cases if split.part(key) == "held-out"}


def test_the_challenges_patients_are_held_out_of_their_data_set() -> None:
    assert held_out(keys("LiTS", range(20))) == {"002", "004", "016", "019"}
    assert held_out(keys("KiTS21", range(72))) == {"003", "036", "071"}


def test_patients_held_out_of_deeplesion3d_are_held_out_of_deeplesion() -> None:
    assert held_out(keys("DeepLesion", range(100, 104))) == {"102", "103"}
    assert challenge_patients()["DeepLesion"] == challenge_patients()["DeepLesion3D"]


def test_the_list_does_not_apply_where_names_do_not_tell_its_numbers() -> None:
    cases = keys("LIDC-IDRI", range(1, 41), numbered=False)
    assert len(held_out(cases)) == 4  # 10 % of 40, not 2, 3, 30, 38 and 40
    assert held_out(cases) != {"002", "003", "030", "038", "040"}
    with pytest.raises(CallError, match="does not describe"):
        split_patients(cases, rule="challenge")


def test_the_lists_of_the_package_have_as_many_patients_as_published() -> None:
    counts = {name: len(patients) for name, patients in challenge_patients().items()}
    assert counts == {
        **{"MDSC-Lung": 6, "MDSC-Pancreas": 27, "MDSC-Colon": 12, "NIH-LN-MED": 8},
        **{"NIH-LN-ABD": 8, "LIDC-IDRI": 72, "LNDb": 19, "LiTS": 9, "KiTS21": 30},
        **{"Radboudumc-Pancreas": 11, "Radboudumc-Bone": 14, "DeepLesion3D": 49, "DeepLesion": 49},
    }
    file = Path(__file__).parents[3] / "training" / "data" / "held_out_patients.json"
    lesions = sum(entry["lesions"] for entry in json.loads(file.read_text()).values())
    assert lesions == 10 + 27 + 12 + 38 + 40 + 207 + 53 + 54 + 33 + 11 + 88 + 78


def test_the_two_lists_of_lymph_nodes_are_not_exchanged() -> None:
    """The public split file has MED_LYMPH 35, 46, 74, 76 … (40 lesions) and ABD_LYMPH 30 … (38).

    The paper's table A.5 has the two rows exchanged.
    """
    patients = challenge_patients()
    assert patients["NIH-LN-MED"] == {7, 19, 28, 35, 46, 54, 74, 76}
    assert patients["NIH-LN-ABD"] == {1, 30, 31, 33, 48, 65, 77, 86}
    file = Path(__file__).parents[3] / "training" / "data" / "held_out_patients.json"
    lists = json.loads(file.read_text())
    lesions = {name: lists[name]["lesions"] for name in ("NIH-LN-MED", "NIH-LN-ABD")}
    assert lesions == {"NIH-LN-MED": 40, "NIH-LN-ABD": 38}
    assert held_out(keys("NIH-LN-MED", range(30, 50))) == {"035", "046"}
    assert held_out(keys("NIH-LN-ABD", range(30, 50))) == {"030", "031", "033", "048"}


def test_a_data_sets_own_parts_are_kept() -> None:
    def case(patient: str, part: str | None) -> CaseKey:
        return CaseKey("HCUCH", patient, released_part=part)  # type: ignore[arg-type]

    cases = [case("1", "train"), case("2", "held-out"), case("2", "held-out"), case("3", "train")]
    assert held_out(cases) == {"2"}
    assert split_patients(cases).rules == {"HCUCH": "as released: 1 of 3 patients"}
    assert held_out(cases, rule="none") == set()
    assert len(held_out(cases, rule="0.5")) == 2
    with pytest.raises(InputError, match=r"patient 2 in both.*--held-out 0\.1"):
        split_patients([*cases, case("2", "train")])
    lonely = [*cases, case("4", None)]  # not all of it is released in parts
    assert split_patients(lonely).rules["HCUCH"].startswith("0.1 of the patients")


@given(names=NAMES, share=st.floats(0.05, 0.9), seed=st.integers(0, 99))
def test_a_seeded_split_is_by_patient_and_in_any_order_the_same(
    names: set[str], share: float, seed: int
) -> None:
    cases = [CaseKey("mine", name) for name in sorted(names)] * 2
    rule = str(share)
    out = held_out(cases, rule=rule, seed=seed)
    assert 1 <= len(out) < len(names)
    assert abs(len(out) - share * len(names)) <= 1
    assert held_out(cases[::-1], rule=rule, seed=seed) == out


def test_another_seed_holds_out_others() -> None:
    cases = keys("mine", range(50))
    assert len({frozenset(held_out(cases, rule="0.2", seed=seed)) for seed in range(5)}) == 5


def test_nobody_is_held_out_if_asked_for() -> None:
    assert held_out(keys("LiTS", range(20)), rule="none") == set()
    assert held_out(keys("LiTS", range(20)), rule="0") == set()
    assert held_out(keys("mine", range(1))) == set()  # the only patient is needed for training


@pytest.mark.parametrize("rule", ["1", "-0.1", "nan", "ten"])
def test_an_unknown_rule_is_refused(rule: str) -> None:
    with pytest.raises(CallError, match="--held-out: expected auto, challenge, none or a share"):
        split_patients(keys("mine", range(9)), rule=rule)


@given(
    patients=st.dictionaries(st.text("abcdef", min_size=1, max_size=6), st.sampled_from("PQRSTUV")),
    folds=st.integers(2, 5),
)
def test_folds_never_share_a_patient_and_validate_every_case_once(
    patients: dict[str, str], folds: int
) -> None:
    if len(set(patients.values())) < folds:
        with pytest.raises(InputError, match="the number of patients"):
            folds_by_patient(patients, folds=folds)
        return
    parts = folds_by_patient(patients, folds=folds)
    for part in parts:
        seen = {patients[case] for case in part["train"]}
        assert seen.isdisjoint(patients[case] for case in part["val"])
        assert sorted(part["train"] + part["val"]) == sorted(patients)
        assert part["val"]
    assert sorted(case for part in parts for case in part["val"]) == sorted(patients)


def test_a_leak_is_found_even_under_another_data_sets_name() -> None:
    ours, theirs = [CaseKey("DeepLesion", "12")], [CaseKey("DeepLesion3D", "12")]
    check_no_leak(ours, [CaseKey("LiTS", "12")])
    with pytest.raises(InputError, match="patient 12 of DeepLesion3D in both"):
        check_no_leak(ours, theirs)
