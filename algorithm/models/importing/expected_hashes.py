"""Which hash each fold's checkpoint must have."""

from collections.abc import Mapping

from uls.workshop.errors import CallError

__all__ = ["expected_hashes"]


def expected_hashes(
    expected: str | Mapping[str, str] | None, folds: tuple[str, ...]
) -> Mapping[str, str]:
    """Give the hash that each fold's checkpoint must have; none for folds that were not named.

    Args:
        expected: one for the only fold, or one per fold, or None.
        folds: which are imported.

    Raises:
        CallError: one hash stands for several folds, or is for a fold that is not imported.
    """
    if expected is None:
        return {}
    if not isinstance(expected, str):
        if unknown := sorted(set(expected) - set(folds)):
            found = f"one for the fold {', '.join(unknown)}"
            told = f"hashes for the folds {', '.join(folds)}"
            raise CallError.about("the expected SHA-256", expected=told, found=found)
        return expected
    if len(folds) > 1:
        found = f"one for the folds {', '.join(folds)}"
        raise CallError.about("the expected SHA-256", expected="one per fold", found=found)
    return {folds[0]: expected}
