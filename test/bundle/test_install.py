"""install.sh and uninstall.sh: all or nothing, and nothing of anybody else's."""

from pathlib import Path

import pytest
from bundle.tiny_bundle import IDS, NAMES, Host, make_bundle, seal


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path / "host")


@pytest.fixture
def bundle(tmp_path: Path, host: Host) -> Path:
    return make_bundle(tmp_path / "bundle", host)


def test_it_loads_compares_and_tests(host: Host, bundle: Path) -> None:
    done = host.run(bundle / "install.sh")

    assert done.returncode == 0, done.stderr
    assert host.images() == IDS
    assert "uls23-one:exec tests itself" in done.stdout
    assert "uls23-two:exec has no self-test" in done.stdout
    (run,) = [c for c in (host.state / "calls").read_text().splitlines() if c.startswith("run")]
    assert run.endswith("--entrypoint python3 uls23-one:exec -m algorithm self-test")
    for strict in ("--network none", "--read-only", "--cap-drop ALL", "no-new-privileges"):
        assert strict in run
    assert host.run(bundle / "install.sh").returncode == 0, "a second time does no harm"


def test_no_engine_is_told_after_the_files_were_verified(host: Host, bundle: Path) -> None:
    (host.state / "down").touch()

    done = host.run(bundle / "install.sh")

    assert done.returncode == 1
    assert "no docker engine answers. Nothing was loaded" in done.stderr
    assert not host.loads


@pytest.mark.parametrize(("code", "says", "exits"), [
    (4, "does not compute what was released", 3),
    (126, "docker could not run uls23-one:exec", 1),
])  # fmt: skip
def test_what_fails_its_own_test_is_removed(
    host: Host, bundle: Path, code: int, says: str, exits: int
) -> None:
    (host.state / "run-ends-with").write_text(f"{code}\n")

    done = host.run(bundle / "install.sh")

    assert done.returncode == exits
    assert says in done.stderr
    assert host.images() == {}


def test_an_image_that_is_not_the_exported_one_is_removed(
    tmp_path: Path, host: Host, bundle: Path
) -> None:
    """As if the engine had loaded something else than the archive holds."""
    archive = "images/uls23-two.tar.gz"
    (bundle / archive).write_text(f"{NAMES[1]} {'c' * 64}\n")
    seal(bundle)

    done = host.run(bundle / "install.sh")

    assert done.returncode == 3
    assert f"expected ID {'b' * 64}, found {'c' * 64}" in done.stderr
    assert host.images() == {}


def test_an_engine_that_counts_ids_otherwise_is_compared_by_layers(
    host: Host, bundle: Path
) -> None:
    listed = (bundle / "images.list").read_text()
    (bundle / "images.list").write_text(listed.replace("a" * 64, "d" * 64, 1))
    seal(bundle)

    assert host.run(bundle / "install.sh").returncode == 0


def test_another_image_of_the_same_name_stays_unless_asked(host: Host, bundle: Path) -> None:
    host.tag(NAMES[1], "e" * 64)

    refused = host.run(bundle / "install.sh")
    assert refused.returncode == 3
    assert "another image is called uls23-two:exec here. Nothing was loaded" in refused.stderr
    assert host.images() == {NAMES[1]: "e" * 64}

    assert host.run(bundle / "install.sh", "--replace").returncode == 0
    assert host.images() == IDS


def test_what_was_replaced_comes_back_where_the_rest_fails(host: Host, bundle: Path) -> None:
    host.tag(NAMES[1], "e" * 64)
    (host.state / "run-ends-with").write_text("4\n")

    assert host.run(bundle / "install.sh", "--replace").returncode == 3
    assert host.images() == {NAMES[1]: "e" * 64}


def test_uninstall_removes_its_own_and_leaves_others(host: Host, bundle: Path) -> None:
    host.run(bundle / "install.sh")
    host.tag(NAMES[1], "e" * 64)

    done = host.run(bundle / "uninstall.sh")
    assert done.returncode == 3
    assert "left: uls23-two:exec (another image)" in done.stderr
    assert host.images() == {NAMES[1]: "e" * 64}

    host.tag(NAMES[1], IDS[NAMES[1]])
    assert host.run(bundle / "uninstall.sh").returncode == 0
    assert host.images() == {}


@pytest.mark.parametrize("script", ["install.sh", "verify.sh", "uninstall.sh"])
def test_a_wrong_call_is_refused_and_help_helps(host: Host, bundle: Path, script: str) -> None:
    wrong = host.run(bundle / script, "--frce")
    assert wrong.returncode == 2
    assert "--frce" in wrong.stderr
    helped = host.run(bundle / script, "--help")
    assert helped.returncode == 0
    assert helped.stdout.startswith(f"Usage: ./{script}")
