"""Which lesions are evaluated, and which the peers are tuned on: never the same."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from training.starter.evaluate import synthetic
from training.starter.evaluate.cases import (
    Lesion,
    LesionFiles,
    find_lesions,
    read_lesion,
    trained_on,
)
from training.starter.settings.cases_seen import CasesSeen
from uls.workshop.errors import InputError

__all__ = ["Choice", "choose_lesions", "choose_tuning_lesions"]


@dataclass(frozen=True)
class Choice:
    """Lesions on disk, and how many synthetic ones of a family of seeds."""

    files: tuple[LesionFiles, ...] = ()
    n_synthetic: int = 0
    family: int = synthetic.VALIDATION

    def __len__(self) -> int:
        return len(self.files) + self.n_synthetic

    def read(self) -> Iterator[Lesion]:
        """Read or draw the lesions, one at a time."""
        yield from map(read_lesion, self.files)
        for index in range(self.n_synthetic):
            yield synthetic.draw_lesion(index, family=self.family)


def choose_lesions(
    folders: Sequence[Path],
    *,
    n_synthetic: int,
    all_lesions: bool = False,
    seen: CasesSeen = None,
) -> Choice:
    """Choose what is evaluated: of the folders, what the model was never trained on.

    Args:
        folders: of real lesions.
        n_synthetic: how many synthetic lesions are evaluated beside them.
        all_lesions: those that it was or may have been trained on, too.
        seen: the cases that it was trained on, as far as it says.

    Raises:
        InputError: the folders hold no lesion to evaluate.
    """
    found = find_lesions(folders)
    chosen = tuple(files for files in found if all_lesions or not trained_on(files, seen))
    if found and not chosen:
        raise InputError.about(
            ", ".join(map(str, folders)),
            expected="lesions that the model was never trained on",
            found=f"{len(found)} that it was trained on"
            if seen is not None
            else f"{len(found)} that it may have been trained on; it does not say",
            hint="Evaluate others; keep some from training with `starter train --hold-out`; or "
            "take these with --all-lesions, which is no fair result.",
        )
    return Choice(chosen, n_synthetic)


def choose_tuning_lesions(
    folders: Sequence[Path], evaluated: Choice, *, count: int, seen: CasesSeen = None
) -> Choice:
    """Choose lesions to tune peers on: training lesions of the folders, else synthetic ones.

    Args:
        folders: of real lesions.
        evaluated: what is evaluated; none of it is chosen.
        count: how many at most: of each group in turn, in an order that their names decide.
        seen: the cases that the model was trained on, as far as it says.
    """
    names = {files.name for files in evaluated.files}
    training = [f for f in find_lesions(folders) if trained_on(f, seen) and f.name not in names]
    if not training:
        return Choice(n_synthetic=count, family=synthetic.TUNING)
    return Choice(_groups_in_turn(training)[:count])


def _groups_in_turn(lesions: Sequence[LesionFiles]) -> tuple[LesionFiles, ...]:
    shuffled = sorted(lesions, key=lambda files: zlib.crc32(files.name.encode()))
    groups = [[f for f in shuffled if f.group == group] for group in _groups(lesions)]
    turns = zip_longest(*groups)
    return tuple(files for turn in turns for files in turn if files is not None)


def _groups(lesions: Sequence[LesionFiles]) -> list[str]:
    return sorted({files.group for files in lesions})
