"""What an operator of a graph that OpenVINO has read says: constants and numbers, or a refusal."""

from typing import Any

import numpy as np

from algorithm.engines.winograd.network import Floats, Zyx

__all__ = ["UnknownOperatorError", "constant", "is_constant", "need", "per_channel", "scalar"]
__all__ += ["zyx"]


class UnknownOperatorError(ValueError):
    """The library cannot run a network's operator."""


def need(fine: bool, what: str, found: Any) -> None:
    """Refuse an operator unless something is fine."""
    if not fine:
        raise UnknownOperatorError(f"{what}: {found}")


def is_constant(node: Any, at: int) -> bool:
    """Say whether an operator's input is a constant."""
    return bool(node.input_value(at).get_node().get_type_name() == "Constant")


def constant(node: Any, at: int) -> Any:
    """Give an operator's input, which must be a constant."""
    if not is_constant(node, at):
        raise UnknownOperatorError(f"{node.get_friendly_name()} of weights that are not constant")
    return node.input_value(at).get_node().data


def per_channel(node: Any) -> Floats:
    """Give the constant of an operator: one value, or one per channel."""
    values = constant(node, 1)
    fine = values.size == 1 or (values.ndim >= 4 and values.size == values.shape[-4])
    need(fine, "a value per channel", values.shape)
    return np.asarray(values, np.float32).reshape(-1)


def scalar(node: Any) -> float:
    """Give the one value that an operator's constant has, however often."""
    values = constant(node, 1)
    need(bool(np.all(values == values.flat[0])), "one slope", values.shape)
    return float(values.flat[0])


def zyx(values: Any) -> Zyx:
    """Give the three numbers of an attribute, or of a shape."""
    if len(values) != 3:
        raise UnknownOperatorError(f"three axes: {list(values)}")
    z, y, x = (int(value) for value in values)
    return z, y, x
