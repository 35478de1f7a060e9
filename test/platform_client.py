"""Drives a server by the platform's own client, which keeps its files in folders instead of S3.

    python3.12 test/platform_client.py BUCKETS JOBS.json

Needs the package sagemaker-shim. JOBS.json lists tasks as the platform sends them; the client's
environment variables say what it starts. Prints each task's result as a line of JSON.
"""

import asyncio
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from sagemaker_shim.models import InferenceTask, S3Resources, UserProcess


class Buckets:
    """The few calls of an S3 client that are made: a bucket is a folder, a key a path in it."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def download_file(self, *, Bucket: str, Key: str, Filename: Path) -> None:  # noqa: N803
        shutil.copyfile(self._root / Bucket / Key, Filename)

    async def upload_file(self, *, Filename: str, Bucket: str, Key: str) -> None:  # noqa: N803
        self._place(Bucket, Key).write_bytes(Path(Filename).read_bytes())

    async def upload_fileobj(self, *, Fileobj: Any, Bucket: str, Key: str, **_: Any) -> None:  # noqa: N803
        self._place(Bucket, Key).write_bytes(Fileobj.read())

    def _place(self, bucket: str, key: str) -> Path:
        path = self._root / bucket / key
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


async def main(buckets: Path, jobs: Path) -> None:
    resources = S3Resources(semaphore=asyncio.Semaphore(4), client=Buckets(buckets))
    process = UserProcess()
    await process.setup()
    try:
        for one in json.loads(jobs.read_text()):
            task = InferenceTask.model_validate(one)
            result = await task.run_inference(user_process=process, s3_resources=resources)
            sys.stdout.write(result.model_dump_json() + "\n")
    finally:
        await process.teardown()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
