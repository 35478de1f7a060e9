"""`python -m evaluation bench`: how fast scoring is, and that it is exact."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from uls.workshop.atomic import write_file
from uls.workshop.errors import InputError
from uls.workshop.options import Option, Settings, with_settings

if TYPE_CHECKING:
    from benchmarks.evaluation.benchmark import Bench, SideBySide, Timing
    from evaluation.scoring.options import Options

__all__ = ["bench"]

_GOLDEN = Path("test/golden/set-1")
_EQUAL = 1e-9
_VOIS, _GROUPS = 100, 20


class BenchSettings(Settings):
    """What `bench` takes."""

    set_folder: Annotated[
        Path | None,
        Option(
            "--set",
            help="Folder with input/ (predictions.json …) and ground-truth/. "
            f"Default: {_GOLDEN} if it is there, else a synthetic set.",
        ),
    ] = None
    runs: Annotated[
        int, Option("--runs", min=1, help="How often ours runs; medians are printed.")
    ] = 7
    literal_runs: Annotated[
        int,
        Option("--literal-runs", min=1, help="How often the literal side runs: 25 s each."),
    ] = 1
    vois: Annotated[
        int, Option("--vois", min=0, help="VOIs of the long stack; 0 leaves it out.")
    ] = _VOIS
    quick: Annotated[
        bool, Option("--quick", help="Two small synthetic lesions, no long stack: a trial.")
    ] = False
    json_file: Annotated[Path | None, Option("--json", help="Write the figures here too.")] = None


@with_settings
def bench(settings: BenchSettings) -> None:
    """Time our scoring beside literal implementations of the definitions, on the same files.

    Both must give equal scores, else it ends with an error. Needs the extra `report` (scipy).
    """
    from benchmarks.evaluation.benchmark import Bench, bench_side_by_side, bench_stack  # noqa: PLC0415
    from benchmarks.evaluation.literal import check_scipy  # noqa: PLC0415

    check_scipy()
    stack, vois, quick = None, settings.vois, settings.quick
    if vois and not quick:
        runs = min(settings.runs, 3)
        stack = bench_stack(vois=vois, groups=vois * _GROUPS // _VOIS, runs=runs)
    with tempfile.TemporaryDirectory() as scratch:
        options, name = _options(settings.set_folder, Path(scratch), quick=quick)
        side_by_side = bench_side_by_side(
            options,
            name,
            runs=1 if quick else settings.runs,
            literal_runs=settings.literal_runs,
        )
    result = Bench(side_by_side=side_by_side, stack=stack)
    typer.echo(_text(result))
    if settings.json_file is not None:
        write_file(settings.json_file, result.model_dump_json(indent=1) + "\n")
    _check_equal(side_by_side)


def _options(set_folder: Path | None, scratch: Path, *, quick: bool) -> "tuple[Options, str]":
    from benchmarks.evaluation.synthetic import RADII, write_submission  # noqa: PLC0415
    from evaluation.scoring.options import Options  # noqa: PLC0415

    folder = set_folder or (_GOLDEN if _GOLDEN.is_dir() and not quick else None)
    if folder is not None:
        options = Options(input_folder=folder / "input", ground_truth=folder / "ground-truth")
        return options, str(folder)
    vois = 2 if quick else 12
    radii, clicks = ((3.0, 6.0), 2) if quick else (RADII, 3)
    truth, masks = write_submission(
        scratch, vois=vois, groups=vois // clicks, radii=radii, clicks=clicks
    )
    return Options(ground_truth=truth, masks_folder=masks), f"synthetic, {vois} VOIs"


def _text(result: "Bench") -> str:
    both = result.side_by_side
    lines = [
        f"Set: {both.set}; lesions: {both.lesions}, with several clicks: {both.clicked_lesions}",
        "Whole processes: start, imports, reading, scoring, writing",
        _line("literal definitions", both.literal_whole_process),
        _line("ours", both.ours_whole_process),
        f"  {both.whole_process_ratio:.0f} times as fast "
        f"({both.whole_process_cpu_ratio:.0f} times by CPU seconds)",
        "Without start and imports",
        _line("literal definitions", both.literal),
        _line("ours", both.ours),
        f"  {both.ratio:.0f} times as fast ({both.cpu_ratio:.0f} times by CPU seconds)",
        f"Largest difference of any two scores: {both.largest_difference:.1g}",
    ]
    if result.stack is not None:
        stack = result.stack
        lines += [
            f"Synthetic stack: {stack.vois} VOIs, all lesions; {stack.groups} with three clicks",
            _line("ours, whole processes", stack.whole_process),
            f"peak memory: {stack.peak_megabytes:.0f} MB",
        ]
    return "\n".join(lines)


def _line(what: str, timing: "Timing") -> str:
    spread = f"{min(timing.runs):.2f} to {max(timing.runs):.2f}"
    return (
        f"  {what:<22}{timing.median:8.2f} s  (median of {len(timing.runs)}: {spread}; "
        f"CPU {timing.cpu_median:.2f} s)"
    )


def _check_equal(both: "SideBySide") -> None:
    if not both.largest_difference <= _EQUAL:
        raise InputError.about(
            both.set,
            expected="equal scores from both sides",
            found=f"a difference of {both.largest_difference:g}",
            hint="One of the two is wrong: please report it, with the set if you can.",
        )
