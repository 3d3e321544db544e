"""Tables in parquet: a column ``sample``, which says the row, and the columns of its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from leanset.errors import LeansetError

if TYPE_CHECKING:
    from pyarrow import ChunkedArray, RecordBatch

_SAMPLE = "sample"
_ROWS = 65_536
"""Rows that are read together, so that a table need not fit into memory twice."""


def read_parquet(parts: Sequence[Path], where: str) -> NDArray[Any]:
    """The numbers of all rows by their ``sample``, whatever order they are in.

    Args:
        parts: files that together are one table.
        where: its name, for errors.

    Returns:
        ``[N]`` of a single column of numbers; ``[N, D]`` of several, in their order, or of one
        that holds lists.

    Raises:
        LeansetError: a part is damaged, a column is not of numbers, or the samples are not each
            of 0 to N − 1 exactly once.
    """
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    try:
        rows = sum(ParquetFile(part).metadata.num_rows for part in parts)
        return _placed(_batches(parts), rows, where)
    except (ArrowException, OSError) as error:
        raise LeansetError(
            f"this is not a parquet table that can be read ({error}).",
            where=where,
            remedy="Write it again.",
        ) from error


def _batches(parts: Sequence[Path]) -> Iterator[RecordBatch]:
    from pyarrow.parquet import ParquetFile

    for part in parts:
        with ParquetFile(part) as file:
            yield from file.iter_batches(_ROWS)


def _placed(batches: Iterator[RecordBatch], rows: int, where: str) -> NDArray[Any]:
    placed: NDArray[Any] = np.empty(0)
    seen = np.zeros(rows, dtype=np.bool_)
    for number, batch in enumerate(batches):
        sample, values = _samples(batch, rows, where), _numbers(batch, where)
        if number == 0:
            placed = np.empty((rows, *values.shape[1:]), dtype=values.dtype)
        elif (values.shape[1:], values.dtype) != (placed.shape[1:], placed.dtype):
            raise LeansetError(
                f"not all rows hold as many numbers of one type: {_kind(placed)}, "
                f"then {_kind(values)}.",
                where=where,
                remedy="Give every sample as many numbers, in all parts of the table.",
            )
        placed[sample] = values
        seen[sample] = True
    if not seen.all():
        raise LeansetError(
            f"sample {int(seen.argmin())} is missing and another stands twice: "
            f"{rows:,} rows are of {int(seen.sum()):,} samples.",
            where=where,
            remedy=f"Give each sample from 0 to {rows - 1} exactly one row.",
        )
    return placed


def _samples(batch: RecordBatch, rows: int, where: str) -> NDArray[np.int64]:
    if _SAMPLE not in batch.schema.names:
        raise LeansetError(
            f"there is no column {_SAMPLE}; the columns are {', '.join(batch.schema.names)}.",
            where=where,
            remedy=f"Name the row of each sample in the training split, from 0, {_SAMPLE}.",
        )
    sample = _plain(batch.column(_SAMPLE), _SAMPLE, where)
    if sample.dtype.kind not in "iu":
        raise LeansetError(
            f"the column {_SAMPLE} is of {sample.dtype}, not of whole numbers.", where=where
        )
    outside = sample[(sample < 0) | (sample >= rows)]
    if len(outside):
        raise LeansetError(
            f"there is a sample {int(outside[0])} in a table of {rows:,} rows.",
            where=where,
            remedy=f"Give each sample from 0 to {rows - 1} exactly one row.",
        )
    return sample.astype(np.int64)


def _numbers(batch: RecordBatch, where: str) -> NDArray[Any]:
    from pyarrow import types

    names = [name for name in batch.schema.names if name != _SAMPLE]
    if not names:
        raise LeansetError(f"there is no column beside {_SAMPLE}.", where=where)
    first = batch.column(names[0])
    if len(names) == 1 and (
        types.is_list(first.type)
        or types.is_large_list(first.type)
        or types.is_fixed_size_list(first.type)
    ):
        return _rows_of_lists(first, names[0], where)
    columns = [_plain(batch.column(name), name, where) for name in names]
    return columns[0] if len(columns) == 1 else np.stack(columns, axis=1)


def _rows_of_lists(column: ChunkedArray, name: str, where: str) -> NDArray[Any]:
    from pyarrow import compute

    if column.null_count:
        raise _with_gaps(name, where)
    lengths = compute.list_value_length(column).to_numpy(zero_copy_only=False)
    if (lengths != lengths[0]).any():
        raise LeansetError(
            f"the lists of the column {name} are of {int(lengths.min())} to "
            f"{int(lengths.max())} numbers.",
            where=where,
            remedy="Give every sample as many numbers.",
        )
    return _plain(column.flatten(), name, where).reshape(len(column), -1)


def _plain(column: Any, name: str, where: str) -> NDArray[Any]:
    if column.null_count:
        raise _with_gaps(name, where)
    values: NDArray[Any] = column.to_numpy(zero_copy_only=False)
    if values.dtype.kind not in "fiu":
        raise LeansetError(
            f"the column {name} is of {column.type}, not of numbers.",
            where=where,
            remedy=f"Keep the column {_SAMPLE} and the columns of numbers only.",
        )
    return values


def _with_gaps(name: str, where: str) -> LeansetError:
    return LeansetError(
        f"the column {name} has empty places.", where=where, remedy="Give every sample a value."
    )


def _kind(values: NDArray[Any]) -> str:
    return f"{values.dtype} [{', '.join(['N', *map(str, values.shape[1:])])}]"
