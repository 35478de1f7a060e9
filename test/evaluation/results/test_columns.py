"""Aligned columns."""

from evaluation.results.columns import aligned


def test_words_to_the_left_and_figures_to_the_right() -> None:
    table = aligned(
        ("name", "n", "note"), [("a", "10", "long text"), ("bb", "2", "")], words={0, 2}
    )
    assert table == "name   n  note\na     10  long text\nbb     2"
