"""What every table of the recipe is, and the kinds of numbers that stand in them."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

__all__ = [
    "Count",
    "Decay",
    "Percentile",
    "PositiveRange",
    "Range",
    "Share",
    "Strict",
    "Whole",
    "WholeRange",
]


def _rising(limits: tuple[float, float]) -> tuple[float, float]:
    if limits[0] > limits[1]:
        raise ValueError("a range that rises")
    return limits


def _positive(limits: tuple[float, float]) -> tuple[float, float]:
    if limits[0] <= 0:
        raise ValueError("a range above 0: it is drawn log-uniformly")
    return limits


Share = Annotated[float, Field(ge=0, le=1)]
Decay = Annotated[float, Field(ge=0, lt=1)]
Percentile = Annotated[float, Field(ge=0, le=100)]
Count = Annotated[int, Field(ge=1)]
Whole = Annotated[int, Field(ge=0)]
"""A number of things of which there may be none."""
Range = Annotated[tuple[float, float], AfterValidator(_rising)]
WholeRange = Annotated[tuple[Whole, Whole], AfterValidator(_rising)]
PositiveRange = Annotated[Range, AfterValidator(_positive)]


class Strict(BaseModel):
    """A table of the recipe: no unknown entries, none may be missing."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
