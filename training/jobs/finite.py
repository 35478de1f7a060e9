"""A training whose loss is no number is ended: every later step would only keep it so."""

import math

from uls.workshop.errors import UserError

__all__ = ["FiniteLoss"]

_MOST_IN_A_ROW = 10
"""Steps in half precision that may overflow: the gradient scaler passes over them and scales down.
"""


class FiniteLoss:
    """Watches the losses of a training."""

    def __init__(self) -> None:
        self._in_a_row = 0

    def check(self, loss: float, *, what: str, scaled: bool = False) -> None:
        """End the training where a loss is NaN or infinite.

        Args:
            loss: the loss of a step.
            what: where it was met, for the message.
            scaled: whether a gradient scaler passes over such steps, so that a few are no harm.

        Raises:
            UserError: the loss is no number, and will be none.
        """
        if math.isfinite(loss):
            self._in_a_row = 0
            return
        self._in_a_row += 1
        if scaled and self._in_a_row < _MOST_IN_A_ROW:
            return
        raise UserError.about(
            what,
            expected="a finite loss",
            found=f"{loss}",
            hint="The last checkpoint before it is kept. Look for images that are not HU, or train "
            "at a lower rate.",
        )
