"""The open scan and its lesions; all that is slow runs in one thread, and no slice waits for it."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from clinic.output.output_folder import output_folder
from clinic.output.write import write_results
from clinic.page.catalogue import Entry
from clinic.page.display import PLANES, Display
from clinic.page.wire import Act, LesionNotes, lesion_json
from clinic.segmentation.draft import Painted
from clinic.segmentation.model import LoadedModel
from clinic.segmentation.session import Session
from uls.workshop.errors import CallError

__all__ = ["Desk", "OpenScan", "OvertakenError"]


class OvertakenError(Exception):
    """A later step has made this one pointless; it was not begun."""


class OpenScan:
    """One scan that is open on the page."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.display = Display(session.scan)
        self.notes: list[LesionNotes] = []
        self._before: list[list[LesionNotes]] = []
        self.latest_threshold = 0

    def lesions(self) -> list[dict[str, Any]]:
        """Give all lesions as the page shows them."""
        return [
            lesion_json(lesion, notes, self.session.threshold(i), self.display)
            for i, (lesion, notes) in enumerate(zip(self.session.lesions, self.notes, strict=True))
        ]

    def act(self, act: Act) -> None:
        """Do one step.

        Raises:
            OvertakenError: the page has sent a later threshold.
            UserError: it cannot be done; nothing has changed.
        """
        if act.kind == "threshold" and act.turn < self.latest_threshold:
            raise OvertakenError
        if act.kind == "undo":
            self.session.undo()
            self.notes = self._before.pop() if self._before else self.notes
            return
        before = list(self.notes)
        self._change(act)
        self._before = [*self._before, before][-100:]
        if act.kind == "remove":
            del self.notes[act.lesion]
        elif act.kind in ("click", "box"):
            self.notes.append(LesionNotes())
        else:  # what was decided was decided of another mask
            self.notes[act.lesion] = self.notes[act.lesion].model_copy(update={"decision": "open"})

    def _change(self, act: Act) -> None:
        session = self.session
        if act.kind == "click":
            session.segment(self._voxel(act))
        elif act.kind == "box":
            session.segment(box=self._box(act))
        elif act.kind == "threshold":
            session.change_threshold(act.threshold, act.lesion)
        elif act.kind == "include":
            session.include(self._voxel(act), act.lesion)
        elif act.kind == "exclude":
            session.exclude(self._voxel(act), act.lesion)
        elif act.kind == "remove":
            session.remove(act.lesion)
        else:
            session.paint(self._stroke(act), act.lesion)

    def _voxel(self, act: Act) -> tuple[float, float, float]:
        if act.place is None:
            raise CallError.about("click", expected="a place", found="none")
        x, y, z = (round(at) for at in self.display.stored_xyz(act.place))
        return x, y, z

    def _box(self, act: Act) -> Any:
        """Give a box of the page on the scan's array; its far corner is beyond it there."""
        if act.box is None:
            raise CallError.about("box", expected="two corners", found="none")
        ends = [self.display.stored_xyz(corner) for corner in act.box]
        low = [min(pair) for pair in zip(*ends, strict=True)]
        high = [max(pair) + 1 for pair in zip(*ends, strict=True)]
        return low, high

    def _stroke(self, act: Act) -> Painted:
        if act.stroke is None:
            raise CallError.about("brush", expected="points", found="none")
        across = PLANES[act.plane]
        index = round(act.stroke[0][across])
        if any(round(p[across]) != index for p in act.stroke):
            raise CallError.about("brush", expected="points of one slice", found="of several")
        if not 0 <= index < self.display.shape_zyx[across]:
            raise CallError.about("brush", expected="a slice of the scan", found="one beyond it")
        places = tuple(
            self.display.turn.stored(tuple(index if a == across else v for a, v in enumerate(p)))
            for p in act.stroke
        )
        return Painted(self.display.turn.order[across], places, act.radius_mm, act.adds)


class Desk:
    """All that the page can open, and the one scan that is open."""

    def __init__(self, entries: Sequence[Entry], model: LoadedModel, output: Path | None) -> None:
        self.entries = entries
        self.model = model
        self.output = output
        self.worker = ThreadPoolExecutor(1, thread_name_prefix="lesions")
        self._opening = threading.Lock()
        self._open: dict[int, OpenScan] = {}

    def open(self, number: int) -> OpenScan:
        """Open a scan, or give it where it is open; the one before is closed unless it has lesions.

        Raises:
            IndexError: there is no such entry.
            UserError: it cannot be read.
        """
        if not 0 <= number < len(self.entries):
            raise IndexError(number)
        if (found := self._open.get(number)) is not None:
            return found  # slices do not wait for another scan that is being read
        with self._opening:
            if number not in self._open:
                self._open = {n: s for n, s in self._open.items() if s.session.lesions}
                session = Session(self.entries[number].read(), model=self.model)
                self._open[number] = OpenScan(session)
            return self._open[number]

    def write(self, number: int) -> list[str]:
        """Write the accepted lesions of a scan; return the names of the files.

        Raises:
            UserError: none is accepted, or the place cannot be written.
        """
        scan = self.open(number)
        if self.output is None:
            raise CallError.about("write", expected="a folder (--output)", found="none")
        accepted = [
            replace(lesion, site=notes.site, role=notes.role)
            for lesion, notes in zip(scan.session.lesions, scan.notes, strict=True)
            if notes.decision == "accepted" and lesion.measurements is not None
        ]
        if not accepted:
            raise CallError.about("write", expected="an accepted lesion", found="none")
        folder = self.output / f"scan-{scan.session.scan.sha256[:16]}"
        self.output.mkdir(parents=True, exist_ok=True)
        with output_folder(folder, overwrite=True) as beside:
            kind = scan.session.scan.format
            write_results(scan.session.scan, accepted, self.model, beside, kind)
        return sorted(file.name for file in folder.iterdir())
