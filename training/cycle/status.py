"""What a cycle's folder holds, as text for a terminal."""

from collections.abc import Iterator

from evaluation.results.columns import Row, aligned
from training.cycle.project import Work, read_record
from training.cycle.records import Decision, Round
from training.cycle.rounds import decision_of, is_abandoned
from uls.report.text import counted

__all__ = ["decision_text", "status_text"]


def status_text(work: Work, *, cases: bool = False) -> str:
    """Lay out the set, its cases if asked, the rounds, and which model is the current one."""
    version = work.set_version()
    entries = version.entries if version else ()
    parts = [
        f"Current model: {work.root / 'models' / 'current'} ({work.current_model})",
        f"Test set: {work.test_set}",
        f"Set: version {version.version if version else 0}, {len(entries)} cases, "
        f"{sum(len(entry.segments) for entry in entries)} segments, "
        f"{sum(bool(entry.signed_off_by) for entry in entries)} cases signed off",
    ]
    if cases and entries:
        listed = [(e.case, e.patient, e.by, e.signed_off_by or "-", e.scan) for e in entries]
        names = ("case", "patient", "by", "signed off by", "scan")
        parts.append("\n" + aligned(names, listed, words=(0, 1, 2, 3, 4)))
    rows = list(_rounds(work))
    if rows:
        headings = ("round", "set", "from", "score", "old", "new", "difference 95 %", "outcome")
        parts.append("\n" + aligned(headings, rows, words=(0, 3, 6, 7)))
    return "\n".join(parts)


def _rounds(work: Work) -> Iterator[Row]:
    for number in work.rounds():
        this = read_record(Round, work.round(number) / "round.json")
        decision = decision_of(work, number)
        begun = (f"{number:04d}", str(this.set_version), this.base_model)
        if decision is None:
            outcome = "abandoned" if is_abandoned(work, number) else "stopped: run again"
            yield (*begun, "", "", "", "", outcome)
        else:
            scores = (decision.score, f"{decision.old:.4f}", f"{decision.new:.4f}")
            yield (*begun, *scores, _interval(decision), _outcome(decision))


def _outcome(decision: Decision) -> str:
    return "promoted" if decision.promoted else "not promoted"


def _interval(decision: Decision) -> str:
    if decision.interval is None:
        return "-"
    return f"{decision.interval.lower:+.4f} to {decision.interval.upper:+.4f}"


def decision_text(decision: Decision) -> str:
    """Lay out one decision: the score, the groups, the outcome and its reasons."""
    groups = [
        (g.by, g.name, str(g.lesions), f"{g.old:.3f}", f"{g.new:.3f}", g.verdict)
        for g in decision.groups
    ]
    headings = ("group by", "group", "lesions", "old Dice", "new Dice", "verdict")
    return "\n".join(
        [
            f"{decision.score}: {decision.old:.4f} (model {decision.old_model}), then "
            f"{decision.new:.4f} (model {decision.new_model}); difference "
            f"{decision.difference:+.4f}, 95 % {_interval(decision)}, paired bootstrap of "
            f"{counted(decision.units, decision.unit)}",
            aligned(headings, groups, words=(0, 1, 5)),
            f"{_outcome(decision).capitalize()}: {'; '.join(decision.reasons)}",
        ]
    )
