"""One stack of a job: while one VOI is on the device, the next is read and the previous is written.

One reader thread, one writer thread, the device in the middle.
"""

import logging
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from algorithm.engines.interruption import OutOfTimeError
from algorithm.inference.boxes import Boxes
from algorithm.inference.mirroring import Mirroring
from algorithm.inference.predictor import Predictor
from algorithm.job.deadline import Deadline
from algorithm.job.doubts import watched
from algorithm.job.means import Logit, Means, Predicted
from algorithm.job.outcome import StackOutcome, VoiOutcome, log_voi
from algorithm.job.stopwatch import Stopwatch
from uls.geometry.lesion import ClickedLesion
from uls.geometry.voi import CLICK_ZYX, VOI_SHAPE_ZYX
from uls.images.mask_stack import MaskStackWriter
from uls.images.stack import read_vois
from uls.platform.sockets import StackInput
from uls.workshop.errors import ModelError
from uls.workshop.progress import Progress

__all__ = ["StackJob"]

_log = logging.getLogger(__name__)

Voi = npt.NDArray[Any]


@dataclass(frozen=True)
class StackJob:
    """One stack of a job, on its way from the reader over the device to the writer.

    Attributes:
        stack: the stack.
        boxes: drawn around its lesions, one or none for every VOI.
        writer: of its masks.
        predictor: the model.
        keep: `uls.geometry.lesion.clicked` with the job's policy.
        fallback: a faster model for when time runs short; None where there is none.
        deadline: is asked before each VOI.
        stopwatch: is told how long each stage takes.
    """

    stack: StackInput
    boxes: Boxes
    writer: MaskStackWriter
    predictor: Predictor
    fallback: Predictor | None
    keep: Callable[..., ClickedLesion]
    deadline: Deadline
    stopwatch: Stopwatch

    def segment(self) -> StackOutcome:
        """Predict every VOI and write its mask; the writer still has to be committed.

        Where no time is left, the rest is neither read nor predicted, and its masks are empty.
        """
        header = self.stack.header
        _log.info("%s: %d VOIs, %s", header.path, header.n_vois, header.dtype)
        if header.dtype.kind == "u":
            _log.warning("%s: its voxel type holds no negative numbers: HU?", header.path)
        finished: list[Future[VoiOutcome]] = []
        with (
            ThreadPoolExecutor(1, "write") as finisher,
            closing(self._predictions()) as predictions,
        ):
            for index, prediction in enumerate(predictions):
                if finished:
                    finished[-1].result()
                finished.append(finisher.submit(self._finish, index, prediction))
            for index in range(len(finished), header.n_vois):
                finished.append(finisher.submit(self._leave_empty, index))
        return StackOutcome(self.writer.path, tuple(future.result() for future in finished))

    def _predictions(self) -> Generator[Predicted]:
        """Predict VOI after VOI, until the stack or the time is at its end."""
        if self.deadline.is_over:
            return
        with closing(self._read_ahead()) as vois:
            for index, voi in enumerate(vois):
                means = self.deadline.means_for_next_voi()
                if means is Means.NOTHING:
                    return
                yield self._predict(index, voi, means)

    def _read_ahead(self) -> Generator[Voi]:
        """Give the stack's VOIs; while the caller works on one, the next is read."""
        header = self.stack.header
        vois = watched(read_vois(header), header.name)

        def read_next() -> Voi | None:
            with self.stopwatch.stage("reading"), self.deadline.reading():
                return next(vois, None)

        shown = Progress(header.name, total=header.n_vois, unit="VOI")
        with ThreadPoolExecutor(1, "read") as reader, shown:
            coming = reader.submit(read_next)
            while (voi := coming.result()) is not None:
                coming = reader.submit(read_next)
                yield voi
                shown.update()

    def _predict(self, index: int, voi: Voi, means: Means) -> Predicted:
        """Predict a VOI. A model that fails on it ends the job, unless that must end in time."""
        with self.stopwatch.stage("network"):
            if means is Means.FALLBACK:
                return self._by_fallback(index, voi)
            try:
                return self._by_model(index, voi)
            except OutOfTimeError:
                name = self.stack.header.name
                _log.warning("%s: VOI %d: the model was stopped, for lack of time", name, index + 1)
                return self._by_fallback(index, voi)
            except ModelError as error:
                if not self.deadline.is_set:
                    raise
                _log.warning("%s: VOI %d: %s", self.stack.header.name, index + 1, error)
            return replace(self._by_fallback(index, voi), model_failed=True)

    def _by_model(self, index: int, voi: Voi) -> Predicted:
        with self.deadline.mirroring() as mirroring:
            logit = self._ask(self.predictor, index, voi, mirroring)
        return Predicted(logit, Means.MODEL, self.deadline.passes_left_out)

    def _by_fallback(self, index: int, voi: Voi) -> Predicted:
        """Predict a VOI by the fallback; without one, or where that fails too, there is nothing."""
        failed = False
        if self.fallback is not None:
            try:
                with self.deadline.fallback():
                    return Predicted(self._ask(self.fallback, index, voi), Means.FALLBACK)
            except OutOfTimeError:
                pass
            except ModelError as error:
                _log.warning("%s: VOI %d: %s", self.stack.header.name, index + 1, error)
                failed = True
        self.deadline.skip_voi()
        return Predicted(None, Means.NOTHING, model_failed=failed)

    def _ask(
        self, predictor: Predictor, index: int, voi: Voi, mirror: int | Mirroring = 1
    ) -> Logit:
        return predictor.predict(
            voi,
            spacing_mm=self.stack.spacings_mm[index],
            mirror=mirror,
            box=self.boxes[index] if predictor.takes_boxes else None,
        )

    def _finish(self, index: int, predicted: Predicted) -> VoiOutcome:
        """Keep the clicked lesion of one VOI and write its mask."""
        if predicted.logit is None:
            return self._leave_empty(index, model_failed=predicted.model_failed)
        spacing_mm, box = self.stack.spacings_mm[index], self.boxes[index]
        with self.deadline.writing():
            with self.stopwatch.stage("clicked lesion"):
                click_zyx = CLICK_ZYX if box is None else box.click_zyx
                lesion = self.keep(predicted.logit > 0, spacing_mm=spacing_mm, click_zyx=click_zyx)
            with self.stopwatch.stage("writing"):
                self.writer.write(lesion.mask)
        return self._tell(
            VoiOutcome.of(
                index,
                lesion,
                spacing_mm,
                means=predicted.means,
                passes_left_out=predicted.passes_left_out,
                model_failed=predicted.model_failed,
            )
        )

    def _leave_empty(self, index: int, *, model_failed: bool = False) -> VoiOutcome:
        with self.stopwatch.stage("writing"):
            self.writer.write(np.zeros(VOI_SHAPE_ZYX, dtype=np.bool_))
        return self._tell(VoiOutcome.left_empty(index, model_failed=model_failed))

    def _tell(self, outcome: VoiOutcome) -> VoiOutcome:
        log_voi(self.stack.header.name, outcome, self.stack.header.n_vois)
        return outcome
