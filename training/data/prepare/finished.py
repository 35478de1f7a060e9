"""Which cases an earlier run has finished: inputs unchanged since, outputs all there."""

import logging
from collections.abc import Iterable, Iterator
from pathlib import Path

from training.data.cases.case import Case
from training.data.cases.records import CaseRecord, InputFile, VoiRecord, read_record
from training.data.prepare.plan import Plan
from training.data.prepare.vois import input_paths
from training.data.splits import Part

__all__ = ["finished_record", "is_there", "unchanged"]

_log = logging.getLogger(__name__)


def finished_record(case: Case, part: Part, plan: Plan) -> CaseRecord | None:
    """Give the record of a case that is finished: its inputs unchanged, its outputs all there.

    What an outdated record says was written is removed.
    """
    path = plan.record_file(case.name)
    record = read_record(path)
    if record is None:
        return None
    same = record.part == part and record.case_sha256 == case.sha256
    if same and _inputs_unchanged(case, record) and _outputs_there(record, plan):
        return record
    _log.info("%s: its scan, mask, labels or VOIs changed since; made anew", case.name)
    path.unlink()
    for voi in _vois(record):
        for file in (voi.image, voi.label):
            (plan.output / file).unlink(missing_ok=True)
    return None


def _vois(record: CaseRecord) -> Iterator[VoiRecord]:
    return (voi for lesion in record.lesions for voi in lesion.vois)


def _inputs_unchanged(case: Case, record: CaseRecord) -> bool:
    if [str(path) for path in input_paths(case)] != [entry.path for entry in record.inputs]:
        return False
    return unchanged(record.inputs)


def unchanged(inputs: Iterable[InputFile]) -> bool:
    """Tell whether files have the sizes and times that were noted of them."""
    return all(_is(Path(entry.path), entry.bytes, entry.mtime_ns) for entry in inputs)


def _outputs_there(record: CaseRecord, plan: Plan) -> bool:
    return all(is_there(voi, plan.output) for voi in _vois(record))


def is_there(voi: VoiRecord, output: Path) -> bool:
    """Tell whether both files of a VOI are in the output folder, as long as they were."""
    files = ((voi.image, voi.image_bytes), (voi.label, voi.label_bytes))
    return all(_is(output / file, n_bytes) for file, n_bytes in files)


def _is(path: Path, n_bytes: int, mtime_ns: int | None = None) -> bool:
    try:
        found = path.stat()
    except OSError:
        return False
    return found.st_size == n_bytes and mtime_ns in (None, found.st_mtime_ns)
