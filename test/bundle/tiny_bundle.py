"""A bundle of a few hundred bytes, sealed as ./export.sh does, and an engine that takes notes."""

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCRIPTS = ("README.txt", "image.sh", "install.sh", "uninstall.sh", "verify.sh")
NAMES = ("uls23-one:exec", "uls23-two:exec")
IDS = dict(zip(NAMES, ("a" * 64, "b" * 64), strict=True))

# What a bare host has: nothing of this is more than bash, coreutils and grep.
_TOOLS = ("bash", "cat", "cut", "dirname", "env", "grep", "sha256sum", "tail")

# Images are files in $STATE that hold their IDs; an archive lists the images that it brings.
_ENGINE = """#!/usr/bin/env bash
echo "$*" >>"$STATE/calls"
image=${!#}
case "$1 ${2-}" in
    "info ") [[ ! -e $STATE/down ]] ;;
    "image inspect")
        image=${image#sha256:}
        [[ -e $STATE/$image ]] || exit 1
        before="layers of " && [[ $* != *.Id* ]] || before="sha256:"
        echo "$before$(cat "$STATE/$image")"
        ;;
    "load "*) while read -r name id; do echo "$id" >"$STATE/$name"; done <"$image" ;;
    "image rm") /bin/rm "$STATE/$image" ;;
    "tag "*) echo "$2" >"$STATE/$3" ;;
    "run "*) [[ ! -e $STATE/run-ends-with ]] || exit "$(cat "$STATE/run-ends-with")" ;;
esac
"""


class Host:
    """A machine with an engine and little else."""

    def __init__(self, folder: Path, *more_tools: str) -> None:
        self.state, self._bin = folder / "state", folder / "bin"
        self.state.mkdir(parents=True)
        self._bin.mkdir()
        for tool in (*_TOOLS, *more_tools):
            found = shutil.which(tool)
            assert found is not None, tool
            (self._bin / tool).symlink_to(found)
        (self._bin / "docker").write_text(_ENGINE)
        (self._bin / "docker").chmod(0o755)

    def run(self, script: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        (self.state / "calls").unlink(missing_ok=True)
        return subprocess.run(
            ["bash", script, *arguments],
            env={"PATH": str(self._bin), "STATE": str(self.state)},
            cwd="/",
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=60,
        )

    @property
    def loads(self) -> list[str]:
        """What the engine was told to load by the last call."""
        calls = self.state / "calls"
        lines = calls.read_text(errors="replace").splitlines() if calls.exists() else []
        return [line for line in lines if line.startswith("load")]

    def images(self) -> dict[str, str]:
        """The images by name, with their IDs."""
        found = {name: self.state / name for name in NAMES}
        return {name: file.read_text().strip() for name, file in found.items() if file.exists()}

    def tag(self, name: str, identity: str) -> None:
        (self.state / name).write_text(identity + "\n")

    def print_of(self, identity: str) -> str:
        """The fingerprint that the engine gives an image with this ID."""
        told = subprocess.run(["sha256sum"], input=f"layers of {identity}\n".encode(),
                              check=True, capture_output=True)  # fmt: skip
        return told.stdout.decode().split()[0]


def make_bundle(folder: Path, host: Host, key: Path | None = None) -> Path:
    """Make a bundle of two images, the second without a self-test, and seal it."""
    for part in ("images", "sbom", "weights/starter", "manual"):
        (folder / part).mkdir(parents=True)
    for script in SCRIPTS:
        shutil.copy(ROOT / "bundle" / script, folder)
    (folder / "sbom" / "one.cdx.json").write_text("{}\n")
    (folder / "weights" / "starter" / "model.json").write_text("{}\n")
    (folder / "manual" / "index.html").write_text("<p>manual</p>\n")
    lines = []
    for name, test in zip(NAMES, ("algorithm self-test", "-"), strict=True):
        archive = f"images/{name.partition(':')[0]}.tar.gz"
        (folder / archive).write_text(f"{name} {IDS[name]}\n")
        lines.append(f"{name} {IDS[name]} {host.print_of(IDS[name])} {archive} {test}\n")
    (folder / "images.list").write_text("".join(lines))
    seal(folder, key)
    return folder


def seal(folder: Path, key: Path | None = None) -> None:
    """Write SHA256SUMS, and sign it, by the very function that ./export.sh has."""
    (folder / "SHA256SUMS").unlink(missing_ok=True)
    script = 'set -euo pipefail; here=$1; source "$1/bundle/write.sh"; seal "$2" "$3"'
    subprocess.run(
        ["bash", "-c", script, "-", ROOT, folder, str(key or "")],
        check=True,
        env=os.environ | {"LC_ALL": "C"},
        capture_output=True,
    )
