"""Objects to an archive by C-STORE, over one association."""

import logging
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from clinic.dicom.quiet import dicom_package, quiet
from clinic.sending.destination import Destination
from clinic.sending.not_stored import NotStoredError
from clinic.sending.objects import KINDS, SendObject

__all__ = ["CStore"]

_UNCOMPRESSED = ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2"]
"""Explicit and implicit VR, little endian: what every archive takes one of."""

_SECONDS_TO_CONNECT = 15
_SECONDS_TO_ANSWER = 120

_STORED = {0x0000, 0x0111, 0xB000, 0xB006, 0xB007}
"""Success; there already; stored, but with elements coerced, left out or not as the class has them
(PS3.4, table B.2-1; PS3.7, annex C)."""

_TRANSIENT = 2
_REFUSES_OUR_TITLE, _REFUSES_ITS_TITLE = 3, 7
"""Result and diagnostics of a rejected association (PS3.8, table 9-21)."""


class CStore:
    """An association for storing; use it in a `with` statement."""

    def __init__(self, destination: Destination, objects: Iterable[SendObject]) -> None:
        self._destination = destination
        self._classes = sorted({one.sop_class for one in objects})
        self._association: Any = None

    def __enter__(self) -> Self:
        """Associate.

        Raises:
            NotStoredError: the archive does not answer, or rejects us.
        """
        pynetdicom = dicom_package("pynetdicom")
        logging.getLogger("pynetdicom").setLevel(logging.CRITICAL + 1)  # it quotes what it sends
        entity = pynetdicom.AE(ae_title=self._destination.calling)
        entity.connection_timeout = entity.acse_timeout = _SECONDS_TO_CONNECT
        entity.dimse_timeout = entity.network_timeout = _SECONDS_TO_ANSWER
        where, build = self._destination, pynetdicom.presentation.build_context
        # Each in a context of its own: of two in one the archive would choose, and may change them
        wanted = [build(one, syntax) for one in self._classes for syntax in _UNCOMPRESSED]
        with quiet():
            self._association = entity.associate(
                where.host, where.port, contexts=wanted, ae_title=where.called
            )
        if not self._association.is_established:
            raise _rejection(self._association)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Release the association, or abort it where it is in doubt."""
        if kind is None or isinstance(error, NotStoredError):
            self._association.release()
        else:
            self._association.abort()

    def store(self, path: Path, one: SendObject) -> None:
        """Store one object.

        Raises:
            NotStoredError: the archive does not, or does not say so.
        """
        if one.sop_class not in {str(c.abstract_syntax) for c in self._accepted()}:
            raise NotStoredError(f"it takes no {KINDS[one.sop_class]}", again=False)
        with quiet():
            dataset = dicom_package("pydicom").dcmread(path)
            try:
                answer = self._association.send_c_store(dataset)
            except (RuntimeError, ValueError) as error:  # the association went; no fitting context
                lost = isinstance(error, RuntimeError)
                why = "the connection was lost" if lost else "it takes no encoding of ours"
                raise NotStoredError(why, again=lost, reached=not lost) from None
        status = answer.get("Status")
        if status is None:
            raise NotStoredError("the connection was lost", again=True, reached=False)
        if status not in _STORED:
            raise NotStoredError(f"it answered status 0x{status:04X}", again=_may_pass(status))

    def _accepted(self) -> list[Any]:
        return list(self._association.accepted_contexts)


def _may_pass(status: int) -> bool:
    """Tell whether an archive has trouble of its own: no space (A7xx), or it could not now."""
    return status >> 8 == 0xA7 or status == 0x0110


def _rejection(association: Any) -> NotStoredError:
    """Say why there is no association."""
    if not association.is_rejected:
        return NotStoredError("it does not answer", again=True, reached=False)
    answer = association.acceptor.primitive
    if answer.result == _TRANSIENT:
        return NotStoredError("it is busy", again=True, reached=False)
    why = {
        _REFUSES_OUR_TITLE: "it does not know our AE title (dicom://…?from=AE)",
        _REFUSES_ITS_TITLE: "it is not called by that AE title",
    }.get(answer.diagnostic, "it rejects us")
    return NotStoredError(why, again=False, reached=False)
