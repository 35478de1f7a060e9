"""Either unpacker gives the same bytes, and refuses the same damage."""

import gzip
import zlib
from pathlib import Path

import numpy as np
import pytest
from synthetic_stacks import write_image

import uls.images.unpacking
from uls.images.stack import read_header, read_vois
from uls.images.unpacking import UNPACKING_ERRORS, unpacker
from uls.workshop.errors import InputError

EITHER = pytest.mark.parametrize("fast", [True, False])

DATA = bytes(300_000) + np.random.default_rng(0).bytes(5000) + bytes(100_000)


def unpacked(packed: bytes, wbits: int, *, fast: bool, piece: int) -> tuple[bytes, bytes]:
    """Unpack piece by piece, as stacks are read; give also what is behind the end."""
    stream, data, rest = unpacker(wbits, fast=fast), b"", packed
    while not stream.eof:
        got = stream.decompress(rest, piece)
        rest = stream.unconsumed_tail
        if not got and not rest and not stream.eof:
            raise EOFError
        data += got
    return data, stream.unused_data


@EITHER
@pytest.mark.parametrize("piece", [1000, 1 << 19])
def test_the_same_bytes(*, fast: bool, piece: int) -> None:
    packed = zlib.compress(DATA, 6)
    assert unpacked(packed + b"more", 15, fast=fast, piece=piece) == (DATA, b"more")


@EITHER
@pytest.mark.parametrize("wbits", [31, 47])
def test_gzip(wbits: int, *, fast: bool) -> None:
    """47: either format, whichever it turns out to be."""
    assert unpacked(gzip.compress(DATA), wbits, fast=fast, piece=4096) == (DATA, b"")


@EITHER
@pytest.mark.parametrize("place", [0, 40, -2])
def test_a_changed_byte_is_an_error(*, fast: bool, place: int) -> None:
    """In zlib's header, in the data, and in the checksum."""
    packed = bytearray(zlib.compress(DATA, 6))
    packed[place] ^= 0xFF
    with pytest.raises((*UNPACKING_ERRORS, EOFError)):
        unpacked(bytes(packed), 15, fast=fast, piece=1 << 19)


@EITHER
def test_data_that_end_early_do_not_reach_their_end(*, fast: bool) -> None:
    with pytest.raises(EOFError):
        unpacked(zlib.compress(DATA, 6)[:-5], 15, fast=fast, piece=1 << 19)


@pytest.fixture(params=[True, False], ids=["zlib-ng", "zlib"])
def stack(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A compressed stack of one VOI, read with zlib-ng if it is installed, or without."""
    if not request.param:
        monkeypatch.setattr(uls.images.unpacking, "_fast", None)
    voi = np.zeros((128, 256, 256), dtype=np.uint8)
    voi[60:70, 100:150, 90:120] = 1
    path = tmp_path / "stack.mha"
    write_image(path, voi)
    return path


def test_a_stack_is_read(stack: Path) -> None:
    (voi,) = read_vois(read_header(stack))
    assert np.count_nonzero(voi) == 10 * 50 * 30


def test_a_damaged_stack_is_named(stack: Path) -> None:
    packed = bytearray(stack.read_bytes())
    packed[-300] ^= 0xFF
    stack.write_bytes(packed)
    with pytest.raises(InputError, match=r"stack\.mha: expected voxels that can be unpacked"):
        list(read_vois(read_header(stack)))
