"""One run of the protocol, top to bottom: choose lesions, tune peers, segment, score, report."""

import logging
from collections.abc import Iterator, Mapping

import numpy as np
import SimpleITK as sitk
from threadpoolctl import threadpool_limits

from algorithm.cli.load import make_predictor
from algorithm.engines.selection.create import create
from algorithm.inference.predictor import Predictor
from algorithm.inference.zoom_predictor import ZoomPredictor
from algorithm.models.find_model import find_model
from algorithm.models.importing.on_the_fly import load_model
from algorithm.models.weights import Model
from training.starter.evaluate.choice import Choice, choose_lesions, choose_tuning_lesions
from training.starter.evaluate.corrected import CORRECTIONS, CorrectedScore, correct
from training.starter.evaluate.options import EvaluateOptions
from training.starter.evaluate.peers import ChosenPeer, all_peers, choose_peers
from training.starter.evaluate.protocol import Case, prepare
from training.starter.evaluate.readers import readers_agreement
from training.starter.evaluate.report import Method, Report, digest
from training.starter.evaluate.scores import CaseScores, Segment, model_segment, score_case
from training.starter.evaluate.selectivity import select
from training.starter.settings.cases_seen import CasesSeen, cases_of
from uls.geometry.voi import VOI_SHAPE_ZYX
from uls.workshop.cpus import available_cpus
from uls.workshop.progress import Progress, log_beside_bars

__all__ = ["run"]

_log = logging.getLogger(__name__)

_MODEL = "model"


def run(options: EvaluateOptions) -> Report:
    """Run the protocol.

    Raises:
        CallError: the engine, or OpenCV where peers are wanted, is not installed.
        InputError: a folder of lesions is not what it should be.
        ModelError: the model is missing or is not what its manifest says.
    """
    model = load_model(find_model(options.model))
    seen = _cases_seen(model, options)
    readers = () if options.readers is None else readers_agreement(options.readers)
    lesions = choose_lesions(
        options.folders,
        n_synthetic=options.n_synthetic,
        all_lesions=options.all_lesions,
        seen=seen,
    )
    cpus = available_cpus()
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(cpus)
    networks = create(options.engine, model, device=options.device, precision="auto")
    engine = f"{networks[0].name} on {networks[0].device}"
    _log.info("Model %s, %s, %d CPUs", model.manifest.name, engine, cpus)
    predictor = make_predictor(model, networks)
    _warm_up(predictor)
    # Spinning BLAS threads would take cores from the network, see `algorithm/__init__.py`.
    with log_beside_bars(), threadpool_limits(1, user_api="blas"):
        tuned_on, peers = _tuned_peers(options, lesions, seen) if options.peers else ((), ())
        segments: dict[str, Segment] = {_MODEL: model_segment(predictor)}
        segments |= {chosen.peer.family: chosen.peer for chosen in peers}
        scores = _score(segments, lesions, options)
        selected, healthy = select(segments[_MODEL], options.n_several)
        corrected = _correct(predictor, lesions, options) if options.corrections else ()
    return Report(
        model=model.manifest.name,
        model_sha256=model.sha256,
        measured=digest(model.manifest),
        seen="some" if options.all_lesions else "unknown" if seen is None else "no",
        engine=engine,
        cpus=cpus,
        clicks=options.clicks,
        seed=options.seed,
        tuning_lesions=tuned_on,
        methods=tuple(_methods(scores, peers)),
        selected=selected,
        healthy=healthy,
        corrected=corrected,
        readers=readers,
    )


def _cases_seen(model: Model, options: EvaluateOptions) -> CasesSeen:
    """Give the cases that a model says it was trained on; where it does not say, say so."""
    seen = cases_of(model.manifest)
    if seen is None and options.folders:
        _log.warning(
            "Model %s does not say what it was trained on: of the folders, all but the starter "
            "model's training data is taken. Make sure that it never saw these lesions.",
            model.manifest.name,
        )
    return seen


def _warm_up(predictor: Predictor) -> None:
    """Predict a VOI of air: what an engine does on its first call only is not timed."""
    predictor.predict(np.full(VOI_SHAPE_ZYX, -1000, dtype=np.int16), spacing_mm=(1.0, 1.0, 1.0))


def _tuned_peers(
    options: EvaluateOptions, evaluated: Choice, seen: CasesSeen
) -> tuple[tuple[str, ...], tuple[ChosenPeer, ...]]:
    """Choose the peers' settings; also name the lesions that they were chosen on."""
    peers = all_peers()
    tuning = choose_tuning_lesions(options.folders, evaluated, count=options.n_tuning, seen=seen)
    names: list[str] = []

    def cases() -> Iterator[Case]:
        for lesion in tuning.read():
            names.append(lesion.name)
            yield prepare(lesion, clicks=1, seed=options.seed)

    with Progress("Tuning peers", total=len(tuning) * len(peers), unit="VOI") as shown:
        chosen = choose_peers(peers, cases(), after_click=shown.update)
    for peer in chosen:
        best = peer.tuning_dice[peer.peer.setting]
        _log.info("%s: %s (tuning Dice %.3f)", peer.peer.family, peer.peer.setting, best)
    return tuple(names), chosen


def _score(
    segments: Mapping[str, Segment], lesions: Choice, options: EvaluateOptions
) -> dict[str, list[CaseScores]]:
    """Score every method on every lesion: each is read once."""
    scores: dict[str, list[CaseScores]] = {name: [] for name in segments}
    total = len(lesions) * options.clicks * len(segments)
    with Progress("Lesions", total=total, unit="VOI") as shown:
        for lesion in lesions.read():
            case = prepare(lesion, clicks=options.clicks, seed=options.seed)
            for name, segment in segments.items():
                scores[name].append(score_case(segment, case, after_click=shown.update))
            _log.info("%s", _line(scores))
    return scores


def _correct(
    predictor: Predictor, lesions: Choice, options: EvaluateOptions
) -> tuple[CorrectedScore, ...]:
    """Correct the masks of every lesion, if the model takes corrections."""
    if not isinstance(predictor, ZoomPredictor) or not predictor.takes_corrections:
        _log.warning("The model takes no corrections: none are measured")
        return ()
    total = len(lesions) * options.clicks * (1 + CORRECTIONS)
    corrected = list[CorrectedScore]()
    with Progress("Corrections", total=total, unit="VOI") as shown:
        for lesion in lesions.read():
            case = prepare(lesion, clicks=options.clicks, seed=options.seed)
            corrected.extend(correct(predictor, case, after_click=shown.update))
    return tuple(corrected)


def _line(scores: Mapping[str, list[CaseScores]]) -> str:
    """Say how each method fared on the last lesion."""
    last = {name: cases[-1] for name, cases in scores.items()}
    lesion = last[_MODEL]
    dice = (
        f"{name} {' '.join(f'{click.dice:.2f}' for click in case.clicks)}"
        for name, case in last.items()
    )
    return f"{lesion.name}, {lesion.diameter_mm:.0f} mm: Dice of {', '.join(dice)}"


def _methods(
    scores: Mapping[str, list[CaseScores]], peers: tuple[ChosenPeer, ...]
) -> Iterator[Method]:
    yield Method(_MODEL, "", {}, tuple(scores[_MODEL]))
    for chosen in peers:
        cases = tuple(scores[chosen.peer.family])
        yield Method(chosen.peer.family, chosen.peer.setting, chosen.tuning_dice, cases)
