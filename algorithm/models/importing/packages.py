"""The packages that importing a model takes, and which of their versions did it."""

from importlib import metadata
from importlib.util import find_spec

from uls.workshop.errors import CallError
from uls.workshop.extras import how_to_install

__all__ = ["check_packages", "versions_here"]


_NEEDED = ("torch", "safetensors", "dynamic_network_architectures")
_RECORDED = ("uls23", "torch", "safetensors", "dynamic-network-architectures", "onnx")


def check_packages() -> None:
    """Refuse to begin where a package is missing.

    Raises:
        CallError: one is missing.
    """
    if missing := [name for name in _NEEDED if find_spec(name) is None]:
        raise CallError.about(
            "importing an nnU-Net model",
            expected=f"the packages {', '.join(_NEEDED)}",
            found=f"{', '.join(missing)} not installed",
            hint=f"{how_to_install('gpu', 'importing')}, here or on another machine: the model "
            "folder that it writes runs anywhere.",
        )


def versions_here() -> dict[str, str]:
    """Give the versions of the packages that make a model's files, as far as they are installed."""
    return {package: metadata.version(package) for package in _RECORDED if _has(package)}


def _has(distribution: str) -> bool:
    try:
        return bool(metadata.version(distribution))
    except metadata.PackageNotFoundError:
        return False
