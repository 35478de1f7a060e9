"""Corrected masks added to the set: a new version of it, the old ones and their masks kept."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from training.cycle.grids import place, read_grid
from training.cycle.leak import Guard
from training.cycle.project import Work, now
from training.cycle.records import Entry, SetVersion, Source
from training.cycle.segment_files import keep_segment
from training.cycle.segments import Segment, read_segmentation
from uls.workshop.errors import CallError, InputError
from uls.workshop.files import sha256

__all__ = ["Annotation", "add"]

_UNFINISHED = ("notstarted", "inprogress", "flagged")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Annotation:
    """What a person hands in.

    Attributes:
        mask: the saved file.
        scan: the CT that it was drawn on.
        case: names the scan in the set; the same name again replaces its masks.
        patient: the same in all of a patient's cases.
        by: who drew or corrected it.
        signed_off_by: who signed it off; "" if nobody has.
        segments: names of the segments to take; None for all.
    """

    mask: Path
    scan: Path
    case: str
    patient: str
    by: str
    signed_off_by: str = ""
    segments: tuple[str, ...] | None = None


def add(work: Work, annotations: Sequence[Annotation]) -> SetVersion | None:
    """Add annotations to the set, all in one new version; None where it has all of them already.

    Masks are written under names of their own before the version that lists them: killed at any
    point, the set is as it was, and the same call does the rest.

    Raises:
        CallError: a case is named twice or badly, or belongs to another patient or scan.
        InputError: a file is missing or damaged, a mask does not lie in its scan, or the scan or
            the patient is in the test set.
    """
    _check_names(annotations)
    with work.alone():
        current = work.set_version()
        entries = {entry.case: entry for entry in current.entries} if current else {}
        changed = []
        guard = Guard.of(work)
        for annotation in annotations:
            entry = _entry(guard, annotation, entries.get(annotation.case), current)
            if entry is not None:
                entries[annotation.case] = entry
                changed.append(annotation.case)
        if not changed:
            return None
        version = SetVersion(
            version=current.version + 1 if current else 1,
            created=now(),
            changed=tuple(changed),
            entries=tuple(entries[case] for case in sorted(entries)),
        )
        work.write_set(version)
    return version


def _check_names(annotations: Sequence[Annotation]) -> None:
    seen: set[str] = set()
    for annotation in annotations:
        name = annotation.case
        if not name or not all(c.isalnum() or c in "-_." for c in name) or name[0] in ".-":
            raise CallError.about(
                "--case", expected="letters, digits, dots, - and _", found=repr(name)
            )
        if name in seen:
            raise CallError.about(
                annotation.mask, expected="every case once", found=f"{name} again"
            )
        seen.add(name)


def _entry(
    guard: Guard, annotation: Annotation, earlier: Entry | None, current: SetVersion | None
) -> Entry | None:
    """Make an annotation's entry; None where the set has the same masks of it."""
    work, test_set = guard.work, guard.work.project.test_set_sha256
    scan_sha256 = _known_scan(annotation, earlier)
    guard.check_patient(annotation.case, annotation.patient)
    if earlier is None or earlier.checked_against != test_set:
        guard.check_scan(annotation.case, annotation.scan)
    scan = read_grid(annotation.scan)
    segmentation = read_segmentation(annotation.mask)
    chosen = _chosen(annotation, segmentation.segments)
    segments = tuple(
        keep_segment(
            work,
            annotation.case,
            segment,
            place(segmentation.mask(segment), segmentation.grid, scan),
            scan,
            about=f"{annotation.mask}, segment {segment.name!r}, on {annotation.scan}",
        )
        for segment in chosen
    )
    entry = Entry(
        case=annotation.case,
        patient=annotation.patient,
        scan=str(annotation.scan.resolve()),
        scan_sha256=scan_sha256,
        by=annotation.by,
        signed_off_by=annotation.signed_off_by,
        added=now(),
        source=Source(file=str(annotation.mask.resolve()), sha256=sha256(annotation.mask)),
        segments=segments,
        replaces=current.version if earlier and current else None,
        checked_against=test_set,
    )
    if earlier and _says_the_same(entry, earlier):
        _log.info("%s: the set has these masks already", annotation.case)
        return None
    if earlier and current:
        _log.info("%s: replaces the masks of version %d", annotation.case, current.version)
    return entry


def _says_the_same(a: Entry, b: Entry) -> bool:
    unimportant = {"added", "source", "replaces", "checked_against"}
    return a.model_dump(exclude=unimportant) == b.model_dump(exclude=unimportant)


def _known_scan(annotation: Annotation, earlier: Entry | None) -> str:
    if not annotation.scan.is_file():
        raise InputError.about(annotation.scan, expected="the scan", found="no file")
    digest = sha256(annotation.scan)
    if earlier is None:
        return digest
    for what, was, given in (
        ("scan", earlier.scan_sha256, digest),
        ("patient", earlier.patient, annotation.patient),
    ):
        if was != given:
            raise CallError.about(
                f"case {annotation.case}",
                expected=f"the {what} that the set has it with ({was})",
                found=given,
                hint="Give another scan another --case.",
            )
    return digest


def _chosen(annotation: Annotation, segments: Sequence[Segment]) -> tuple[Segment, ...]:
    names = [segment.name for segment in segments]
    for name in annotation.segments or ():
        if name not in names:
            raise CallError.about(
                f"--segments, {annotation.mask}",
                expected=f"one of {', '.join(map(repr, names))}",
                found=repr(name),
            )
    chosen = tuple(s for s in segments if not annotation.segments or s.name in annotation.segments)
    for segment in chosen:
        if segment.status in _UNFINISHED:
            _log.warning(
                "%s: segment %r has the status %r", annotation.mask, segment.name, segment.status
            )
    return chosen
