"""Scored lesions and clicks as metrics.json has them, with only what a test is about."""

from evaluation.analysis.recist import lesion_recist
from evaluation.results.lesion_sections import OffCentre, SurfaceScore
from evaluation.results.metrics import Clicks, ClicksPair, Lesion, MaskMeasures
from uls.geometry.voi import Spacing

CUBE_MM: Spacing = (1.0, 1.0, 1.0)


def measures(long_mm: float = 20.0, short_mm: float = 10.0, *, voxels: int = 100) -> MaskMeasures:
    """A mask with these axes, in mm and (voxels of 1 mm) in voxels."""
    return MaskMeasures(
        voxels=voxels,
        volume_ml=voxels / 1000,
        long_axis_voxels=long_mm,
        short_axis_voxels=short_mm,
        long_axis_mm=long_mm,
        short_axis_mm=short_mm,
        slice_z=None,
        long_axis_yx=None,
        short_axis_yx=None,
    )


def lesion(
    dice: float = 0.5,
    *,
    voi: int = 0,
    stack: str = "stack",
    errors: tuple[float, float] = (0.1, 0.2),
    reference: MaskMeasures | None = None,
    prediction: MaskMeasures | None = None,
    no_prediction: bool = False,
    patient: str | None = None,
    off_centre: OffCentre | None = None,
    surface: SurfaceScore | None = None,
    spacing_mm: Spacing = CUBE_MM,
    **attributes: str,
) -> Lesion:
    expected = reference or measures()
    found = None if no_prediction else prediction or measures()
    return Lesion(
        fn=f"file_0_lesion_{voi}",
        stack=stack,
        voi=voi,
        spacing_mm=spacing_mm,
        dice=dice,
        long_axis_error=errors[0],
        short_axis_error=errors[1],
        reference=expected,
        prediction=found,
        notes=[],
        patient=patient,
        attributes=attributes,
        off_centre=off_centre,
        recist=lesion_recist(
            expected, found, lesion_type=attributes.get("type"), spacing_mm=spacing_mm
        ),
        surface=surface,
    )


def clicks(
    dice: float, a: int, b: int, *, stack: str = "stack", patient: str | None = None
) -> Clicks:
    pair = ClicksPair(a=a, b=b, move_zyx=(0, 0, 0), dice=dice, notes=[])
    return Clicks(stack=stack, dice=dice, pairs=[pair], patient=patient)
