"""Compiling kernels to machine code, once per machine."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar, cast
from uuid import uuid4

from numba import njit
from numba.core.caching import FunctionCache

F = TypeVar("F", bound=Callable[..., Any])

_SOURCES = hashlib.sha256(
    b"\0".join(file.read_bytes() for file in sorted(Path(__file__).parent.glob("*.py")))
).hexdigest()


def compiled(function: F) -> F:
    """Compile at the first call with each new set of types, and keep the code on disk.

    No flag allows the compiler to assume that there are no NaN: a diverged training must show.
    """
    dispatcher: Any = njit(nogil=True, error_model="numpy")(function)
    # where no folder can be written to, every process compiles for itself
    with suppress(RuntimeError):
        dispatcher._cache = _PackageCache(function)
    return cast(F, dispatcher)


class _PackageCache(FunctionCache):
    """Numba's cache on disk, mended for kernels that call each other and for many processes."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)  # type: ignore[no-untyped-call]
        # processes that number their files alike could load each other's code for other types
        name = self._impl.filename_base
        self._cache_file._data_name_pattern = f"{name}.{uuid4().hex}.{{number}}.nbc"

    def _index_key(self, sig: Any, codegen: Any) -> tuple[Any, ...]:
        # numba sees that a kernel's own file has changed, but not the files that it calls into
        key = super()._index_key(sig, codegen)  # type: ignore[no-untyped-call]
        return (*key, _SOURCES)
