"""The platform's predictions.json: a submission's jobs, their stacks, and what they put out.

Contract: Grand Challenge evaluation containers, 2023 to 2026. A socket stands under `interface`
(older platforms), under `socket` (newer ones), or under both. What we do not need is ignored.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from uls.images.stack import stack_name
from uls.platform.job_time import RunTime, run_time
from uls.platform.slugs import MASK_SLUG, STACK_SLUG
from uls.workshop.errors import InputError
from uls.workshop.strict_json import first_reason, parse_json

__all__ = ["SUCCEEDED", "PredictionJob", "read_predictions"]

SUCCEEDED = "Succeeded"
"""Status of a job that ran to its end."""


@dataclass(frozen=True)
class PredictionJob:
    """One job: the stack it was given, how it ended, and the mask file that it wrote.

    `mask_file` is a plain file name ending in `.mha`, or None where the job names no output;
    `run_time` is None where the platform does not tell it.
    """

    pk: str
    status: str
    stack: str
    mask_file: str | None
    run_time: RunTime | None = None

    @property
    def succeeded(self) -> bool:
        """Whether the platform says that the job ran to its end."""
        return self.status == SUCCEEDED


class _Socket(BaseModel):
    model_config = ConfigDict(extra="ignore")
    slug: str


class _Image(BaseModel):
    model_config = ConfigDict(extra="ignore")
    name: str | None = None
    pk: str | None = None


class _SocketValue(BaseModel):
    model_config = ConfigDict(extra="ignore")
    socket: _Socket | None = None
    interface: _Socket | None = None
    image: _Image | None = None

    @property
    def slugs(self) -> set[str]:
        return {named.slug for named in (self.socket, self.interface) if named}


class _Job(BaseModel):
    model_config = ConfigDict(extra="allow")
    pk: str
    status: str
    inputs: list[_SocketValue]
    outputs: list[_SocketValue] | None = None
    """None where the job failed before it had any."""


def read_predictions(path: Path) -> tuple[PredictionJob, ...]:
    """Read and verify predictions.json, in the order of the file.

    Raises:
        InputError: the file is missing or not such a list; a job does not say its stack, is listed
            twice, or names a file outside its folder.
    """
    if not path.is_file():
        raise InputError.about(path, expected="the platform's list of jobs", found="no file")
    try:
        jobs = TypeAdapter(list[_Job]).validate_python(parse_json(path.read_bytes()))
    except (ValueError, OSError) as error:
        raise InputError.about(
            path, expected="the platform's list of jobs", found=first_reason(error)
        ) from error
    repeated = [pk for pk, times in Counter(job.pk for job in jobs).items() if times > 1]
    if repeated:
        raise InputError.about(
            path, expected="every job once", found=f"job {repeated[0]!r} more than once"
        )
    return tuple(_prediction_job(job, f"{path}, job {job.pk!r}") for job in jobs)


def _prediction_job(job: _Job, subject: str) -> PredictionJob:
    _check_plain(job.pk, f"{subject}, pk")
    stack = _only_image(job.inputs, STACK_SLUG, f"{subject}, inputs")
    if stack is None or stack.name is None:
        raise InputError.about(
            subject, expected=f"the name of an image under {STACK_SLUG!r}", found="none"
        )
    _check_plain(stack.name, f"{subject}, image name")
    mask = _only_image(job.outputs or [], MASK_SLUG, f"{subject}, outputs")
    mask_pk = mask.pk if mask else None
    if mask_pk is not None:
        _check_plain(mask_pk, f"{subject}, image pk")
    return PredictionJob(
        pk=job.pk,
        status=job.status,
        stack=stack_name(stack.name),
        mask_file=mask_pk and (mask_pk if mask_pk.endswith(".mha") else f"{mask_pk}.mha"),
        run_time=run_time(job.model_extra or {}),
    )


def _only_image(values: Sequence[_SocketValue], slug: str, subject: str) -> _Image | None:
    """Find the image under a slug; None where the slug or its image is not there."""
    found = [value.image for value in values if slug in value.slugs]
    if len(found) > 1:
        raise InputError.about(subject, expected=f"one image under {slug!r}", found=f"{len(found)}")
    return found[0] if found else None


def _check_plain(name: str, subject: str) -> None:
    """Refuse what is more than a file's name: it would be looked for outside the job's folder."""
    if name in ("", ".", "..") or any(c in "/\\" or not c.isprintable() for c in name):
        raise InputError.about(
            subject, expected="a plain name, without any folder", found=repr(name)
        )
