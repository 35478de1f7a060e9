"""The analysis of a submission, from the scores of its lesions and clicks alone."""

from collections.abc import Sequence

from evaluation.analysis.agreement import agreement
from evaluation.analysis.detection import detection
from evaluation.analysis.groups import groupings
from evaluation.analysis.intervals import intervals
from evaluation.analysis.recist import recist_summary
from evaluation.analysis.run_time import run_time
from evaluation.analysis.surface_summary import surface_summary
from evaluation.results.metrics import Clicks, Lesion
from evaluation.results.sections import Analysis, JobTime

__all__ = ["analyse"]


def analyse(
    lesions: Sequence[Lesion], clicks: Sequence[Clicks], jobs: Sequence[JobTime]
) -> Analysis:
    """Work out everything under `analysis`; the lesions already have their RECIST views."""
    return Analysis(
        groups=groupings(lesions),
        agreement=agreement(lesions),
        intervals=intervals(lesions, clicks),
        recist=recist_summary(lesions),
        detection=detection(lesions),
        run_time=run_time(jobs),
        surface=surface_summary(lesions),
    )
