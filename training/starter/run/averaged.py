"""The exponential moving average of a network's weights and statistics."""

import torch
from torch import nn

__all__ = ["Averaged"]


class Averaged:
    """A copy of a network that follows it slowly; early on it follows faster.

    Args:
        network: the one that is trained.
        copy: another of the same shape; its weights are overwritten.
        decay: what is kept of the average at each step.
    """

    def __init__(self, network: nn.Module, copy: nn.Module, decay: float) -> None:
        self.network = copy
        self.network.load_state_dict(network.state_dict())
        self.network.requires_grad_(False).eval()
        self._decay = decay

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        """Follow the network after training step `step`."""
        follow = 1 - min(self._decay, (1 + step) / (20 + step))
        ours = [
            tensor for tensor in self.network.state_dict().values() if tensor.is_floating_point()
        ]
        theirs = [tensor for tensor in network.state_dict().values() if tensor.is_floating_point()]
        torch._foreach_lerp_(ours, theirs, follow)
