"""All scans of the page; what is slow runs in one thread, and no slice waits for it."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from clinic.output.output_folder import output_folder
from clinic.output.write import write_results
from clinic.page.catalogue import Entry
from clinic.page.open_scan import OpenScan
from clinic.segmentation.model import LoadedModel
from clinic.segmentation.session import Session
from clinic.sending.courier import Courier
from uls.workshop.errors import CallError

__all__ = ["Desk"]


class Desk:
    """All that the page can open, and the one scan that is open."""

    def __init__(
        self,
        entries: Sequence[Entry],
        model: LoadedModel,
        output: Path | None,
        courier: Courier | None = None,
    ) -> None:
        self.entries = entries
        self.model = model
        self.output = output
        self.courier = courier
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
        return sorted(file.name for file in self._write(number).iterdir())

    def send(self, number: int) -> int:
        """Write the accepted lesions of a series and send them; return how many objects these are.

        Raises:
            UserError: none is accepted, they cannot be written, or are no DICOM objects.
        """
        if self.courier is None:
            raise CallError.about("send", expected="an archive (--pacs)", found="none")
        if self.open(number).session.scan.format != "dicom":
            raise CallError.about("send", expected="a DICOM series", found="another scan")
        return self.courier.add(self._write(number))

    def end(self) -> None:
        """End what runs beside the page; what is not sent waits in the outbox."""
        self.worker.shutdown(wait=False, cancel_futures=True)
        if self.courier is not None:
            self.courier.end()

    def _write(self, number: int) -> Path:
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
        return folder
