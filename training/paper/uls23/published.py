"""The challenge's data sets as published, beside which a manifest's own counts stand.

Source: M. J. J. de Grauw et al., Medical Image Analysis 102 (2025).
"""

from typing import Final, NamedTuple

__all__ = ["PUBLISHED_DATASETS", "PublishedDataset"]


class PublishedDataset(NamedTuple):
    """A data set: series, lesions, and both axes as mean and standard deviation in pixels."""

    series: int
    lesions: int
    long_px: tuple[float, float]
    short_px: tuple[float, float]


_D = PublishedDataset

PUBLISHED_DATASETS: Final = {
    "KiTS21": _D(300, 332, (63.55, 39.99), (51.30, 32.39)),
    "LiTS": _D(113, 832, (26.14, 24.41), (17.17, 16.62)),
    "NIH-LN-ABD": _D(85, 557, (25.79, 11.78), (15.98, 8.08)),
    "NIH-LN-MED": _D(90, 375, (32.08, 12.75), (19.57, 8.52)),
    "LIDC-IDRI": _D(750, 2236, (13.77, 10.25), (8.23, 6.59)),
    "LNDb": _D(208, 692, (11.95, 8.57), (7.05, 5.19)),
    "MDSC-Lung": _D(63, 70, (45.40, 27.46), (27.21, 16.87)),
    "MDSC-Colon": _D(126, 131, (63.20, 23.78), (37.82, 18.70)),
    "MDSC-Pancreas": _D(281, 283, (34.65, 15.63), (24.31, 12.72)),
    "Radboudumc-Bone": _D(151, 697, (31.17, 21.50), (17.28, 11.51)),
    "Radboudumc-Pancreas": _D(119, 120, (56.14, 23.98), (37.12, 18.80)),
    "DeepLesion3D": _D(743, 743, (17.22, 13.91), (11.69, 10.48)),
    "DeepLesion": _D(14498, 31849, (35.23, 28.85), (25.25, 22.87)),
    "CCC18": _D(404, 1211, (51.81, 43.29), (38.16, 34.01)),
}
"""By the names that manifests have."""
