"""Disks: what reaches them, and what is said where one is full or closed to us."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike

from leanset.errors import LeansetError

_FULL = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is spent",
}
_CLOSED = {
    errno.EROFS: "the disk is mounted read-only",
    errno.EACCES: "permission is denied",
    errno.EPERM: "permission is denied",
}
_CUT_SHORT = re.compile(r"\d+ requested and \d+ written")
"""All that NumPy says where a disk was full before the end of an array."""

_GOES_ON = "the same command then goes on, and finished runs are kept."


def sync(path: str | PathLike[str]) -> None:
    """Have what is known of a file or a folder reach the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def refusal(error: BaseException, place: str | PathLike[str] | None = None) -> LeansetError | None:
    """What to say of an error that a full or closed disk led to; None of any other.

    Args:
        error: one of the operating system, raised by itself or in the course of another.
        place: what was being written, where that is better known than the error knows it.
    """
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError):
            said = _said(cause, place)
            if said is not None:
                return said
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return None


@contextmanager
def writing(place: str | PathLike[str]) -> Iterator[None]:
    """Write something, and name it if the disk does not take it.

    Raises:
        LeansetError: the disk is full, or closed to us.
    """
    try:
        yield
    except OSError as error:
        said = refusal(error, place)
        if said is None:
            raise
        raise said from error


def _said(error: OSError, place: str | PathLike[str] | None) -> LeansetError | None:
    where = str(place or error.filename or "")
    # without a file it is a permission of another kind, such as to signal a process
    if error.errno in _CLOSED and where:
        return LeansetError(
            f"it cannot be used, because {_CLOSED[error.errno]}.",
            where=where,
            remedy=f"Give whoever runs this leave to write there; {_GOES_ON}",
        )
    if error.errno in _FULL or _CUT_SHORT.fullmatch(str(error)):
        reason = _FULL.get(error.errno or errno.ENOSPC, _FULL[errno.ENOSPC])
        return LeansetError(
            f"it could not be written, because {reason}.",
            where=where or "a file",
            remedy=f"Free some space there; {_GOES_ON}",
        )
    return None
