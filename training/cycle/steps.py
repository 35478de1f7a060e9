"""The steps of a round, each a stage that makes one output and can be stopped anywhere."""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from training.cycle.copies import copy_folder
from training.cycle.data import DATASET, DataSettings, write_data
from training.cycle.decide import decide
from training.cycle.options import Options
from training.cycle.project import FIRST_MODEL, Work, write_record
from training.cycle.records import Entry, Round
from training.cycle.scoring import score_model, scores_in
from training.jobs.stages import Stage
from uls.workshop.files import write_json

__all__ = ["decision_file", "steps"]

_TUNED = "tuned.json"


def steps(work: Work, this: Round, entries: Sequence[Entry], options: Options) -> list[Stage]:
    """List the steps of a round, in their order; the last writes the decision."""
    return [
        _data(work, this, entries),
        _tuning(work, this, options),
        _model(work, this),
        _scoring(work, this.base_model, options),
        _scoring(work, _new_model(this), options),
        _deciding(work, this),
    ]


def decision_file(work: Work, number: int) -> Path:
    """Say where a round's decision stands."""
    return work.round(number) / "decision.json"


def _new_model(this: Round) -> str:
    return f"{this.number:04d}"


def _data(work: Work, this: Round, entries: Sequence[Entry]) -> Stage:
    settings = DataSettings(seed=this.seed, smallest_axis_px=this.smallest_axis_px)

    def write(place: Path) -> None:
        write_data(work, entries, place, settings)

    return Stage(
        name=f"round-{this.number:04d}-data",
        output=work.round(this.number) / "data",
        work=write,
        settings={
            "seed": this.seed,
            "smallest_axis_px": this.smallest_axis_px,
            "cases": [entry.case for entry in entries],
        },
        inputs={"set": work.root / "set" / f"{this.set_version:04d}.json"},
    )


def _tuning(work: Work, this: Round, options: Options) -> Stage:
    first = FIRST_MODEL if this.begin_with == "original" else this.base_model
    model, data = work.model(first), work.round(this.number) / "data" / DATASET

    def tune(place: Path) -> None:
        place.mkdir(parents=True, exist_ok=True)
        made = options.fine_tune(
            model, data, place, settings=this.settings, machine=options.machine
        )
        write_json(place / _TUNED, {"model": made.relative_to(place).as_posix()})

    return Stage(
        name=f"round-{this.number:04d}-fine-tune",
        output=work.round(this.number) / "training",
        work=tune,
        settings=this.settings.model_dump(mode="json"),
        inputs={"model": model, "data": data},
    )


def _model(work: Work, this: Round) -> Stage:
    """Keep the tuned model under its own name, whatever becomes of it."""
    training = work.round(this.number) / "training"
    return Stage(
        name=f"round-{this.number:04d}-model",
        output=work.model(_new_model(this)),
        work=partial(_copy_tuned, training),
        inputs={"training": training},
    )


def _copy_tuned(training: Path, place: Path) -> None:
    made = json.loads((training / _TUNED).read_bytes())["model"]
    copy_folder(training / made, place)


def _scoring(work: Work, model: str, options: Options) -> Stage:
    """Score a model once; the next round takes the scores of the one it begins with from here."""

    def score(place: Path) -> None:
        place.mkdir(parents=True, exist_ok=True)
        score_model(work.model(model), work.test_set, place, options.segment)

    return Stage(
        name=f"score-{model}",
        output=work.scores(model),
        work=score,
        settings=options.segment.settings,
        inputs={"model": work.model(model), "test set": work.test_set},
    )


def _deciding(work: Work, this: Round) -> Stage:
    old, new = work.scores(this.base_model), work.scores(_new_model(this))

    def write(place: Path) -> None:
        decision = decide(
            scores_in(old),
            scores_in(new),
            work.project.rule,
            round_number=this.number,
            set_version=this.set_version,
            old_model=this.base_model,
            new_model=_new_model(this),
            test_set_sha256=work.project.test_set_sha256,
        )
        write_record(place, decision)

    return Stage(
        name=f"round-{this.number:04d}-decision",
        output=decision_file(work, this.number),
        work=write,
        settings=work.project.rule.model_dump(mode="json"),
        inputs={"old": old, "new": new},
    )
