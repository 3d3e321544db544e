"""Datasets of one file that is whole or absent, however the process that writes it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from inspect import unwrap
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import uuid4

from kedro.io import DatasetError

from leanset.disks import sync, writing
from leanset.errors import LeansetError


class Whole:
    """Beside a versioned dataset of Kedro's: what it saves appears whole, or not at all.

    On a disk the file is written under a hidden name beside its place, synced and renamed. An
    object store shows no object before its upload is complete; one that fails is withdrawn. Where
    it cannot be reached, a person is told what to look at.
    """

    _fs: Any
    _protocol: str
    _filepath: PurePosixPath
    _target: PurePosixPath | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        inherits = "__init__" not in cls.__dict__
        super().__init_subclass__(**kwargs)
        if inherits:
            # Kedro's wrapper would note *args and **kwargs as the arguments of the dataset
            delattr(cls, "__init__")

    @classmethod
    def _save_wrapper(cls, save_func: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        """Kedro's way to dress ``save``: it checks the version before, and finds it after."""
        # a dataset of a library comes dressed, and would look for its version before it is there
        bare = unwrap(save_func)

        @wraps(bare)
        def save(self: Whole, data: Any) -> None:
            final = self._get_save_path()
            with _drafted(final) if self._on_disk else _uploaded(self._fs, final) as self._target:
                try:
                    bare(self, data)
                finally:
                    self._target = None

        dressed: Callable[[Any, Any], None] = super()._save_wrapper(save)  # type: ignore[misc]

        @wraps(dressed)
        def told(self: Whole, data: Any) -> None:
            with self._reached("written"):
                dressed(self, data)

        return told

    @classmethod
    def _load_wrapper(cls, load_func: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Kedro's way to dress ``load``."""
        dressed: Callable[[Any], Any] = super()._load_wrapper(unwrap(load_func))  # type: ignore[misc]

        @wraps(dressed)
        def told(self: Whole) -> Any:
            with self._reached("read"):
                return dressed(self)

        return told

    def exists(self) -> bool:
        """Whether there is something to load."""
        with self._reached("looked for"):
            return bool(super().exists())  # type: ignore[misc]

    @property
    def _on_disk(self) -> bool:
        return self._protocol == "file"

    @contextmanager
    def _reached(self, done: str) -> Iterator[None]:
        """Do something with the file, and tell what to look at where its store does not answer."""
        try:
            yield
        except Exception as error:
            cause = _unwrapped(error)
            if self._on_disk or isinstance(cause, DatasetError | LeansetError):
                raise
            place = self._fs.unstrip_protocol(str(self._filepath))
            told = LeansetError(
                f"it could not be {done} ({type(cause).__name__}: {cause}).",
                where=place,
                remedy="Look at the bucket and the credentials; the same command then goes on, and "
                "finished runs are kept.",
            )
            told.__cause__ = error
            raise DatasetError(str(told)) from told

    def _get_save_path(self) -> PurePosixPath:
        return self._target or super()._get_save_path()  # type: ignore[misc]


@contextmanager
def _drafted(path: PurePosixPath) -> Iterator[PurePosixPath]:
    """Where to write a file that gets its name when it is whole.

    Raises:
        LeansetError: the disk is full, or closed to us.
    """
    final = Path(path)
    draft = final.with_name(f".draft-{uuid4().hex}-{final.name}")
    with writing(final):
        try:
            yield PurePosixPath(draft.as_posix())
            sync(draft)
            draft.replace(final)
            sync(final.parent)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise


@contextmanager
def _uploaded(files: Any, path: PurePosixPath) -> Iterator[PurePosixPath]:
    """Where to write an object whose upload is completed only if nothing failed."""
    # merely closing a file completes its upload, whatever went wrong before
    with files.transaction:
        yield path


def _unwrapped(error: BaseException) -> BaseException:
    """What went wrong first, where Kedro says in which dataset."""
    while isinstance(error, DatasetError) and error.__cause__ is not None:
        error = error.__cause__
    return error
