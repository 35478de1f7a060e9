"""The report that `score --report` writes beside metrics.json."""

import logging
from collections.abc import Sequence
from pathlib import Path

from evaluation.report.panels import ImageFiles, find_stacks
from evaluation.report.report import REPORT_FILE, write_report
from evaluation.report.sources import sources_of
from evaluation.results.metrics import Metrics
from evaluation.results.metrics_file import METRICS_FILE
from evaluation.scoring.ground_truth import find_ground_truth, read_ground_truth
from evaluation.scoring.options import Options
from evaluation.scoring.submission import pair_up

__all__ = ["report_beside"]

_log = logging.getLogger(__name__)


def report_beside(metrics: Metrics, options: Options, images: Sequence[Path]) -> Path:
    """Write report.html beside the metrics.json that was just written.

    Args:
        metrics: the scores.
        options: the evaluation that gave them.
        images: CT stacks or folders of them, to show the worst lesions; may be empty.

    Raises:
        InputError: a CT stack is damaged or is not of the lesions' stack.
        CallError: a CT stack is not there.
        OutputError: the report cannot be written.
    """
    folder = options.output_folder
    try:
        path = write_report(
            metrics,
            folder / REPORT_FILE,
            images=_image_files(options, images) if images else None,
            sources=sources_of(folder / METRICS_FILE),
        )
    except Exception:
        _log.error("The report failed; the scores in %s are complete", folder / METRICS_FILE)
        raise
    _log.info("Wrote %s", path)
    return path


def _image_files(options: Options, images: Sequence[Path]) -> ImageFiles:
    """Put the CT beside the masks that were scored."""
    references = read_ground_truth(find_ground_truth(options.ground_truth))
    pairs = [(pair.reference, pair.prediction) for pair in pair_up(references, options)]
    return ImageFiles(
        images=find_stacks(images, "--images"),
        predictions={ref.name: prediction.path for ref, prediction in pairs if prediction},
        references={ref.name: ref.header.path for ref, _ in pairs},
    )
