"""Dask's packages, which are an extra: imported where they are first used."""

from importlib import import_module
from typing import Any

from uls.workshop.errors import CallError
from uls.workshop.extras import how_to_install

__all__ = ["package"]


def package(name: str) -> Any:
    """Import a package.

    Raises:
        CallError: it is not installed.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise CallError.about(
            "--scheduler",
            expected=f"the package {name}",
            found="that it is not installed",
            hint=f"{how_to_install('cluster')}.",
        ) from error
