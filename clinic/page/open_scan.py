"""A scan that is open on the page: its lesions, step after step, and what is said of them."""

from itertools import count
from typing import Any

from clinic.page.display import PLANES, Display
from clinic.page.wire import Act, LesionNotes, NotesChange, lesion_json
from clinic.segmentation.draft import Painted
from clinic.segmentation.session import Session
from uls.workshop.errors import CallError

__all__ = ["OpenScan", "OvertakenError"]

_MOST_STEPS = 100
"""That can be undone, as in a session."""


class OvertakenError(Exception):
    """A later step has made this one pointless; it was not begun."""


class OpenScan:
    """One scan that is open on the page."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.display = Display(session.scan)
        self.notes: list[LesionNotes] = []
        self._before: list[tuple[list[LesionNotes], int | None]] = []
        self._ids, self._orders = count(), count()
        self._latest: dict[int, int] = {}

    def lesions(self) -> list[dict[str, Any]]:
        """Give all lesions as the page shows them."""
        return [
            lesion_json(lesion, notes, self.session.threshold(i), self.display)
            for i, (lesion, notes) in enumerate(zip(self.session.lesions, self.notes, strict=True))
        ]

    def arrived(self, act: Act) -> int:
        """Return a step's number, in the order in which steps come in."""
        order = next(self._orders)
        if act.kind == "threshold":
            self._latest[act.lesion] = order
        return order

    def act(self, act: Act, order: int) -> None:
        """Do one step.

        Args:
            act: what is to be done.
            order: as `arrived` gave it.

        Raises:
            OvertakenError: a later threshold of the lesion has come in.
            UserError: it cannot be done; nothing has changed.
        """
        if act.kind == "undo":
            self._undo()
            return
        is_new = act.kind in ("click", "box")
        index = len(self.notes) if is_new else self._index(act.lesion)
        if act.kind == "threshold" and order < self._latest[act.lesion]:
            raise OvertakenError
        before = list(self.notes)
        self._change(act, index)
        self._before = [*self._before, (before, None if is_new else act.lesion)][-_MOST_STEPS:]
        if act.kind == "remove":
            del self.notes[index]
        elif is_new:
            self.notes.append(LesionNotes(id=next(self._ids)))
        else:  # what was decided was decided of another mask
            self.notes[index] = self.notes[index].model_copy(update={"decision": "open"})

    def note(self, lesion: int, change: NotesChange) -> None:
        """Keep what the person says of a lesion.

        Raises:
            CallError: there is no such lesion.
        """
        index = self._index(lesion)
        said = change.model_dump(exclude_none=True)
        self.notes[index] = self.notes[index].model_copy(update=said)

    def _undo(self) -> None:
        """Take the last step back; what was said since stays, but for a decision on its mask."""
        self.session.undo()
        if not self._before:
            return
        before, touched = self._before.pop()
        now = {notes.id: notes for notes in self.notes}
        self.notes = [now.get(old.id, old) for old in before]
        for index, old in enumerate(before):
            if old.id == touched:
                decided = {"decision": old.decision}
                self.notes[index] = self.notes[index].model_copy(update=decided)

    def _index(self, lesion: int) -> int:
        found = [index for index, notes in enumerate(self.notes) if notes.id == lesion]
        if not found:
            raise CallError.about("lesion", expected="one of the list", found="one that is gone")
        return found[0]

    def _change(self, act: Act, index: int) -> None:
        session = self.session
        if act.kind == "click":
            session.segment(self._voxel(act))
        elif act.kind == "box":
            session.segment(box=self._box(act))
        elif act.kind == "threshold":
            session.change_threshold(act.threshold, index)
        elif act.kind == "include":
            session.include(self._voxel(act), index)
        elif act.kind == "exclude":
            session.exclude(self._voxel(act), index)
        elif act.kind == "remove":
            session.remove(index)
        else:
            session.paint(self._stroke(act), index)

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
