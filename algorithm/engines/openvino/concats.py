"""Convolutions over concatenated feature maps, without the concatenation, for OpenVINO in float32.

A decoder stage convolves the skip connection and the feature maps from below, one after the other
in one tensor. Over a whole VOI that tensor is a copy of 2.1 GB. The sum of two convolutions, each
over its own part, is the same up to rounding, and the second adds to the first one's output.

Not in bfloat16: the first sum would be rounded on its way to the second.
"""

from math import prod
from typing import Any

import numpy as np

from algorithm.engines.openvino_package import openvino

__all__ = ["split_concats"]

_MANY_VOXELS = 1 << 20
"""From so many voxels on the copy is worth avoiding; below, one convolution is as good."""


def split_concats(network: openvino.Model) -> None:
    """Replace each large convolution over a concatenation, in place; the shapes must be static."""
    for node in network.get_ordered_ops():
        if node.get_type_name() == "Convolution" and _joins_large_maps(node):
            node.output(0).replace(_sum_of_parts(node).output(0))
    network.validate_nodes_and_infer_types()


def _joins_large_maps(convolution: Any) -> bool:
    """Say whether maps are joined along the channels for it alone, and its filters are fixed."""
    joined, filters = (convolution.input_value(at).get_node() for at in (0, 1))
    return (
        joined.get_type_name() == "Concat"
        and joined.get_attributes()["axis"] in (1, 1 - len(joined.get_output_shape(0)))
        and len(joined.output(0).get_target_inputs()) == 1
        and filters.get_type_name() == "Constant"
        and prod(list(joined.get_output_shape(0))[2:]) >= _MANY_VOXELS
    )


def _sum_of_parts(convolution: Any) -> Any:
    ops = openvino.opset13
    joined, filters = (convolution.input_value(at).get_node() for at in (0, 1))
    how = convolution.get_attributes()
    parts = joined.input_values()
    ends = np.cumsum([part.get_shape()[1] for part in parts])[:-1]
    total = None
    for part, own in zip(parts, np.split(filters.data, ends, axis=1), strict=True):
        summand = ops.convolution(
            part,
            ops.constant(np.ascontiguousarray(own)),
            how["strides"],
            how["pads_begin"],
            how["pads_end"],
            how["dilations"],
            how["auto_pad"],
        )
        total = summand if total is None else ops.add(summand, total)
    return total
