"""What lies in a Grand Challenge input folder: the stacks of a job and their spacings.

Contract: the platform's `inputs.json` names each socket's place under the input folder; older
platforms and people write no such file, and then the fixed places hold.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter

from uls.geometry.voi import SPACING_LIMITS_MM, Spacing, is_plausible_spacing
from uls.images.stack import IMAGE_SUFFIXES, StackHeader, read_header, stack_name
from uls.platform.slugs import SPACINGS_FILE, STACK_FOLDER, STACK_SLUG
from uls.workshop.errors import InputError, no_permission_is
from uls.workshop.folder_scan import listed
from uls.workshop.strict_json import first_reason, parse_json

__all__ = ["StackInput", "check_spacings", "find_job"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class StackInput:
    """One stack of a job, its header verified, and the spacing of each of its VOIs in mm."""

    header: StackHeader
    spacings_mm: tuple[Spacing, ...]


class _Interface(BaseModel):
    model_config = ConfigDict(extra="ignore")
    slug: str = ""
    relative_path: str = ""


class _Image(BaseModel):
    model_config = ConfigDict(extra="ignore")
    name: str = ""


class _Socket(BaseModel):
    """An entry of inputs.json; newer platforms write `socket`, older ones `interface`."""

    model_config = ConfigDict(extra="ignore")
    socket: _Interface | None = None
    interface: _Interface | None = None
    image: _Image | None = None
    value: Any = None

    @property
    def described(self) -> _Interface:
        return self.socket or self.interface or _Interface()


@no_permission_is(InputError)
def find_job(input_folder: Path, only: str | None = None) -> tuple[StackInput, ...]:
    """Find a job's stacks (or `only` that file), in their names' order, and check all one can.

    Raises:
        InputError: a folder or file is missing or may not be read, a stack or a spacing cannot be,
            two stacks would give masks of the same name.
    """
    if not input_folder.is_dir():
        raise InputError.about(input_folder, expected="the input folder", found="no folder")
    sockets = _read_sockets(input_folder)
    paths = _stack_paths(input_folder, sockets)
    subject, document = _spacings_document(input_folder, sockets)
    headers = [read_header(path) for path in paths if only in (None, path.name)]
    return tuple(
        StackInput(header, _spacings_of(header, document, subject, alone=len(paths) == 1))
        for header in headers
    )


def _read_sockets(input_folder: Path) -> list[_Socket]:
    path = input_folder / "inputs.json"
    if not path.exists():
        return []
    try:
        return TypeAdapter(list[_Socket]).validate_python(parse_json(path.read_bytes()))
    except (ValueError, OSError) as error:
        raise InputError.about(
            path, expected="the platform's list of sockets", found=first_reason(error)
        ) from error


def _stack_paths(input_folder: Path, sockets: Sequence[_Socket]) -> list[Path]:
    """Find the stacks that inputs.json names, or all there are if none goes by such a name."""
    named = [s for s in sockets if s.described.slug == STACK_SLUG and s.described.relative_path]
    relative = named[0].described.relative_path if named else STACK_FOLDER
    names = {socket.image.name for socket in named if socket.image}
    folder = _inside(input_folder, relative)
    if not folder.is_dir():
        raise InputError.about(folder, expected="a folder with the stacks of VOIs", found="none")
    paths = listed(folder, IMAGE_SUFFIXES)
    if not paths:
        raise InputError.about(
            folder,
            expected=f"at least one stack ({', '.join(IMAGE_SUFFIXES)})",
            found=_listing(folder),
        )
    _check_names(paths)
    return [path for path in paths if path.name in names] or paths


def _listing(folder: Path) -> str:
    names = sorted(p.name for p in folder.iterdir())
    return f"only {', '.join(names[:5])}" if names else "an empty folder"


def _inside(input_folder: Path, relative: str) -> Path:
    path = (input_folder / relative).resolve()
    if not path.is_relative_to(input_folder.resolve()):
        raise InputError.about(
            input_folder / "inputs.json", expected="paths inside the input folder", found=relative
        )
    return input_folder / relative


def _check_names(paths: Sequence[Path]) -> None:
    seen: dict[str, Path] = {}
    for path in paths:
        other = seen.setdefault(stack_name(path), path)
        if other is not path:
            raise InputError.about(
                path, expected="stacks of different names", found=f"{other.name} beside it"
            )


def _spacings_document(input_folder: Path, sockets: Sequence[_Socket]) -> tuple[str, Any]:
    """Find the spacings: the file when it is there, else the value inside inputs.json."""
    socket = next(
        (s for s in sockets if Path(s.described.relative_path).name == SPACINGS_FILE), None
    )
    path = _inside(input_folder, socket.described.relative_path if socket else SPACINGS_FILE)
    if not path.is_file():
        if socket is not None and socket.value is not None:
            return f"{input_folder / 'inputs.json'}, {SPACINGS_FILE}", socket.value
        raise InputError.about(
            path, expected="a list with [x, y, z] in mm for every VOI", found="no file"
        )
    try:
        return str(path), parse_json(path.read_bytes())
    except (ValueError, OSError) as error:
        raise InputError.about(path, expected="JSON", found=str(error)) from error


def _spacings_of(
    header: StackHeader, document: Any, subject: str, *, alone: bool
) -> tuple[Spacing, ...]:
    """Pick a stack's spacings: the document itself for one stack, its entry by name for several."""
    if isinstance(document, dict):
        keys = (header.name, header.path.name)
        key = next((k for k in keys if k in document), None)
        if key is None:
            raise InputError.about(
                subject, expected=f"spacings under {keys[0]!r}", found=f"{sorted(document)}"
            )
        return check_spacings(document[key], header.n_vois, f"{subject}, {key}")
    if not alone:
        raise InputError.about(
            subject,
            expected="an object with a list of spacings under each stack's name",
            found=type(document).__name__,
            hint="One list alone does not say which stack it is for.",
        )
    return check_spacings(document, header.n_vois, subject)


def check_spacings(document: Any, n_vois: int, subject: str) -> tuple[Spacing, ...]:
    """Verify a list of spacings against the number of VOIs that it is for.

    Raises:
        InputError: another length, or an entry that is not three plausible numbers of millimetres.
    """
    if not isinstance(document, list) or len(document) != n_vois:
        found = len(document) if isinstance(document, list) else type(document).__name__
        raise InputError.about(
            subject, expected=f"a list of {n_vois} spacings, one a VOI", found=f"{found}"
        )
    return tuple(_spacing(entry, f"{subject}, VOI {i}") for i, entry in enumerate(document))


def _spacing(entry: Any, subject: str) -> Spacing:
    numbers = entry if isinstance(entry, list) else []
    if len(numbers) != 3 or not all(map(is_plausible_spacing, numbers)):
        least, most = SPACING_LIMITS_MM
        raise InputError.about(
            subject,
            expected=f"three positive, finite numbers [x, y, z] of {least:g} to {most:g} mm",
            found=f"{entry!r:.80}",
        )
    x, y, z = (float(number) for number in numbers)
    return x, y, z
