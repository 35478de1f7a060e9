"""Both axes of a lesion as a presentation state (GSPS): what old archives draw on the slice."""

from typing import Any

from clinic.dicom.quiet import dicom_package
from clinic.dicom_out.laterality import set_laterality
from clinic.dicom_out.report import line_px
from clinic.dicom_out.work import Finding, Work

__all__ = ["presentation"]

_CENTRE_HU, _WIDTH_HU = 40.0, 400.0


def presentation(work: Work, finding: Finding) -> Any:
    """Make the presentation state of one lesion, on its longest slice."""
    hd = dicom_package("highdicom")
    image = work.slices[finding.measured.slice_index]
    layer = hd.pr.GraphicLayer("MEASUREMENTS", order=1, description="Axes, not reviewed")
    long, short = finding.measured.long_axis, finding.measured.short_axis
    text = f"{finding.number}: {long.length_mm:.1f} x {short.length_mm:.1f} mm"
    anchor = max((tuple(end) for end in line_px(long).tolist()), key=lambda end: end[0])
    annotation = hd.pr.GraphicAnnotation(
        referenced_images=[image],
        graphic_layer=layer,
        graphic_objects=[
            hd.pr.GraphicObject(
                "POLYLINE",
                line_px(axis),
                units="PIXEL",
                tracking_id=finding.label,
                tracking_uid=finding.tracking_uid,
            )
            for axis in (long, short)
        ],
        text_objects=[
            hd.pr.TextObject(text, units="PIXEL", anchor_point=anchor, anchor_point_visible=False)
        ],
    )
    made = hd.pr.GrayscaleSoftcopyPresentationState(
        referenced_images=[image],
        series_instance_uid=work.uid("PR series"),
        series_number=work.series_number(3),
        sop_instance_uid=work.uid("PR", finding.content),
        instance_number=finding.number,
        content_label="AXES",
        content_description="Long and short axis, not reviewed",
        graphic_annotations=[annotation],
        graphic_layers=[layer],
        voi_lut_transformations=[
            hd.pr.SoftcopyVOILUTTransformation(window_center=_CENTRE_HU, window_width=_WIDTH_HU)
        ],
        series_description="uls23 axes, not reviewed",
        **work.equipment,
    )
    set_laterality(made)
    return made
