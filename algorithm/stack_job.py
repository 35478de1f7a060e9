"""One stack of a job: while one VOI is on the device, the next is read and the previous is written.

One reader thread, one writer thread, the device in the middle.
"""

import logging
import time
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from algorithm.boxes import Boxes
from algorithm.deadline import Deadline
from algorithm.outcome import StackOutcome, VoiOutcome, log_voi
from algorithm.predictor import Predictor
from algorithm.stopwatch import Stopwatch
from uls.lesion import ClickedLesion
from uls.mask_stack import MaskStackWriter
from uls.sockets import StackInput
from uls.stack import read_vois
from uls.voi import CLICK_ZYX

__all__ = ["StackJob"]

_log = logging.getLogger(__name__)

Voi = npt.NDArray[Any]
Logit = npt.NDArray[np.float32]


@dataclass(frozen=True)
class StackJob:
    """One stack of a job, on its way from the reader over the device to the writer.

    Attributes:
        stack: the stack.
        boxes: drawn around its lesions, one or none for every VOI.
        writer: of its masks.
        predictor: the model.
        keep: `uls.lesion.clicked` with the job's policy.
        deadline: is asked before each VOI.
        stopwatch: is told how long each stage takes.
    """

    stack: StackInput
    boxes: Boxes
    writer: MaskStackWriter
    predictor: Predictor
    keep: Callable[..., ClickedLesion]
    deadline: Deadline
    stopwatch: Stopwatch

    def segment(self) -> StackOutcome:
        """Predict every VOI and write its mask; the writer still has to be committed."""
        header = self.stack.header
        _log.info("%s: %d VOIs, %s", header.path, header.n_vois, header.dtype)
        if header.dtype.kind == "u":
            _log.warning("%s: its voxel type holds no negative numbers: HU?", header.path)
        finished: list[Future[VoiOutcome]] = []
        with ThreadPoolExecutor(1, "write") as finisher, closing(self._read_ahead()) as vois:
            for index, voi in enumerate(vois):
                logit = self._predict(index, voi)
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

    def _predict(self, index: int, voi: Voi) -> Logit:
        mirror = self.deadline.mirror_for_next_voi()
        start = time.monotonic()
        with self.stopwatch.stage("network"):
            logit = self.predictor.predict(
                voi,
                spacing_mm=self.stack.spacings_mm[index],
                mirror=mirror,
                box=self.boxes[index],
            )
        passes = self.predictor.passes(mirror)
        self.deadline.voi_done(passes=passes, seconds=time.monotonic() - start)
        return logit

    def _finish(self, index: int, logit: Logit) -> VoiOutcome:
        """Keep the clicked lesion of one VOI and write its mask."""
        spacing_mm, box = self.stack.spacings_mm[index], self.boxes[index]
        with self.stopwatch.stage("clicked lesion"):
            click_zyx = CLICK_ZYX if box is None else box.click_zyx
            lesion = self.keep(logit > 0, spacing_mm=spacing_mm, click_zyx=click_zyx)
        with self.stopwatch.stage("writing"):
            self.writer.write(lesion.mask)
        outcome = VoiOutcome.of(index, lesion, spacing_mm)
        log_voi(self.stack.header.name, outcome, self.stack.header.n_vois)
        return outcome
