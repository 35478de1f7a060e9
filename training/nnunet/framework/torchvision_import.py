"""Torchvision made importable beside a build of torch that it does not fit.

nnU-Net imports torchvision, through timm, when it looks up a trainer, and uses none of it. Beside a
CPU build of torch the import fails for want of two operators. No installed file is changed.
"""

import sys
from importlib import import_module
from typing import Any

__all__ = ["make_torchvision_importable"]

_OPERATORS = ("nms", "qnms")

_kept: list[Any] = []
"""The library that declares the operators, which must stay alive."""


def make_torchvision_importable() -> None:
    """Declare the operators that torchvision misses, if it misses them.

    Raises:
        RuntimeError: torchvision cannot be imported for another reason.
    """
    if "torchvision" in sys.modules:
        return
    try:
        import_module("torchvision")
    except RuntimeError as error:
        if "torchvision::nms" not in str(error):
            raise
        _declare_operators()
        for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
            del sys.modules[name]
        import_module("torchvision")


def _declare_operators() -> None:
    import torch  # noqa: PLC0415

    library = torch.library.Library("torchvision", "DEF")
    for operator in _OPERATORS:
        library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    _kept.append(library)
