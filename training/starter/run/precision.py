"""What training computes in: bfloat16 where the device has instructions for it, else float32.

A CPU without them emulates bfloat16: a training step then takes four times as long as in float32.
"""

from functools import cache

import torch

__all__ = ["half_precision"]


def half_precision(device: torch.device) -> torch.autocast:
    """Give the context in which a forward pass computes in bfloat16, if that is fast here."""
    if device.type == "cpu":
        fast = _cpu_has_bfloat16()
    else:
        fast = torch.cuda.is_bf16_supported(including_emulation=False)
    return torch.autocast(device.type, torch.bfloat16, enabled=fast)


@cache
def _cpu_has_bfloat16() -> bool:
    has = torch.cpu.get_capabilities()
    return bool(has.get("avx512_bf16") or has.get("amx_bf16"))
