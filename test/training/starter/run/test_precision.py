from collections.abc import Iterator

import pytest
import torch

from training.starter.run import precision
from training.starter.run.precision import half_precision

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    precision._cpu_has_bfloat16.cache_clear()
    yield
    precision._cpu_has_bfloat16.cache_clear()


@pytest.mark.parametrize(
    ("has", "expected"),
    [
        ({"avx512_f": True, "avx512_bf16": False, "amx_bf16": False}, torch.float32),
        ({"avx512_bf16": True, "amx_bf16": False}, torch.bfloat16),
        ({"amx_bf16": True}, torch.bfloat16),
        ({}, torch.float32),
    ],
)
def test_a_cpu_computes_in_bfloat16_only_if_it_has_instructions_for_it(
    monkeypatch: pytest.MonkeyPatch, has: dict[str, bool], expected: torch.dtype
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: has)
    layer, values = torch.nn.Linear(2, 2), torch.ones(1, 2)
    with half_precision(CPU):
        assert layer(values).dtype == expected
