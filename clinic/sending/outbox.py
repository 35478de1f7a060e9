"""The outbox: a folder whose parcels wait until their archive has them, come what may."""

import hashlib
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from clinic.sending.destination import Destination
from clinic.sending.objects import objects_of
from clinic.sending.parcel import CONTENT, Parcel, content_of
from uls.workshop.atomic import output_errors
from uls.workshop.beside import folder_beside
from uls.workshop.errors import InputError, OutputError
from uls.workshop.files import sha256, write_json
from uls.workshop.lock import alone_in

__all__ = ["Outbox"]

_MARK = "outbox.json"
_NAME = re.compile(r"[0-9a-f]{64}")
_LEFT = re.compile(rf"\.{_NAME.pattern}\..+")
"""What a parcel is called while it is being packed."""

_SECONDS_TO_PACK = 86_400.0


class Outbox:
    """Parcels in a folder. It holds copies: results may be written anew while these wait."""

    def __init__(self, folder: Path) -> None:
        """Name an outbox; the folder is made with the first parcel.

        Raises:
            OutputError: something else lies there.
        """
        self.folder = folder
        inside = folder.iterdir() if folder.is_dir() else ()
        others = [one for one in inside if not one.name.startswith(".")]  # hidden: parts, our lock
        is_ours = (folder / _MARK).is_file() or not others
        if not is_ours or (folder.exists() and not folder.is_dir()):
            raise OutputError.about(
                folder, expected="an outbox, or nothing yet", found="something else",
                hint="Name another by --outbox.",
            )  # fmt: skip

    def add(self, results: Path, destination: Destination) -> Parcel:
        """Put the objects of a folder of results into the outbox, whole or not at all.

        What waits there already, or was sent, is not added twice.

        Raises:
            InputError: they cannot be sent, see `objects_of`.
            OutputError: the place cannot be written.
        """
        objects = objects_of(results)
        said = [str(destination), *(one.sha256 for one in objects)]
        folder = self.folder / hashlib.sha256("\n".join(said).encode()).hexdigest()
        if (folder / CONTENT).is_file():
            return _read(folder)
        numbered = [replace(one, file=f"{n}.dcm") for n, one in enumerate(objects, 1)]
        with output_errors(self.folder):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_json(self.folder / _MARK, {"format": 1})
            with folder_beside(folder) as beside:
                for one, copy in zip(objects, numbered, strict=True):
                    shutil.copyfile(results / one.file, beside / copy.file)
                    if sha256(beside / copy.file) != one.sha256:
                        raise InputError.about(
                            "the results to send",
                            expected="objects that nobody changes meanwhile",
                            found="one that changed",
                        )
                write_json(beside / CONTENT, content_of(str(destination), numbered))
        return Parcel.read(folder)

    def parcels(self) -> list[Parcel]:
        """Read all parcels, those that wait and those that were sent.

        Raises:
            InputError: one is damaged.
        """
        if not self.folder.is_dir():
            return []
        names = sorted(one.name for one in self.folder.iterdir() if _NAME.fullmatch(one.name))
        return [_read(self.folder / name) for name in names]

    def waiting(self, destination: str | None = None) -> list[Parcel]:
        """List the parcels that are not wholly sent; if named, only those for one archive."""
        found = [one for one in self.parcels() if one.waiting]
        return [one for one in found if destination in (None, one.destination)]

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let nobody else send from here meanwhile, and clear what killed processes left.

        Raises:
            CallError: another process sends from here.
        """
        with alone_in(self.folder):
            for one in self.folder.iterdir():
                age = time.time() - one.stat().st_mtime
                if _LEFT.fullmatch(one.name) and age > _SECONDS_TO_PACK:
                    shutil.rmtree(one, ignore_errors=True)
            yield


def _read(folder: Path) -> Parcel:
    """Read a parcel; copies that a killed process left of what the archive has go now."""
    parcel = Parcel.read(folder)
    for name in parcel.stored:
        (folder / name).unlink(missing_ok=True)
    return parcel
