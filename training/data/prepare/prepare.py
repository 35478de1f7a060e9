"""A preparation from top to bottom: find, split, cut, lay out, and write the manifest last."""

import logging
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from training.data.cases.case import Case
from training.data.cases.records import CaseRecord
from training.data.grabcut.cut import check_opencv
from training.data.prepare.find import find_cases, person, split_cases, taken
from training.data.prepare.finished import is_there, unchanged
from training.data.prepare.folder import at_work, keep_split, known_split, start, sweep
from training.data.prepare.manifest import (
    MANIFEST_FILE,
    Manifest,
    make_manifest,
    read_manifest,
    write_manifest,
)
from training.data.prepare.options import Options
from training.data.prepare.plan import WORK
from training.data.prepare.stacks import plan_stacks, write_stacks
from training.data.prepare.vois import input_paths
from training.data.prepare.work import Outcome, prepare_cases
from uls.workshop.errors import InputError
from uls.workshop.files import sha256, write_json
from uls.workshop.progress import log_beside_bars

__all__ = ["prepare"]

_log = logging.getLogger(__name__)


def prepare(options: Options, *, overwrite: bool = False) -> Manifest:
    """Prepare VOIs as asked for; what an earlier, interrupted run finished is kept.

    Args:
        options: what to prepare.
        overwrite: remove what another call prepared in the output folder.

    Returns:
        The manifest, which is also in the output folder.

    Raises:
        CallError: the output folder holds something else.
        InputError: a source is not laid out as said, a case is damaged, or there is no lesion.
        OutputError: something cannot be written.
    """
    settings = options.settings()
    with at_work(options.output), log_beside_bars():
        start(options.output, settings, overwrite=overwrite)
        found = find_cases(options)
        if options.recipe is not None and any(case.measurements for case in found.cases):
            check_opencv()
        split = split_cases(found.cases, options, known_split(options.output))
        keep_split(options.output, split)
        parts = {case.name: split.parts[person(case)] for case in found.cases}
        found = taken(found, parts, options.take)
        earlier = _finished(options.output, found.cases)
        if earlier is not None:
            _log.info("%s is complete already", options.output)
            return earlier
        (options.output / MANIFEST_FILE).unlink(missing_ok=True)
        outcome = prepare_cases(found.cases, parts, options.plan, workers=options.workers)
        _check(outcome, options)
        outputs = _lay_out(outcome.records, options)
        manifest = make_manifest(
            outcome.records,
            found,
            settings=settings,
            split=split.rules,
            damaged={**found.damaged, **outcome.failures},
            outputs=outputs,
        )
        write_manifest(manifest, options.output)
        if options.kind == "stack" and not outcome.failures:
            shutil.rmtree(options.output / WORK / "vois")
        return manifest


def _finished(output: Path, cases: Sequence[Case]) -> Manifest | None:
    """Give the manifest of an earlier run if that had these very cases, whole and unchanged."""
    if not (output / MANIFEST_FILE).is_file():
        return None
    manifest = read_manifest(output)
    if manifest.left_out.damaged or manifest.cases != {case.name: case.sha256 for case in cases}:
        return None
    files = {case.name: [str(path) for path in input_paths(case)] for case in cases}
    for name, entries in manifest.inputs.items():
        if [entry.path for entry in entries] != files[name] or not unchanged(entries):
            return None
    vois = [voi for lesion in manifest.lesions for voi in lesion.vois]
    kept = manifest.settings["kind"] != "stack"
    files_there = all((output / file).is_file() for file in manifest.outputs)
    vois_there = all(is_there(voi, output) for voi in vois)
    return manifest if files_there and (vois_there or not kept) else None


def _check(outcome: Outcome, options: Options) -> None:
    """Stop where cases failed, unless the call says to leave them out, or where nothing is left."""
    n_cases = len(outcome.records) + len(outcome.failures)
    if outcome.failures and not options.skip_damaged:
        name, reason = next(iter(sorted(outcome.failures.items())))
        raise InputError(
            f"{len(outcome.failures)} of {n_cases} cases failed, the first is {name}: {reason} "
            "Mend them, or say --skip-damaged, and run the same call again: "
            "what is finished is not done twice."
        )
    if not any(record.lesions for record in outcome.records):
        dropped = sum(len(names) for r in outcome.records for names in r.dropped.values())
        raise InputError.about(
            "the masks",
            expected="at least one lesion to make a VOI of",
            found=f"none in {n_cases} cases ({dropped} were left out by the size limits)",
            hint="Check --label, and what the reader expects.",
        )


def _lay_out(records: Sequence[CaseRecord], options: Options) -> Mapping[str, str]:
    """Write what goes beside the VOIs: nnU-Net's dataset.json, and the stacks."""
    output, plan = options.output, options.plan
    vois = [voi for record in records for lesion in record.lesions for voi in lesion.vois]
    paths = (output / file for voi in vois for file in (voi.image, voi.label))
    sweep(output / (plan.dataset_folder or f"{WORK}/vois"), paths)
    outputs: dict[str, str] = {}
    if plan.dataset_folder is not None:
        path = _write_dataset_json(output / plan.dataset_folder, records)
        outputs[str(path.relative_to(output))] = sha256(path)
    if options.kind != "nnunet":
        stacks = plan_stacks(records, name=options.name, largest=options.largest_stack)
        outputs |= write_stacks(stacks, output, output / "stack")
    return outputs


def _write_dataset_json(folder: Path, records: Iterable[CaseRecord]) -> Path:
    """Write what nnU-Net reads of a data set; folders of no case are made, since it lists them."""
    for name in ("imagesTr", "labelsTr"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    training = sum(
        len(lesion.vois)
        for record in records
        if record.part == "train"
        for lesion in record.lesions
    )
    return write_json(
        folder / "dataset.json",
        {
            "channel_names": {"0": "CT"},
            "labels": {"background": 0, "lesion": 1},
            "numTraining": training,
            "file_ending": ".nii.gz",
        },
    )
