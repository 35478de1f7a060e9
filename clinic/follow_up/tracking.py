"""Lesions followed by their alias: each patient's studies in time, and RECIST's verdict on each."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from itertools import groupby

from clinic.follow_up.findings import Comparison, Lesion, Patient, ResponseChange, Visit
from clinic.follow_up.recist import Response, SizeAt, Verdict, verdicts

__all__ = ["follow", "response_changes", "tracking_warnings"]

_BASELINE = "baseline"


def follow(comparisons: Sequence[Comparison], lesions: Sequence[Lesion]) -> tuple[Patient, ...]:
    """Follow every patient's target lesions through the studies, in the order of their dates.

    Reported and measured diameters are judged apart, each with its own sums. A lesion that was
    reported gone (0 mm, or no value in the mask and no diameter) is 0 mm by either.
    """
    volumes: dict[tuple[str, int], float] = {}
    for lesion in lesions:
        key = (lesion.series, lesion.value)
        volumes[key] = volumes.get(key, 0.0) + lesion.volume_ml
    ordered = sorted(comparisons, key=lambda c: (int(c.patient), c.study_date, c.alias))
    return tuple(
        Patient(patient=patient, visits=_visits(list(rows), volumes))
        for patient, rows in groupby(ordered, key=lambda c: c.patient)
    )


def _visits(rows: Sequence[Comparison], volumes: dict[tuple[str, int], float]) -> tuple[Visit, ...]:
    studies = {day: list(of_day) for day, of_day in groupby(rows, key=lambda c: c.study_date)}
    nodes = {row.alias: row.type.is_node for row in rows if row.type}
    reported = [_reported(study) for study in studies.values()]
    measured = [_measured(study) for study in studies.values()]
    judged = zip(studies.items(), _judge(reported, nodes), _judge(measured, nodes), strict=True)
    return tuple(
        _visit(day, study, by_report, by_mask, volumes)
        for (day, study), by_report, by_mask in judged
    )


def _reported(study: Sequence[Comparison]) -> dict[str, float]:
    return {row.alias: row.reported_mm for row in study if row.reported_mm is not None}


def _measured(study: Sequence[Comparison]) -> dict[str, float]:
    """Give the masks' diameters; what was reported as 0 mm and has no mask is 0 mm."""
    gone = {row.alias: 0.0 for row in study if row.value is None and row.reported_mm == 0}
    return gone | {row.alias: row.measured_mm for row in study if row.measured_mm is not None}


def _judge(studies: Sequence[dict[str, float]], nodes: dict[str, bool]) -> list[Verdict]:
    return verdicts(
        [
            {alias: SizeAt(mm, is_node=nodes.get(alias, False)) for alias, mm in study.items()}
            for study in studies
        ]
    )


def _visit(
    day: date,
    study: Sequence[Comparison],
    by_report: Verdict,
    by_mask: Verdict,
    volumes: dict[tuple[str, int], float],
) -> Visit:
    return Visit(
        study_date=day,
        study_order=study[0].study_order,
        reported_sum_mm=by_report.sum_mm,
        measured_sum_mm=by_mask.sum_mm,
        reported_response=by_report.response,
        measured_response=by_mask.response,
        reported_mm=_reported(study),
        measured_mm=_measured(study),
        volume_ml={
            row.alias: volumes[row.series, row.value]
            for row in study
            if row.value is not None and (row.series, row.value) in volumes
        },
        new=by_report.new,
        missing=by_report.missing,
    )


def response_changes(patients: Sequence[Patient]) -> tuple[ResponseChange, ...]:
    """Count, over all follow-up studies, each pair of reported and measured response."""
    pairs = Counter(
        (visit.reported_response, visit.measured_response)
        for patient in patients
        for visit in patient.visits
        if visit.reported_response is not Response.BASELINE
    )
    return tuple(
        ResponseChange(reported=reported, measured=measured, count=count)
        for (reported, measured), count in sorted(pairs.items())
    )


def tracking_warnings(patients: Sequence[Patient]) -> list[str]:
    """Mention patients whose first study by date is not the one called baseline."""
    return [
        f"Patient {patient.patient}: the study called baseline is not the first by date "
        f"({patient.visits[0].study_date} is {patient.visits[0].study_order})"
        for patient in patients
        if patient.visits[0].study_order not in ("", _BASELINE)
        and any(visit.study_order == _BASELINE for visit in patient.visits)
    ]
