"""What a worker does: one item, by a model that stays loaded; done twice, the same bytes."""

import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

from algorithm.engines.engine_names import EngineSettings
from algorithm.job.job import run_job
from algorithm.job.options import JobOptions
from clinic.many.cases import segmented
from clinic.many.finished import finish, finished
from clinic.many.items import Item, ScanItem, StackItem, key_of
from clinic.output.output_folder import RESULTS, output_folder
from clinic.output.records import program_version
from clinic.output.write import write_results
from clinic.reading.private_faults import private_faults
from clinic.segmentation import model as models
from clinic.segmentation.model import LoadedModel
from uls.cluster.share import take_part
from uls.workshop.errors import CallError, InputError, ModelError, OutputError, UserError
from uls.workshop.failure import sentence
from uls.workshop.files import write_json

__all__ = ["ITEMS", "Job", "ModelInfo", "Outcome", "describe", "do", "made_by"]

ITEMS = "results"
"""The folder of the items' folders, in the output folder."""

_THREADS = re.compile(r"\d+ threads, ")
_KINDS: dict[type[Exception], str] = {
    InputError: "input", CallError: "call", ModelError: "model", MemoryError: "memory"
}  # fmt: skip


@dataclass(frozen=True)
class ModelInfo:
    """A model by name, hash, and what runs it; how many threads does not count."""

    name: str
    sha256: str
    engine: str


@dataclass(frozen=True)
class Job:
    """What all items of a run have in common.

    Attributes:
        output: the folder, the same on all machines.
        token: the name of a file in it, which shows that it is the same.
        version: of this program, the same on all machines.
        model_folder: None for the built-in model.
        engine: what runs the model.
        started_here: workers that share this machine; 0 where they do not, or are not ours.
        model: what it must turn out to be, once known.
    """

    output: Path
    token: str
    version: str
    model_folder: Path | None
    engine: EngineSettings
    started_here: int = 0
    model: ModelInfo | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of an item: `done`, `kept` from an earlier run, or `failed` with the reason."""

    name: str
    state: Literal["done", "kept", "failed"]
    lesions: int = 0
    n_bytes: int = 0
    kind: str = ""
    problem: str = ""


def made_by(job: Job, model: ModelInfo) -> list[str]:
    """Return what decides an item's results beside the item itself."""
    return [job.version, model.sha256, model.engine]


def describe(job: Job) -> ModelInfo:
    """Load the model and say what it is.

    Raises:
        ModelError: there is none, or it is not what its manifest says.
        CallError: this worker has another release of the program.
        OutputError: it does not see the output folder.
    """
    _check_place(job)
    model = _loaded(job.model_folder, job.engine, job.started_here)
    return ModelInfo(model.name, model.sha256, model.engine)


def do(task: tuple[Job, Item]) -> Outcome:
    """Do an item, unless its results are there; an item that cannot be used is an outcome, too.

    Raises:
        OutputError: the results cannot be written, which holds for all other items as well.
        UserError: see `describe`; or the worker has another model.
    """
    job, item = task
    info = describe(job)
    if info != job.model:
        raise ModelError.about(
            "a worker's model", expected=f"{job.model}", found=f"{info}",
            hint="Name the same --model, --engine, --device and --precision for all machines.",
        )  # fmt: skip
    try:
        with private_faults():
            return _done(job, info, item)
    except OutputError:
        raise
    except (UserError, MemoryError) as error:
        kind = _KINDS.get(type(error), "fault")
        return Outcome(item.name, "failed", kind=kind, problem=sentence(error))


def _done(job: Job, info: ModelInfo, item: Item) -> Outcome:
    folder = job.output / ITEMS / item.name
    key = key_of(item, made_by(job, info))
    lesions = finished(folder, key)
    if lesions is not None:
        return Outcome(item.name, "kept", lesions, _bytes_in(folder))
    model = _loaded(job.model_folder, job.engine, job.started_here)
    if isinstance(item, ScanItem):
        session, kind = segmented(item.case, model, item.kind)
        lesions = len(session.lesions)
        with output_folder(folder, overwrite=True) as beside:
            write_results(session.scan, session.lesions, model, beside, kind)
            finish(beside, key, lesions)
    else:
        with output_folder(folder, overwrite=True) as beside:
            lesions = _do_stack(item, model, beside)
            finish(beside, key, lesions)
    return Outcome(item.name, "done", lesions, _bytes_in(folder))


def _do_stack(item: StackItem, model: LoadedModel, folder: Path) -> int:
    """Segment a stack just as `segment-stacks` does; return how many VOIs it has."""
    options = JobOptions(input_folder=item.folder, output_folder=folder, only_stack=item.stack)
    [outcome] = run_job(model.predictor, options)
    record = {
        "program": {"name": "uls23", "version": program_version()},
        "model": {"name": model.name, "sha256": model.sha256, "engine": model.engine},
        "vois": [{"voxels": voi.voxels, "volume_ml": voi.volume_ml} for voi in outcome.vois],
    }
    write_json(folder / RESULTS, record)
    return len(outcome.vois)


def _check_place(job: Job) -> None:
    if (version := program_version()) != job.version:
        expected = f"the release of the one who asks, {job.version}"
        raise CallError.about("a worker's uls23", expected=expected, found=version)
    if not (job.output / job.token).is_file():
        raise OutputError.about(
            job.output,
            expected="one folder that all workers see",
            found="that a worker sees another there, or none",
            hint="Name a folder on a file system that all machines share.",
        )


@cache
def _loaded(folder: Path | None, engine: EngineSettings, started_here: int) -> LoadedModel:
    """Load the model once per worker; of several on this machine each takes its part of it."""
    if started_here > 1:
        from distributed import get_worker  # noqa: PLC0415  (of an extra)

        take_part(int(get_worker().name), started_here)
    model = models.load(folder, engine)
    return replace(model, engine=_THREADS.sub("", model.engine))


def _bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
