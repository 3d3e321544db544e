"""What is said of a full disk and of one that is closed to us."""

import errno
import os
import pickle
from pathlib import Path

import pytest

from leanset.disks import refusal, writing
from leanset.errors import LeansetError

FREE = "Free some space there; the same command then goes on, and finished runs are kept."
PERMIT = (
    "Give whoever runs this leave to write there; "
    "the same command then goes on, and finished runs are kept."
)


def system_error(number: int, file: str | None = "/data/a.npy") -> OSError:
    return OSError(number, os.strerror(number), file)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, f"it could not be written, because the disk is full. {FREE}"),
        (errno.EDQUOT, f"it could not be written, because the disk quota is spent. {FREE}"),
        (errno.EROFS, f"it cannot be used, because the disk is mounted read-only. {PERMIT}"),
        (errno.EACCES, f"it cannot be used, because permission is denied. {PERMIT}"),
        (errno.EPERM, f"it cannot be used, because permission is denied. {PERMIT}"),
    ],
)  # fmt: skip
def test_each_refusal_says_what_where_and_what_to_do(number: int, words: str) -> None:
    assert str(refusal(system_error(number))) == f"/data/a.npy: {words}"


def test_a_place_that_is_better_known_is_named_instead() -> None:
    said = refusal(system_error(errno.ENOSPC), Path("/store"))
    assert str(said).startswith("/store: it could not be written")


def test_a_full_disk_without_a_name_is_told_all_the_same() -> None:
    said = refusal(system_error(errno.ENOSPC, file=None))
    assert str(said).startswith("a file: it could not be written, because the disk is full.")


def test_what_numpy_says_of_a_full_disk_is_understood() -> None:
    said = refusal(OSError("1000000 requested and 131056 written"), "/store")
    assert str(said) == f"/store: it could not be written, because the disk is full. {FREE}"


def careless(cause: Exception) -> None:
    """Raise another error while one is dealt with, as libraries do."""
    try:
        raise cause
    except OSError:
        raise RuntimeError("b")  # noqa: B904


def test_a_refusal_is_found_however_deep_others_wrapped_it() -> None:
    with pytest.raises(RuntimeError) as caught:
        careless(system_error(errno.ENOSPC))
    wrapped = KeyError("c")
    wrapped.__cause__ = caught.value
    assert str(refusal(wrapped)).startswith("/data/a.npy:")


def test_what_was_dealt_with_is_not_brought_up_again() -> None:
    with pytest.raises(RuntimeError) as caught:
        careless(system_error(errno.EACCES))
    caught.value.__suppress_context__ = True  # as ``from None`` has it
    assert refusal(caught.value) is None


def test_a_refusal_comes_back_from_another_process() -> None:
    sent = pickle.loads(pickle.dumps(system_error(errno.ENOSPC)))  # noqa: S301 - our own
    assert str(refusal(sent)).startswith("/data/a.npy: it could not be written")


@pytest.mark.parametrize(
    "error",
    [
        system_error(errno.ENOENT),
        system_error(errno.EPERM, file=None),  # to signal a process, say
        OSError("3 requested"),
        ValueError("no"),
    ],
)
def test_other_errors_are_nobody_s_refusal(error: Exception) -> None:
    assert refusal(error) is None


def test_what_is_written_is_named_where_the_disk_refuses_it() -> None:
    full = system_error(errno.ENOSPC, file=None)
    with pytest.raises(LeansetError, match=r"^/store: .* full") as caught, writing("/store"):
        raise full
    assert caught.value.__cause__ is full


def test_other_errors_pass() -> None:
    with pytest.raises(FileNotFoundError), writing("/store"):
        raise system_error(errno.ENOENT)


def test_our_own_errors_keep_their_own_words() -> None:
    with pytest.raises(LeansetError, match=r"^as it is\.$"), writing("/store"):
        raise LeansetError("as it is.")
