"""Cases taken out of the set again: a new version of it without them, their masks kept."""

from collections.abc import Sequence

from training.cycle.project import Work, now
from training.cycle.records import SetVersion
from uls.workshop.errors import CallError

__all__ = ["remove"]


def remove(work: Work, cases: Sequence[str]) -> SetVersion:
    """Take cases out of the set, all in one new version; earlier versions keep them.

    Raises:
        CallError: the set has no such case.
    """
    with work.alone():
        current = work.set_version()
        there = [entry.case for entry in current.entries] if current else []
        if current is None or (unknown := [case for case in cases if case not in there]):
            raise CallError.about(
                work.root / "set",
                expected=f"one of the cases {', '.join(there) or '(none yet)'}",
                found=", ".join(cases if current is None else unknown),
                hint="`cycle status --cases` lists them.",
            )
        version = SetVersion(
            version=current.version + 1,
            created=now(),
            changed=(),
            removed=tuple(sorted(set(cases))),
            entries=tuple(entry for entry in current.entries if entry.case not in cases),
        )
        work.write_set(version)
    return version
