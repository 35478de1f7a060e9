"""What was found out, or compiled, for one model on one machine, and counts for no other."""

import hashlib
from typing import Literal, Self

from algorithm.engines.catalogue.catalogue import Candidate, package
from algorithm.engines.catalogue.hardware import device_name
from algorithm.models.json_files import StrictModel
from algorithm.models.manifest_parts import Sha256
from algorithm.models.weights import Model

__all__ = ["CHECK_VERSION", "Conditions"]

CHECK_VERSION = 3
"""To be raised when the check changes, or what an engine of ours computes."""


class Conditions(StrictModel):
    """What a check is about: if any of it changes, it must be done again.

    Attributes:
        device_name: a CPU with its flags and threads, or a GPU with its driver.
        package: what computes, with its version.
        check: our own version of the check.
    """

    engine: str
    device: str
    precision: Literal["f32", "bf16", "fp16"]
    device_name: str
    package: str
    model_sha256: Sha256
    check: int

    @classmethod
    def of(cls, candidate: Candidate, model: Model) -> Self:
        """Describe a candidate for a model on this machine, as of now."""
        return cls.model_validate(
            {
                "engine": candidate.engine,
                "device": candidate.device,
                "precision": candidate.precision,
                "device_name": device_name(candidate.device),
                "package": package(candidate.engine),
                "model_sha256": model.sha256,
                "check": CHECK_VERSION,
            }
        )

    def digest(self) -> str:
        """Tell conditions apart by 16 hexadecimal digits, in file names."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]
