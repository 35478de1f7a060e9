"""Splitting a series that holds several phases at the same places into one per phase."""

from collections.abc import Sequence

from clinic.dicom.header import Header

__all__ = ["phases"]

_BY = (
    ("acquisition", "AcquisitionNumber"),
    ("temporal position", "TemporalPositionIdentifier"),
    ("acquisition time", "AcquisitionDateTime"),
    ("acquisition time", "AcquisitionTime"),
    ("content time", "ContentTime"),
)


def phases(headers: Sequence[Header]) -> list[tuple[str, list[Header]]]:
    """Give a series' slices, phase by phase; ("", all of them) where it has one phase.

    A series is split where most places occur several times, and where one of its attributes, the
    number or the time of acquisition, tells the slices at one place apart. A place that occurs
    twice by itself is no phase, but a slice that lies there twice.
    """
    whole = [("", list(headers))]
    places = [h.floats("ImagePositionPatient", 3) for h in headers]
    n_places = len(set(places))
    if None in places or n_places * 3 > len(headers) * 2:
        return whole
    for name, keyword in _BY:
        groups: dict[str, list[Header]] = {}
        for header in headers:
            groups.setdefault(header.text(keyword), []).append(header)
        if len(groups) > 1 and all(_is_phase(g, n_places) for g in groups.values()):
            ordered = sorted(groups.items(), key=lambda item: (len(item[0]), item[0]))
            return [(_named(name, n, key), group) for n, (key, group) in enumerate(ordered, 1)]
    return whole


def _named(name: str, nth: int, key: str) -> str:
    """Name a phase: by its number, or, as times are the patient's, by its place in time."""
    return f"{name} {key}" if key.isdecimal() and len(key) <= 5 else f"{name} no. {nth}"


def _is_phase(headers: Sequence[Header], n_places: int) -> bool:
    """Tell whether slices lie at most of the series' places, once at each."""
    n_own = len({h.floats("ImagePositionPatient", 3) for h in headers})
    return n_own == len(headers) and 2 * n_own > n_places
