"""Beside pyproject.toml: installing compiles the C files of `algorithm.native`, see its `build`."""

import runpy
import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

_NATIVE = Path("algorithm") / "native"


class BuildWithLibraries(build_py):
    """Adds the libraries to the package: beside the sources in an editable install."""

    def run(self) -> None:
        """Copy the Python files, then compile; without a C compiler that can, there are none."""
        super().run()
        if not (_NATIVE / "build.py").exists():
            return
        folder = Path() if self.editable_mode else Path(self.build_lib)
        try:
            runpy.run_path(str(_NATIVE / "build.py"))["build"]((folder / _NATIVE).absolute())
        except RuntimeError as error:
            sys.stderr.write(f"The engine winograd is left out: {error}\n")


setup(cmdclass={"build_py": BuildWithLibraries})
