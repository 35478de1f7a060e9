"""Hostile and broken submissions: a clear error or the right score; never a crash or a hang.

The corpus is made here, one function a case, from one VOI with a block of 400 voxels; then
predictions.json and a mask's header are mutated byte by byte.
"""

import gzip
import json
import os
import tracemalloc
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from synthetic_stacks import write_image
from synthetic_submission import Submission, block, job

from evaluation.scoring.job import evaluate
from evaluation.scoring.options import Missing
from evaluation.scoring.submission import pair_up
from uls.images.mask_reading import read_masks
from uls.images.pixels import locate
from uls.images.stack import read_header
from uls.platform.predictions import PredictionJob, read_predictions
from uls.workshop.errors import InputError

VOXELS = 128 * 256 * 256


@pytest.fixture
def one(tmp_path: Path) -> Submission:
    """One VOI, perfectly predicted."""
    submission = Submission(tmp_path)
    submission.add_stack([block()], [block()], multi=[[[0, 0, [0.0] * 3]]])
    return submission


def write_mha(path: Path, body: bytes, **fields: object) -> None:
    """A MetaImage header of one uint8 VOI with some fields changed (None: left out), and a body."""
    header: dict[str, object] = {
        "ObjectType": "Image",
        "NDims": 3,
        "BinaryData": True,
        "BinaryDataByteOrderMSB": False,
        "CompressedData": False,
        "CompressedDataSize": None,
        "DimSize": "256 256 128",
        "ElementSpacing": "1 1 1",
        "ElementType": "MET_UCHAR",
    }
    header |= fields
    header |= {"ElementDataFile": header.pop("ElementDataFile", "LOCAL")}
    lines = [f"{key} = {value}\n" for key, value in header.items() if value is not None]
    path.write_bytes("".join(lines).encode("utf-8") + body)


def packed(body: bytes, **fields: object) -> dict[str, Any]:
    squeezed = zlib.compress(body, 1)
    compressed = {"CompressedData": True, "CompressedDataSize": len(squeezed)}
    return {"body": squeezed, **(compressed | fields)}


# Odd, but every nonzero voxel still counts: the right score.

RIGHT = {
    "0 and 255": lambda m: (m * 255).astype(np.uint8),
    "several labels": lambda m: (m * (1 + np.indices(m.shape)[2] % 7)).astype(np.uint8),
    "64 bits": lambda m: m.astype(np.int64) << 40,
}


@pytest.mark.parametrize("name", RIGHT)
def test_odd_values_score_right(one: Submission, name: str) -> None:
    write_image(one.mask_file(), RIGHT[name](block()))
    metrics = evaluate(one.options())
    assert metrics.case.dice == {"0": 1}
    assert metrics.aggregates.challenge_score == pytest.approx(1)


@pytest.mark.parametrize("said", [True, False])
def test_byte_order_that_is_told_wrongly_moves_values_but_no_voxels(
    one: Submission, said: bool
) -> None:
    """1 becomes 256, 0 stays 0."""
    body = block().astype("<i2").tobytes()
    write_mha(one.mask_file(), body, ElementType="MET_SHORT", BinaryDataByteOrderMSB=said)
    metrics = evaluate(one.options())
    assert metrics.case.dice == {"0": 1}
    assert any("VOI 0 holds 256" in warning for warning in metrics.warnings) == said


def test_a_header_that_is_no_ascii_is_read(one: Submission) -> None:
    write_mha(one.mask_file(), block().tobytes(), Comment="größer")
    assert evaluate(one.options()).case.dice == {"0": 1}


def test_a_prediction_of_ones_alone(one: Submission) -> None:
    """Dice 2·400 / (400 + 2²³); long axis 255·√2 against 9·√2: error 246 / 264; alike the short."""
    write_image(one.mask_file(), np.ones((128, 256, 256), dtype=np.uint8))
    metrics = evaluate(one.options())
    assert metrics.case.dice["0"] == pytest.approx(800 / (400 + VOXELS))
    assert metrics.case.long_axis_error["0"] == pytest.approx(246 / 264)
    assert metrics.case.short_axis_error["0"] == pytest.approx(246 / 264)
    assert metrics.consistency_check.dice == {"0": 1}


# Masks that cannot be used: an error that names the job, or the worst score.


def announce_terabytes(path: Path) -> None:
    write_mha(path, b"", DimSize="256 256 1280000000")


def announce_more_than_fits_a_number(path: Path) -> None:
    write_mha(path, b"", DimSize=f"256 256 {'9' * 30}")


def announce_a_negative_size(path: Path) -> None:
    write_mha(path, b"", DimSize="256 256 -128")


def announce_infinite_packed_bytes(path: Path) -> None:
    write_mha(path, **packed(block().tobytes(), CompressedDataSize="1e999"))


def announce_no_packed_number(path: Path) -> None:
    write_mha(path, **packed(block().tobytes(), CompressedDataSize="many"))


def bomb(path: Path) -> None:
    """8 VOIs of zeros, packed a thousandfold, where one is announced."""
    packer = zlib.compressobj(9)
    squeezed = b"".join(packer.compress(bytes(VOXELS)) for _ in range(8)) + packer.flush()
    write_mha(path, squeezed, CompressedData=True, CompressedDataSize=len(squeezed))


def fall_short(path: Path) -> None:
    write_mha(path, **packed(block().tobytes()[:-1]))


def pack_with_a_wrong_checksum(path: Path) -> None:
    squeezed = zlib.compress(block().tobytes())
    spoilt = squeezed[:-1] + bytes([squeezed[-1] ^ 1])
    write_mha(path, spoilt, CompressedData=True, CompressedDataSize=len(spoilt))


def claim_another_type(path: Path) -> None:
    write_mha(path, block().tobytes(), ElementType="MET_FLOAT")


def claim_no_known_type(path: Path) -> None:
    write_mha(path, block().tobytes(), ElementType="MET_NONSENSE")


def claim_text(path: Path) -> None:
    write_mha(path, b"0 " * VOXELS, BinaryData=False)


def claim_colours(path: Path) -> None:
    write_mha(path, block().tobytes() * 3, ElementNumberOfChannels=3)


def claim_four_dimensions(path: Path) -> None:
    write_mha(path, block().tobytes(), NDims=4, DimSize="256 256 128 1", ElementSpacing="1 1 1 1")


def claim_a_thousand_dimensions(path: Path) -> None:
    write_mha(path, block().tobytes(), NDims=1000, DimSize="1 " * 1000)


def name_the_reference(path: Path) -> None:
    write_mha(path, b"", ElementDataFile="../../../../../ground-truth/stack.raw")


def name_a_system_file(path: Path) -> None:
    write_mha(path, b"", ElementDataFile="/dev/zero")


def name_the_folder(path: Path) -> None:
    write_mha(path, b"", ElementDataFile="..")


def name_a_list(path: Path) -> None:
    write_mha(path, b"/etc/passwd\n", ElementDataFile="LIST")


def end_the_header_never(path: Path) -> None:
    path.write_bytes(b"ObjectType = Image\n" + b"Comment = x\n" * 100_000)


def write_one_endless_line(path: Path) -> None:
    path.write_bytes(b"NDims = 3\nComment = " + b"x" * 1_000_000)


def write_floats(path: Path) -> None:
    write_image(path, block().astype(np.float32))


def write_minus_zero_around(path: Path) -> None:
    write_image(path, np.where(block(), 1, -0.0))


def write_negative(path: Path) -> None:
    write_image(path, -block().astype(np.int16))


def write_nan(path: Path) -> None:
    write_image(path, np.where(block(), np.nan, 0).astype(np.float32))


def write_minus_infinity(path: Path) -> None:
    write_image(path, np.where(block(), -np.inf, 0).astype(np.float64))


def write_nifti_under_this_name(path: Path) -> None:
    made = write_image(path.with_name("a.nii"), block(), compressed=False)
    made.rename(path)


def make_a_pipe(path: Path) -> None:
    """Whoever opened it would wait forever."""
    path.unlink()
    os.mkfifo(path)


UNUSABLE = [
    announce_terabytes,
    announce_more_than_fits_a_number,
    announce_a_negative_size,
    announce_infinite_packed_bytes,
    announce_no_packed_number,
    bomb,
    fall_short,
    pack_with_a_wrong_checksum,
    claim_another_type,
    claim_no_known_type,
    claim_text,
    claim_colours,
    claim_four_dimensions,
    claim_a_thousand_dimensions,
    name_the_reference,
    name_a_system_file,
    name_the_folder,
    name_a_list,
    end_the_header_never,
    write_one_endless_line,
    write_floats,
    write_minus_zero_around,
    write_negative,
    write_nan,
    write_minus_infinity,
    write_nifti_under_this_name,
    make_a_pipe,
]


@pytest.mark.parametrize("spoil", UNUSABLE)
def test_an_unusable_mask_is_an_error_or_scores_zero(
    one: Submission, spoil: Callable[[Path], None]
) -> None:
    spoil(one.mask_file())
    with pytest.raises(InputError, match="job 'job-stack'") as caught:
        evaluate(one.options())
    assert "expected" in str(caught.value)
    assert "found" in str(caught.value)
    assert not one.metrics_file.exists()
    metrics = evaluate(one.options(missing=Missing.SCORE_ZERO))
    assert metrics.aggregates.challenge_score == 0
    assert metrics.missing[0].job == "job-stack"


@pytest.mark.parametrize("spoil", [announce_terabytes, bomb, end_the_header_never])
def test_hostile_files_are_refused_in_the_memory_of_one_voi(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    path = tmp_path / "a.mha"
    spoil(path)
    tracemalloc.start()
    with pytest.raises(InputError):
        list(read_masks(read_header(path)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 * VOXELS


@pytest.mark.parametrize("offset", [1e30, -8.0, np.nan])
def test_a_nifti_whose_voxels_begin_nowhere_is_refused(tmp_path: Path, offset: float) -> None:
    """`vox_offset` is a float: so many bytes must not be set aside to be skipped."""
    made = write_image(tmp_path / "a.nii", block(), compressed=False)
    spoilt = bytearray(made.read_bytes())
    spoilt[108:112] = np.float32(offset).tobytes()
    path = tmp_path / "a.nii.gz"
    path.write_bytes(gzip.compress(bytes(spoilt), 1))
    with pytest.raises(InputError, match=r"a\.nii\.gz: expected a readable"):
        locate(path)


@pytest.mark.parametrize("size", ["1e999", "-1e999", "nan", "many"])
def test_packed_bytes_that_are_no_number_are_refused(tmp_path: Path, size: str) -> None:
    path = tmp_path / "a.mha"
    write_mha(path, **packed(block().tobytes(), CompressedDataSize=size))
    with pytest.raises(InputError, match=r"a\.mha: expected a readable"):
        locate(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_mask_that_may_not_be_read(one: Submission) -> None:
    one.mask_file().chmod(0)
    with pytest.raises(InputError, match="job 'job-stack'"):
        evaluate(one.options())


# Links.


@pytest.mark.parametrize("target", ["loop", "/dev/zero", "/proc/self/mem", "/etc"])
def test_links_to_where_no_mask_can_be(one: Submission, target: str) -> None:
    one.mask_file().unlink()
    one.mask_file().symlink_to(one.mask_file() if target == "loop" else target)
    with pytest.raises(InputError, match="job 'job-stack'"):
        evaluate(one.options())


# predictions.json.


def nested(depth: int) -> bytes:
    return b'[{"x": ' * depth + b"1" + b"}]" * depth


def entry(**changes: Any) -> bytes:
    return json.dumps([job("stack") | changes]).encode()


def of_image(name: Any = "stack.mha", pk: Any = "mask-stack") -> bytes:
    document = [job("stack")]
    document[0]["inputs"][1]["image"]["name"] = name
    document[0]["outputs"][0]["image"]["pk"] = pk
    return json.dumps(document).encode()


REFUSED = {
    "nothing": b"",
    "no JSON": b"[{]",
    "nested deeply": nested(100_000),
    "a job without end": entry()[:-2],
    "no list": b'{"pk": 1}',
    "a list of lists": b"[[]]",
    "null": b"null",
    "zero bytes": bytes(100),
    "not UTF-8": b'[{"pk": "\xff\xfe"}]',
    "UTF-16": entry().decode().encode("utf-16"),
    "a key twice": entry().replace(b'"status"', b'"pk": "other", "status"', 1),
    "a huge number for a name": entry(pk=10**400),
    "too many digits": b'[{"pk": ' + b"9" * 5000 + b"}]",
    "pk is a number": entry(pk=7),
    "pk is null": entry(pk=None),
    "pk is empty": entry(pk=""),
    "pk climbs": entry(pk=".."),
    "pk is absolute": entry(pk="/etc"),
    "pk holds a zero byte": entry(pk="job\0stack"),
    "pk holds half a character": entry(pk="job\ud800"),
    "pk is longer than a file name": entry(pk="j" * 5000),
    "inputs are an object": entry(inputs={}),
    "outputs are text": entry(outputs="all"),
    "no inputs": entry(inputs=[]),
    "status is a list": entry(status=[]),
    "name climbs": of_image(name="../stack.mha"),
    "name is null": of_image(name=None),
    "name is a number": of_image(name=1),
    "name turns around": of_image(name="stack\u202e.mha"),
    "image climbs": of_image(pk="../../../../../ground-truth/stack"),
    "image climbs backwards": of_image(pk="..\\..\\stack"),
    "image is a list": of_image(pk=["mask-stack"]),
}


@pytest.mark.parametrize("missing", list(Missing))
@pytest.mark.parametrize("name", REFUSED)
def test_a_predictions_json_that_is_refused(one: Submission, name: str, missing: Missing) -> None:
    options = one.options(missing=missing)
    (one.input_folder / "predictions.json").write_bytes(REFUSED[name])
    with pytest.raises(InputError):
        evaluate(options)
    assert not one.metrics_file.exists()


ACCEPTED = {
    "a byte order mark": b"\xef\xbb\xbf" + entry(),
    "a huge number elsewhere": entry(extra=10**30, value=1e308),
    "more keys": entry(inputs=[*job("stack")["inputs"], {"interface": {"slug": "x", "y": [1]}}]),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_predictions_json_that_is_understood(one: Submission, name: str) -> None:
    options = one.options()
    (one.input_folder / "predictions.json").write_bytes(ACCEPTED[name])
    assert evaluate(options).case.dice == {"0": 1}


# Bytes changed at random.


MUTATIONS = st.lists(
    st.tuples(st.integers(0, 10_000), st.sampled_from(["set", "cut", "put"]), st.integers(0, 255)),
    min_size=1,
    max_size=4,
)


def mutated(text: bytes, mutations: list[tuple[int, str, int]]) -> bytes:
    changed = bytearray(text)
    for place, what, value in mutations:
        at = place % (len(changed) + 1)
        if what == "put":
            changed.insert(at, value)
        elif what == "cut":
            del changed[at : at + 1 + value % 8]
        else:
            changed[at : at + 1] = bytes([value])
    return bytes(changed)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(MUTATIONS)
def test_mutated_predictions_are_read_or_refused(
    one: Submission, mutations: list[tuple[int, str, int]]
) -> None:
    """Whatever is read stays inside the input folder."""
    one.write()
    file = one.input_folder / "predictions.json"
    file.write_bytes(mutated(file.read_bytes(), mutations))
    jobs: tuple[PredictionJob, ...] = ()
    with suppress(InputError):
        jobs = read_predictions(file)
    for read in jobs:
        assert "/" not in f"{read.pk}{read.mask_file}"


HEADER = b"""ObjectType = Image
NDims = 3
BinaryData = True
BinaryDataByteOrderMSB = False
CompressedData = True
CompressedDataSize = %d
TransformMatrix = 1 0 0 0 1 0 0 0 1
Offset = 0 0 0
ElementSpacing = 1 1 1
DimSize = 256 256 128
ElementType = MET_UCHAR
ElementDataFile = LOCAL
"""


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(MUTATIONS)
def test_mutated_mask_headers_are_read_or_refused(
    one: Submission, mutations: list[tuple[int, str, int]]
) -> None:
    body = zlib.compress(block().tobytes(), 1)
    one.mask_file().write_bytes(mutated(HEADER % len(body), mutations) + body)
    check_read_or_refused(one)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(MUTATIONS)
def test_mutated_voxels_are_read_or_refused(
    one: Submission, mutations: list[tuple[int, str, int]]
) -> None:
    body = zlib.compress(block().tobytes(), 1)
    spoilt = mutated(body, mutations)
    one.mask_file().write_bytes(HEADER % len(spoilt) + spoilt)
    read = check_read_or_refused(one)
    assert read in (None, 400)  # the checksum holds only where nothing changed


def check_read_or_refused(submission: Submission) -> int | None:
    """Read the mask as a submission's; give its voxels, None where it is refused."""
    (pair,) = pair_up(read_references(submission), submission.options())
    if pair.prediction is None:
        assert "job 'job-stack'" in pair.problem
        return None
    with suppress(InputError):
        (read,) = read_masks(pair.prediction)
        return read.mask.n_voxels
    return None


def read_references(submission: Submission) -> Any:
    from evaluation.scoring.ground_truth import read_ground_truth

    submission.write()
    return read_ground_truth(submission.ground_truth)
