"""One job, top to bottom: find the stacks, predict, keep the clicked lesions, write the masks.

While one VOI is on the device, the next is read and the previous is finished: one reader thread,
one writer thread, the device in the middle. Nothing appears under its final name before every mask
of the job is written, and a job that fails removes what it began.
"""

import logging
import time
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

from algorithm.deadline import Deadline
from algorithm.outcome import StackOutcome, VoiOutcome, log_summary, log_voi
from algorithm.stopwatch import Stopwatch
from uls.errors import InputError
from uls.lesion import DEFAULT_REACH_MM, Policy, clicked
from uls.mask_stack import MaskStackWriter, commit_all
from uls.sockets import MASK_FOLDER, StackInput, find_job
from uls.stack import read_vois

__all__ = ["JobOptions", "Predictor", "find_stacks", "run_job"]

_log = logging.getLogger(__name__)

Voi = npt.NDArray[Any]
Logit = npt.NDArray[np.float32]


class Predictor(Protocol):
    """What a job needs of a model: `algorithm.prediction.Predictor`, or a fake one in tests."""

    def predict(self, voi_hu: Voi, mirror: int = 0) -> Logit:
        """Turn a VOI in HU into the lesion's logit minus the background's, voxel for voxel."""

    def passes(self, mirror: int) -> int:
        """Say how many network passes that `mirror` means."""


@dataclass(frozen=True)
class JobOptions:
    """Where a job reads and writes, and how it decides.

    Attributes:
        input_folder: holds the stacks and their spacings, as the platform lays them out.
        output_folder: gets `images/ct-binary-uls/<stack name>.mha`.
        policy: which predicted component is the clicked lesion.
        reach_mm: how far from the click that component may begin (`Policy.NEAREST`).
        mirror: mirrored passes a VOI, see `algorithm.prediction`; None spends spare time on them.
        budget_seconds: after which a job that is not done fails; None for as long as it takes.
        one_image: refuse a job with several stacks, as the platform takes one image a job.
    """

    input_folder: Path
    output_folder: Path
    policy: Policy = Policy.NEAREST
    reach_mm: float = DEFAULT_REACH_MM
    mirror: int | None = None
    budget_seconds: float | None = None
    one_image: bool = False


def find_stacks(options: JobOptions) -> tuple[StackInput, ...]:
    """Find and verify the job's stacks, before anything slow is begun.

    Raises:
        InputError: what `uls.sockets.find_job` raises, or several stacks where one is asked for.
    """
    stacks = find_job(options.input_folder)
    if options.one_image and len(stacks) > 1:
        raise InputError.about(
            options.input_folder,
            expected="one stack (--one-image)",
            found=f"{len(stacks)}: {', '.join(stack.header.path.name for stack in stacks)}",
        )
    return stacks


def run_job(
    predictor: Predictor, options: JobOptions, *, spent_seconds: float = 0.0
) -> tuple[StackOutcome, ...]:
    """Segment every stack of a job and write its masks; all of them, or none.

    Args:
        predictor: the model.
        options: where to read and write, and how to decide.
        spent_seconds: of the budget, before this call.

    Raises:
        DeadlineError: the budget is spent and VOIs are left.
        InputError: a stack or its spacings are wrong.
        OutputError: the masks cannot be written.
    """
    stopwatch = Stopwatch()
    stacks = find_stacks(options)
    deadline = Deadline(
        n_vois=sum(stack.header.n_vois for stack in stacks),
        mirror=options.mirror,
        budget_seconds=options.budget_seconds,
        spent_seconds=spent_seconds,
    )
    folder = options.output_folder / MASK_FOLDER
    with ExitStack() as cleanup:
        writers = [cleanup.enter_context(MaskStackWriter(s.header, folder)) for s in stacks]
        with _mention_earlier_masks(writers), logging_redirect_tqdm():
            outcomes = tuple(
                _StackJob(stack, writer, predictor, options, deadline, stopwatch).segment()
                for stack, writer in zip(stacks, writers, strict=True)
            )
            commit_all(writers)
    log_summary(outcomes, stopwatch)
    return outcomes


@contextmanager
def _mention_earlier_masks(writers: Sequence[MaskStackWriter]) -> Iterator[None]:
    """If the job fails, say that masks of an earlier job, still in place, are not its result."""
    try:
        yield
    except BaseException:
        for writer in writers:
            if writer.path.exists():
                _log.warning("%s is an earlier job's, and was left as it was", writer.path)
        raise


@dataclass(frozen=True)
class _StackJob:
    """One stack of a job, on its way from the reader over the device to the writer."""

    stack: StackInput
    writer: MaskStackWriter
    predictor: Predictor
    options: JobOptions
    deadline: Deadline
    stopwatch: Stopwatch

    def segment(self) -> StackOutcome:
        header = self.stack.header
        _log.info("%s: %d VOIs, %s", header.path, header.n_vois, header.dtype)
        if header.dtype.kind == "u":
            _log.warning("%s: its voxel type holds no negative numbers: HU?", header.path)
        finished: list[Future[VoiOutcome]] = []
        with ThreadPoolExecutor(1, "write") as finisher, closing(self._read_ahead()) as vois:
            for index, voi in enumerate(vois):
                logit = self._predict(voi)
                if finished:
                    finished[-1].result()
                finished.append(finisher.submit(self._finish, index, logit))
        return StackOutcome(self.writer.path, tuple(future.result() for future in finished))

    def _read_ahead(self) -> Generator[Voi]:
        """Give the stack's VOIs; while the caller works on one, the next is read."""
        header = self.stack.header
        vois = read_vois(header)

        def read_next() -> Voi | None:
            with self.stopwatch.stage("reading"):
                return next(vois, None)

        bar = tqdm(total=header.n_vois, desc=header.name, unit="VOI", disable=None)
        with ThreadPoolExecutor(1, "read") as reader, bar:
            coming = reader.submit(read_next)
            while (voi := coming.result()) is not None:
                coming = reader.submit(read_next)
                yield voi
                bar.update()

    def _predict(self, voi: Voi) -> Logit:
        mirror = self.deadline.mirror_for_next_voi()
        start = time.monotonic()
        with self.stopwatch.stage("network"):
            logit = self.predictor.predict(voi, mirror=mirror)
        passes = self.predictor.passes(mirror)
        self.deadline.voi_done(passes=passes, seconds=time.monotonic() - start)
        return logit

    def _finish(self, index: int, logit: Logit) -> VoiOutcome:
        """Keep the clicked lesion of one VOI and write its mask."""
        spacing_mm, options = self.stack.spacings_mm[index], self.options
        with self.stopwatch.stage("clicked lesion"):
            lesion = clicked(
                logit > 0, spacing_mm=spacing_mm, policy=options.policy, reach_mm=options.reach_mm
            )
        with self.stopwatch.stage("writing"):
            self.writer.write(lesion.mask)
        outcome = VoiOutcome.of(index, lesion, spacing_mm)
        log_voi(self.stack.header.name, outcome, self.stack.header.n_vois)
        return outcome
