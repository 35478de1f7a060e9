"""What the page and its server say to each other; what the page sends is checked here first."""

import base64
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from clinic.lesions.lesion import Lesion
from clinic.page.certainty import in_words
from clinic.page.display import Display, Plane

__all__ = ["Act", "LesionNotes", "NotesChange", "Role", "lesion_json"]

_At = Annotated[float, Field(ge=-1, le=5000, allow_inf_nan=False)]
_Place = tuple[_At, _At, _At]
Role = Literal["", "target", "non-target", "new", "node"]
Decision = Literal["open", "accepted", "rejected"]
_SITE = r"^[^\x00-\x1f\x7f]*$"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Act(_Strict):
    """One step of the person at the page.

    Attributes:
        kind: of step.
        lesion: its `id`, which no other lesion of the scan ever has; not for a new one.
        place: (z, y, x) in voxels of the page, of a click.
        box: two opposite corners, likewise.
        stroke: points of the brush.
        plane: in which the brush paints.
        radius_mm: of the brush.
        adds: False where the brush erases.
        threshold: of the lesion, in logits.
    """

    kind: Literal["click", "box", "include", "exclude", "threshold", "paint", "remove", "undo"]
    lesion: Annotated[int, Field(ge=0, le=2**50)] = 0
    place: _Place | None = None
    box: tuple[_Place, _Place] | None = None
    stroke: Annotated[list[_Place], Field(min_length=1, max_length=500)] | None = None
    plane: Plane = "axial"
    radius_mm: Annotated[float, Field(ge=0.2, le=50)] = 3.0
    adds: bool = True
    threshold: Annotated[float, Field(ge=-12, le=12, allow_inf_nan=False)] = 0.0


class LesionNotes(_Strict):
    """A lesion's `id`, and what the person says of it: no role until one was chosen."""

    id: int
    site: str = ""
    role: Role = ""
    decision: Decision = "open"


class NotesChange(_Strict):
    """What the person says anew of a lesion; what is not given stays as it is."""

    site: Annotated[str, Field(max_length=80, pattern=_SITE)] | None = None
    role: Role | None = None
    decision: Decision | None = None


def lesion_json(
    lesion: Lesion, notes: LesionNotes, threshold: float, display: Display
) -> dict[str, Any]:
    """Give a lesion as the page draws and lists it."""
    mask, measured = display.mask(lesion), lesion.measurements
    bits = np.packbits(mask.voxels, bitorder="little").tobytes()
    axes = {}
    if measured is not None:
        for name in ("long", "short"):
            diameter = getattr(measured, f"{name}_axis")
            ends = [display.shown(end) for end in diameter.ends_xyz]
            axes[name] = {"mm": round(diameter.length_mm, 1), "ends": ends}
    x, y, z = lesion.target.click_xyz
    return {
        "name": lesion.name,
        "click": display.shown((x, y, z)),
        "corner": mask.corner_zyx,
        "size": mask.voxels.shape,
        "bits": base64.b64encode(bits).decode(),
        "axes": axes,
        "ml": None if measured is None else round(measured.volume_ml, 2),
        "mean_hu": None if measured is None else round(measured.mean_hu),
        "certainty": in_words(lesion.stability),
        "warnings": list(lesion.warnings),
        "threshold": threshold,
        **notes.model_dump(),
    }
