"""Nothing is loaded where a byte, a file or the key is another; what only a signature shows."""

import random
import shutil
import subprocess
from pathlib import Path

import pytest
from bundle.tiny_bundle import Host, make_bundle, seal

FILES = [
    "LICENSE", "README.txt", "SHA256SUMS", "image.sh", "images.list", "images/uls23-one.tar.gz",
    "install.sh", "manual/index.html", "sbom/one.cdx.json", "uninstall.sh", "verify.sh",
    "weights/starter/model.json",
]  # fmt: skip
_MANY = {"SHA256SUMS": 40, "install.sh": 120, "verify.sh": 60, "image.sh": 20}


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path / "host")


@pytest.fixture
def bundle(tmp_path: Path, host: Host) -> Path:
    made = make_bundle(tmp_path / "bundle", host)
    shutil.copy(made / "README.txt", made / "LICENSE")
    seal(made)
    return made


@pytest.mark.parametrize("file", FILES)
def test_one_other_byte_anywhere_stops_before_anything_is_loaded(
    host: Host, bundle: Path, file: str
) -> None:
    """In the scripts, too: install.sh checks verify.sh, which checks install.sh."""
    whole = (bundle / file).read_bytes()
    draw = random.Random(23)  # noqa: S311
    places = {0, len(whole) - 1, *(draw.randrange(len(whole)) for _ in range(_MANY.get(file, 3)))}
    for place in sorted(places):
        other = draw.choice([byte for byte in range(256) if byte != whole[place]])
        (bundle / file).write_bytes(whole[:place] + bytes([other]) + whole[place + 1 :])
        done = host.run(bundle / "install.sh")
        assert not host.loads, f"byte {place} of {file}: {whole[place]} → {other}"
        assert "Installed" not in done.stdout


def test_a_verify_script_that_says_yes_to_all_is_not_asked(host: Host, bundle: Path) -> None:
    (bundle / "verify.sh").write_text("#!/bin/sh\necho All files are well.\n")
    (bundle / "images.list").write_text("forged")

    done = host.run(bundle / "install.sh")

    assert done.returncode == 3
    assert "a script is not as SHA256SUMS says" in done.stderr
    assert not host.loads


def test_every_kind_of_file_was_tried(bundle: Path) -> None:
    files = {p.relative_to(bundle).as_posix() for p in bundle.rglob("*") if p.is_file()}
    assert files - set(FILES) == {"images/uls23-two.tar.gz"}


def test_a_file_too_many_too_few_or_a_link_is_refused_by_name(host: Host, bundle: Path) -> None:
    verify = bundle / "verify.sh"
    assert host.run(verify).returncode == 0

    (bundle / "manual" / ".more").touch()
    assert "manual/.more is not listed" in host.run(verify).stderr
    (bundle / "manual" / ".more").unlink()

    (bundle / "LICENSE").unlink()
    assert "LICENSE is missing" in host.run(verify).stderr
    (bundle / "LICENSE").symlink_to("README.txt")
    assert "found a link" in host.run(verify).stderr


@pytest.mark.parametrize("line", [
    "{0}  ../outside", "{0}  /etc/passwd", "{0} one-blank", "{0}", "nothing", "{0}  a b",
    "{0}  manual/../../up",
])  # fmt: skip
def test_a_line_that_leads_elsewhere_is_refused(host: Host, bundle: Path, line: str) -> None:
    with (bundle / "SHA256SUMS").open("a") as sums:
        sums.write(line.format("0" * 64) + "\n")

    done = host.run(bundle / "verify.sh")

    assert done.returncode == 3
    assert "expected a hash and a file's name" in done.stderr


def test_who_changes_a_file_and_its_hash_is_seen_by_the_hash_that_was_told(
    host: Host, bundle: Path
) -> None:
    told = subprocess.check_output(["sha256sum", bundle / "SHA256SUMS"], text=True).split()[0]
    assert host.run(bundle / "install.sh", "--sums-sha256", told).returncode == 0
    (bundle / "manual" / "index.html").write_text("forged")
    seal(bundle)

    assert host.run(bundle / "install.sh").returncode == 0, "nothing else can show it"
    done = host.run(bundle / "install.sh", "--sums-sha256", told)
    assert done.returncode == 3
    assert not host.loads
    assert "Unsigned" in host.run(bundle / "verify.sh").stdout


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, Path]:
    """Two pairs of keys: `one.sec`, `one.pub` and so on."""
    if shutil.which("minisign") is None:
        pytest.skip("minisign is not installed")
    for name in ("one", "two"):
        pair = ["-p", tmp_path / f"{name}.pub", "-s", tmp_path / f"{name}.sec"]
        subprocess.run(["minisign", "-G", "-W", *pair], check=True, capture_output=True)
    return tmp_path / "one", tmp_path / "two"


def test_a_signature_shows_the_maker_and_a_wrong_key_stops(
    tmp_path: Path, keys: tuple[Path, Path]
) -> None:
    host = Host(tmp_path / "signing-host", "minisign")
    one, two = (key.with_suffix(".pub") for key in keys)
    bundle = make_bundle(tmp_path / "signed", host, keys[0].with_suffix(".sec"))

    for key in (one, one.read_text().splitlines()[1]):
        done = host.run(bundle / "install.sh", "--key", key)
        assert done.returncode == 0, done.stderr
        assert "is signed by the key that you gave" in done.stdout
    assert "the signature was not checked" in host.run(bundle / "verify.sh").stdout

    for key in (two, two.read_text().splitlines()[1], "nonsense"):
        done = host.run(bundle / "install.sh", "--key", key)
        assert done.returncode == 3
        assert "not of this key" in done.stderr
        assert not host.loads

    (bundle / "manual" / "index.html").write_text("forged")
    seal(bundle)
    assert host.run(bundle / "install.sh", "--key", one).returncode == 3
    assert not host.loads


def test_a_key_needs_a_signature_and_minisign(host: Host, bundle: Path) -> None:
    assert "unsigned" in host.run(bundle / "verify.sh", "--key", "RWQ").stderr
    (bundle / "SHA256SUMS.minisig").touch()
    done = host.run(bundle / "verify.sh", "--key", "RWQ")
    assert done.returncode == 3
    assert "minisign, which is not installed" in done.stderr
