"""The package `openvino`, imported so that it reports to nobody.

Its wheel asks for `openvino-telemetry`, which writes to the home folder and reports use. Where that
is installed all the same, `None` in `sys.modules` makes every import of it fail, which OpenVINO is
prepared for.
"""

import sys

sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]

import openvino  # noqa: E402  (only after the line above)
from openvino import passes  # noqa: E402

__all__ = ["openvino", "passes"]
