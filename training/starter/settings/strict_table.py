"""What every table of the recipe is."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Range", "Share", "Strict"]

Share = Annotated[float, Field(ge=0, le=1)]
Range = tuple[float, float]


class Strict(BaseModel):
    """A table of the recipe: no unknown entries, none may be missing."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
