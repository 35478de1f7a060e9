"""Lesions found and missed, what was marked beside them, surface distances, and run times."""

from evaluation.results.metrics import Metrics
from evaluation.results.quantities import Share
from evaluation.results.sections import Detection, RunTime, SurfaceSummary
from uls.report.page import UNKNOWN, Section, Table
from uls.report.text import counted, counted_of, dice_std, interval, number, percent

__all__ = ["detection_section", "run_time_section", "surface_section"]

MOST_JOBS = 100


def detection_section(metrics: Metrics) -> Section | None:
    """Show shares of lesions found and missed; None where the metrics do not hold them."""
    if metrics.analysis is None:
        return None
    detection = metrics.analysis.detection
    table = Table(
        headings=("", "lesions", "share", "95 % interval"),
        rows=[
            _row("detected (Dice above 0.1)", detection.detected),
            _row("no usable prediction, scored zero", detection.without_prediction),
            _row("empty prediction", detection.empty_prediction),
            _row("prediction misses the click", detection.misses_click),
            _row("a part that does not hold the click", detection.off_centre),
        ],
    )
    return Section(
        title="Detection", anchor="detection", tables=[table], after=_off_centre(detection)
    )


def _row(name: str, part: Share) -> tuple[str, ...]:
    bounds = interval(part, digits=1, times=100, unit=" %")
    return name, counted_of(part), percent(part.share), bounds


def _off_centre(detection: Detection) -> list[str]:
    if not detection.off_centre_components:
        return []
    return [
        f"In sum {counted(detection.off_centre_components, 'component')} of "
        f"{counted(detection.off_centre_voxels, 'voxel')} that do not hold the click. A container "
        "that keeps the clicked component only would lose them."
    ]


def surface_section(metrics: Metrics) -> Section | None:
    """Show surface Dice and Hausdorff distances; None where they were not asked for."""
    surface = metrics.analysis.surface if metrics.analysis else None
    if surface is None:
        return None
    return Section(title="Surfaces", anchor="surfaces", tables=[_surface_table(surface)])


def _surface_table(surface: SurfaceSummary) -> Table:
    distance = surface.hausdorff_95_mm
    std = f" ± {number(distance.std, 1)}" if distance.std is not None else ""
    infinite = (
        f" {counted(surface.infinite, 'lesion')} with one empty mask: infinitely far, in no mean."
        if surface.infinite
        else ""
    )
    return Table(
        caption=f"Mean ± standard deviation.{infinite}",
        headings=("", "value", "lesions"),
        rows=[
            (
                f"surface Dice at {number(surface.tolerance_mm, 1)} mm",
                dice_std(surface.dice),
                f"{surface.dice.count}",
            ),
            (
                "Hausdorff distance, 95th percentile, mm",
                f"{number(distance.mean, 1)}{std}",
                f"{distance.count}",
            ),
        ],
    )


def run_time_section(metrics: Metrics) -> Section | None:
    """Show how long the jobs ran; None where the platform does not say."""
    run_time = metrics.analysis.run_time if metrics.analysis else None
    if run_time is None or not run_time.known:
        return None
    mean, longest = number(run_time.mean_seconds, 0), number(run_time.max_seconds, 0)
    return Section(
        title="Run time",
        anchor="run-time",
        text=[
            f"As the platform says, of {run_time.known} of {counted(run_time.jobs, 'job')}: mean "
            f"{mean} s, longest {longest} s."
        ],
        tables=[_jobs(run_time)],
        folded=len(run_time.jobs) > 10,
    )


def _jobs(run_time: RunTime) -> Table:
    left_out = len(run_time.jobs) - MOST_JOBS
    return Table(
        caption=f"The first {MOST_JOBS} jobs; {left_out} more." if left_out > 0 else "",
        headings=("job", "stack", "seconds"),
        words=2,
        rows=[
            (job.job or UNKNOWN, job.stack, number(job.seconds, 1))
            for job in run_time.jobs[:MOST_JOBS]
        ],
    )
