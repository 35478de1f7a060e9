"""Compile the C files for each kind of CPU: `python -m algorithm.engines.winograd.build`.

Installing the project does so by itself where there is a C compiler: the one that `CC` names, the
package `ziglang` (`pip install ziglang`), or gcc or clang.
"""

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path

SOURCES = Path(__file__).parent / "native"
KINDS = ("x86_64_v4", "x86_64_v3")
"""Micro-architecture levels of the x86-64 psABI: AVX-512, then AVX2 with FMA."""

_OPTIONS = ("-std=c11", "-D_GNU_SOURCE", "-O3", "-ffp-contract=fast", "-fPIC", "-shared")
_GLIBC = "x86_64-linux-gnu.2.28"
_LIMIT_SECONDS = 300


@cache
def library_name(kind: str) -> str:
    """Name a library by what it is built from: one of other sources is never taken for it."""
    digest = hashlib.sha256()
    for source in [*sorted(SOURCES.glob("*.[ch]")), Path(__file__)]:
        digest.update(source.read_bytes())
    return f"{kind}-{digest.hexdigest()[:8]}.so"


def build(folder: Path) -> list[Path]:
    """Compile the libraries into a folder; no compiler, or another machine than x86-64: none.

    Libraries of other sources that lie there are removed.

    Returns:
        The libraries; each is there as a whole or not at all.

    Raises:
        RuntimeError: a compiler does not manage.
    """
    for other in set(folder.glob("*.so")) - {folder / library_name(kind) for kind in KINDS}:
        other.unlink()
    compiler = find_compiler()
    if compiler is None:
        return []
    folder.mkdir(parents=True, exist_ok=True)
    return [_compile(compiler, kind, folder / library_name(kind)) for kind in KINDS]


def find_compiler() -> list[str] | None:
    """Give the command of a C compiler, if there is one for this machine."""
    if sys.platform != "linux" or os.uname().machine != "x86_64":
        return None
    if named := os.environ.get("CC"):
        return shlex.split(named)
    if find_spec("ziglang") is not None:
        return [sys.executable, "-m", "ziglang", "cc"]
    found = next((name for name in ("gcc", "clang") if shutil.which(name)), None)
    return None if found is None else [found]


def _compile(compiler: list[str], kind: str, library: Path) -> Path:
    with tempfile.TemporaryDirectory(prefix=".build-", dir=library.parent) as scratch:
        beside = Path(scratch) / library.name
        try:
            done = subprocess.run(  # noqa: S603  (the compiler is the user's own)
                [
                    *compiler,
                    *_target(compiler, kind),
                    *_OPTIONS,
                    *(str(source) for source in sorted(SOURCES.glob("*.c"))),
                    *("-o", str(beside), "-lpthread"),
                ],
                env={**os.environ, "ZIG_GLOBAL_CACHE_DIR": scratch, "ZIG_LOCAL_CACHE_DIR": scratch},
                capture_output=True,
                text=True,
                check=False,
                timeout=_LIMIT_SECONDS,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise RuntimeError(f"{shlex.join(compiler)} does not run: {error}") from error
        if done.returncode:
            raise RuntimeError(f"{shlex.join(compiler)} does not compile {SOURCES}:\n{done.stderr}")
        beside.replace(library)
    return library


def _target(compiler: list[str], kind: str) -> tuple[str, ...]:
    """Say for which CPU; gcc and clang write the names of the levels with dashes."""
    if "ziglang" in compiler or Path(compiler[0]).name == "zig":
        return ("-target", _GLIBC, f"-mcpu={kind}")
    width = ("-mprefer-vector-width=512",) if kind == "x86_64_v4" else ()
    return (f"-march={kind.replace('_v', '-v').replace('x86_64', 'x86-64')}", *width)


if __name__ == "__main__":
    made = build(SOURCES)
    sys.stdout.write("".join(f"{library}\n" for library in made) or "No C compiler was found.\n")
