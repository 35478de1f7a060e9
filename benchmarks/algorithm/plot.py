"""A picture of the figures: seconds, share of the peak and memory, engine beside engine."""

from io import BytesIO

from benchmarks.algorithm.results import Bench, Measured

__all__ = ["png_of"]

_OURS, _THEIRS = "#2a6f97", "#b5651d"
_ROW_INCHES = 0.5


def png_of(bench: Bench) -> bytes:
    """Draw the figures as PNG; needs matplotlib."""
    from matplotlib.figure import Figure  # noqa: PLC0415  (only for --plot)

    rows = dict(bench.engines)
    if bench.nnunetv2 is not None:
        rows["nnunetv2"] = bench.nnunetv2
    figure = Figure(figsize=(12, 1.8 + _ROW_INCHES * len(rows)), layout="constrained")
    for axes, (title, values) in zip(figure.subplots(1, 3), _panels(rows).items(), strict=True):
        colours = [_THEIRS if name == "nnunetv2" else _OURS for name in rows]
        bars = axes.barh(list(rows), values, color=colours)
        axes.bar_label(bars, fmt="%.3g", padding=3)
        axes.margins(x=0.2)
        axes.invert_yaxis()
        axes.set_title(title, fontsize="medium")
    figure.suptitle(f"{bench.model.partition(':')[0]} on {bench.device}", fontsize="medium")
    picture = BytesIO()
    figure.savefig(picture, format="png", dpi=120)
    return picture.getvalue()


def _panels(rows: dict[str, Measured]) -> dict[str, list[float]]:
    return {
        "seconds per VOI (median)": [row.seconds_per_voi for row in rows.values()],
        "% of the matrix-product peak": [100 * (row.share_of_peak or 0) for row in rows.values()],
        "peak memory in GB": [row.peak_memory_gb for row in rows.values()],
    }
