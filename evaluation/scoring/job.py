"""One evaluation, top to bottom: reference data, submission, scores, metrics.json."""

import logging
from collections.abc import Sequence
from contextlib import suppress

from evaluation.results.metrics import Metrics
from evaluation.results.metrics_file import METRICS_FILE, write_metrics
from evaluation.scoring.collect import collect
from evaluation.scoring.ground_truth import ReferenceStack, find_ground_truth, read_ground_truth
from evaluation.scoring.options import Missing, Options
from evaluation.scoring.stack_pair import StackPair, UnusablePredictionError
from evaluation.scoring.stack_scores import StackScores, score_stack
from evaluation.scoring.submission import pair_up
from evaluation.scoring.surface import surface_library
from uls.workshop.atomic import check_writable
from uls.workshop.errors import InputError, UserError
from uls.workshop.progress import log_beside_bars

__all__ = ["evaluate"]

_log = logging.getLogger(__name__)

_HINT = (
    "Nothing was scored. With --missing score-zero the lesions of such stacks get the worst score."
)


def evaluate(options: Options) -> Metrics:
    """Score a submission and write metrics.json.

    Raises:
        InputError: the reference data or the submission is wrong; or a stack has no usable
            prediction and `options.missing` is `ERROR`.
        OutputError: metrics.json cannot be written.
    """
    try:
        return _evaluate(options)
    except UserError:
        _mention_earlier_metrics(options)
        raise
    except OSError as error:
        _mention_earlier_metrics(options)
        raise InputError.about(
            f"{error.filename}",
            expected="a file or folder that can be read",
            found=error.strerror or str(error),
        ) from error


def _evaluate(options: Options) -> Metrics:
    if options.surface:
        surface_library()
    check_writable(options.output_folder)
    references = _read_references(options)
    pairs = pair_up(references, options)
    _report_problems(pairs, options.missing)
    with log_beside_bars():
        stacks = [_score(pair, options) for pair in pairs]
    metrics = collect(stacks)
    _log_outcome(metrics)
    path = write_metrics(metrics, options.output_folder)
    _log.info("Wrote %s", path)
    return metrics


def _read_references(options: Options) -> tuple[ReferenceStack, ...]:
    folder = find_ground_truth(options.ground_truth)
    references = read_ground_truth(folder)
    _log.info(
        "Reference data: %s; stacks: %d, lesions: %d, lesions with several clicks: %d",
        folder,
        len(references),
        sum(len(stack.lesions) for stack in references),
        sum(len(stack.clicks) for stack in references),
    )
    return references


def _report_problems(pairs: Sequence[StackPair], missing: Missing) -> None:
    """Stop at predictions that are known to be unusable, or log that they score worst."""
    problems = [pair.problem for pair in pairs if pair.problem]
    if problems and missing is Missing.ERROR:
        raise InputError.of_several(problems, hint=_HINT)
    for problem in problems:
        _log.warning("Scored zero: %s", problem)


def _score(pair: StackPair, options: Options) -> StackScores:
    try:
        return score_stack(pair, surface=options.surface)
    except UnusablePredictionError as error:
        if options.missing is Missing.ERROR:
            raise InputError.of_several([str(error)], hint=_HINT) from error
        _log.warning("Scored zero: %s", error)
        return score_stack(pair.without_prediction(str(error)), surface=options.surface)


def _log_outcome(metrics: Metrics) -> None:
    for warning in metrics.warnings:
        _log.warning("%s", warning)
    if not metrics.clicks:
        _log.warning(
            "No lesion was clicked more than once (multi_sample.json is empty): "
            "ConsistencyDice and ChallengeScore do not exist and are null"
        )


def _mention_earlier_metrics(options: Options) -> None:
    """Say that a metrics.json which lies there is not this run's, which failed."""
    path = options.output_folder / METRICS_FILE
    with suppress(OSError):
        if path.exists():
            _log.warning("%s is from an earlier run", path)
