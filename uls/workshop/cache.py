"""The cache folder: what is remembered between jobs, where this user alone may write.

`ULS23_CACHE` names it, else it is `uls23` in the user's cache directory (`XDG_CACHE_HOME`,
`~/.cache`). Where neither can be written, nothing is remembered, and the log says so once.

What lies there decides which masks come out, so it must be ours: a folder or a file of another
user, or one that others may write into, is not used. Each file begins with a code (HMAC-SHA256 by a
key that lies there, too) over its name and its content: one that is damaged, renamed, or was not
written by this program is ignored.
"""

import hashlib
import hmac
import logging
import os
import pwd
import secrets
from functools import cache
from pathlib import Path

from uls.workshop.own_files import fault_of_folder, read_own, write_own

__all__ = ["VARIABLE", "cache_folder", "load", "store"]

_log = logging.getLogger(__name__)

VARIABLE = "ULS23_CACHE"
"""Environment variable that names the cache folder."""

_NAME = "uls23"
_KEY_NAME, _KEY_BYTES = "key", 32
_CODE_BYTES = 64


def cache_folder(*parts: str, make: bool = True) -> Path | None:
    """Return the cache folder, or a folder in it; None where there can be none.

    Args:
        parts: names of a folder in it, one in the other.
        make: make it if need be; else None where it is not there.
    """
    place = _place()
    if place is None:
        _say_once("no variable names a folder, and the user has no home", VARIABLE)
        return None
    try:
        if make:
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        for folder in (place, *(place.joinpath(*parts[: n + 1]) for n in range(len(parts)))):
            if make:
                folder.mkdir(exist_ok=True, mode=0o700)
            elif not folder.exists():
                return None
            if fault := fault_of_folder(folder):
                _say_once(fault, str(folder), level=logging.WARNING)
                return None
    except OSError as error:
        _say_once(error.strerror or str(error), str(place))
        return None
    return place.joinpath(*parts)


def load(*parts: str) -> memoryview | None:
    """Return the content of a file in the cache folder; None if it is not there, or not ours.

    Args:
        parts: names of the folders that the file is in, then its own.
    """
    folder, key = cache_folder(*parts[:-1], make=False), _key(make=False)
    if folder is None or key is None:
        return None
    path = folder / parts[-1]
    sealed = read_own(path)
    if sealed is None:
        return None
    whole = memoryview(sealed)
    content = whole[_CODE_BYTES:]
    if hmac.compare_digest(whole[:_CODE_BYTES], _code(key, parts, content)):
        return content
    _log.warning("%s is damaged or was not written by this program; it is ignored.", path)
    return None


def store(content: bytes, *parts: str) -> Path | None:
    """Write a file in the cache folder, as a whole or not at all.

    Args:
        content: of the file.
        parts: names of the folders that the file is in, then its own.

    Returns:
        The file, or None where the folder cannot be written.
    """
    folder, key = cache_folder(*parts[:-1]), _key(make=True)
    if folder is None or key is None:
        return None
    path = folder / parts[-1]
    try:
        write_own(path, _code(key, parts, content), content)
    except OSError as error:
        _say_once(error.strerror or str(error), str(folder))
        return None
    return path


def _place() -> Path | None:
    """Say where the cache folder is to be; variables that are empty or relative do not count.

    `ULS23_CACHE` may be relative, as users type it.
    """
    if named := os.environ.get(VARIABLE):
        return Path(named).absolute()
    if (user_caches := Path(os.environ.get("XDG_CACHE_HOME", ""))).is_absolute():
        return user_caches / _NAME
    home = _home()
    return home / ".cache" / _NAME if home.is_absolute() else None


def _home() -> Path:
    if (home := Path(os.environ.get("HOME", ""))).is_absolute():
        return home
    try:
        return Path(pwd.getpwuid(os.geteuid()).pw_dir)
    except KeyError:  # containers run as users that nobody has listed
        return Path()


def _key(*, make: bool) -> bytes | None:
    """Return the key of this cache folder; where there is none, None or a new one."""
    folder = cache_folder(make=make)
    if folder is None:
        return None
    path = folder / _KEY_NAME
    key = read_own(path)
    if key is not None and len(key) == _KEY_BYTES:
        return key
    if not make:
        return None
    try:
        if key is not None:  # a damaged one: what was sealed by it is lost
            path.unlink(missing_ok=True)
        write_own(path, secrets.token_bytes(_KEY_BYTES), only_if_new=True)
    except OSError as error:
        _say_once(error.strerror or str(error), str(folder))
        return None
    return read_own(path)


def _code(key: bytes, parts: tuple[str, ...], content: bytes | memoryview) -> bytes:
    code = hmac.new(key, "/".join(parts).encode() + b"\0", hashlib.sha256)
    code.update(content)
    return code.hexdigest().encode("ascii")


@cache
def _say_once(fault: str, where: str, *, level: int = logging.INFO) -> None:
    _log.log(
        level,
        "%s is no cache folder: %s. Nothing is remembered between jobs, so that they start slower; "
        "%s names another folder.",
        where,
        fault,
        VARIABLE,
    )
