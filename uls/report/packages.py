"""What a report needs beyond what scoring needs, asked for before any work is done."""

from importlib.util import find_spec

from uls.workshop.errors import CallError
from uls.workshop.extras import how_to_install

__all__ = ["check_installed"]

_PACKAGES = {"matplotlib": "matplotlib", "jinja2": "Jinja2"}
"""The extra `report`: names to import, and names to install."""


def check_installed() -> None:
    """Verify that a report can be made.

    Raises:
        CallError: a package is missing; its message names all that are.
    """
    missing = [name for module, name in _PACKAGES.items() if find_spec(module) is None]
    if missing:
        raise CallError.about(
            "report",
            expected=f"the packages {' and '.join(_PACKAGES.values())}",
            found=f"{' and '.join(missing)} not installed",
            hint=f"{how_to_install('report')}.",
        )
