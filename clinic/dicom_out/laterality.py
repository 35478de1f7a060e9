"""Which side of the body: an object that names no body part must say that it is not known."""

from typing import Any

__all__ = ["set_laterality"]


def set_laterality(made: Any) -> None:
    """Leave the side open in an object that does not name the body part."""
    if "BodyPartExamined" not in made and "Laterality" not in made:
        made.Laterality = ""
