"""Beside pyproject.toml: what an installed package carries beyond its Python files.

The engine winograd is compiled from the C files of `algorithm.engines.winograd` (see its `build`),
and the starter model and the sample of `uls23 self-test` are copied to where
`algorithm.models.find_model` and `uls.platform.sample` look outside a checkout.
"""

import runpy
import shutil
import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

_WINOGRAD = Path("algorithm") / "engines" / "winograd"
_NATIVE = _WINOGRAD / "native"
_STARTER = Path("baseline_weights") / "starter"
_BUILT_IN = Path("algorithm") / "built_in"
_SAMPLE = Path("test") / "sample"
_BUILT_IN_SAMPLE = Path("uls") / "built_in" / "sample"


class BuildWithData(build_py):
    """Adds compiled libraries and, outside an editable install, the starter model and sample."""

    def run(self) -> None:
        """Copy the Python files, compile, and copy the model and the sample.

        Without a C compiler there are no libraries; an image's build has neither model nor sample
        beside this file and gets them apart.
        """
        if not self.editable_mode:  # an earlier build's leftovers would end in the wheel
            shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()
        folder = Path() if self.editable_mode else Path(self.build_lib)
        if (_WINOGRAD / "build.py").exists():
            _compile_into((folder / _NATIVE).absolute())
        if not self.editable_mode and (_STARTER / "model.json").exists():
            _copy_model(_STARTER, folder / _BUILT_IN / _STARTER.name)
        if not self.editable_mode and _SAMPLE.exists():
            shutil.rmtree(folder / _BUILT_IN_SAMPLE, ignore_errors=True)
            shutil.copytree(_SAMPLE, folder / _BUILT_IN_SAMPLE)


class WheelOfItsMachine(bdist_wheel):
    """Names a wheel by the kind of machine that its compiled libraries run on."""

    def get_tag(self) -> tuple[str, str, str]:
        """Return the wheel's tags: any machine only where nothing was compiled."""
        python, abi, platform = super().get_tag()
        if any((Path(self.bdist_dir) / _NATIVE).glob("*.so")):
            platform = self.plat_name.replace("-", "_").replace(".", "_")
        return python, abi, platform


def _compile_into(folder: Path) -> None:
    try:
        runpy.run_path(str(_WINOGRAD / "build.py"))["build"](folder)
    except RuntimeError as error:
        sys.stderr.write(f"The engine winograd is left out: {error}\n")


def _copy_model(source: Path, target: Path) -> None:
    """Copy the files that the manifest describes, and the card; nothing else that may lie there."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for pattern in ("model.json", "*.safetensors", "*.onnx", "MODEL_CARD.md"):
        for file in source.glob(pattern):
            shutil.copyfile(file, target / file.name)


setup(cmdclass={"build_py": BuildWithData, "bdist_wheel": WheelOfItsMachine})
