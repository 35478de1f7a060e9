"""The certainty of a lesion's edge in words; a person accepts, whatever they say."""

__all__ = ["in_words"]

_WORDS = ((0.65, "sharp edge"), (0.45, "fairly sharp edge"), (0.25, "unsharp edge"))


def in_words(stability: float | None) -> str:
    """Return in words how sharply the model sees the edge.

    The four points of experience behind these words (0.69 on a true lesion; 0.40, 0.34 and 0.06 on
    healthy tissue) are no validation, so the words speak of the edge and not of disease.
    """
    if stability is None:
        return "nothing found"
    words = (text for least, text in _WORDS if stability >= least)
    return next(words, "very unsharp edge: perhaps no lesion")
