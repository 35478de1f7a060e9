"""What every part of metrics.json is made of."""

from pydantic import BaseModel, ConfigDict

__all__ = ["Section"]


class Section(BaseModel):
    """An object in metrics.json: read by its key or its Python name; unknown keys are ignored."""

    model_config = ConfigDict(populate_by_name=True, extra="ignore")
