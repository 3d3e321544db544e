"""Tables that say of every row which sample it is of."""

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow.parquet import write_table

from leanset.errors import LeansetError
from leanset.precomputed import parquet


def written(folder: Path, *tables: dict[str, Any]) -> list[Path]:
    """Each table as a part."""
    parts = [folder / f"{number}.parquet" for number in range(len(tables))]
    for part, table in zip(parts, tables, strict=True):
        write_table(pa.table(table), part)
    return parts


def read(folder: Path, *tables: dict[str, Any]) -> Any:
    return parquet.read_parquet(written(folder, *tables), "theirs")


def test_a_column_of_numbers_is_read_in_the_order_of_the_samples(tmp_path: Path) -> None:
    values = read(tmp_path, {"sample": [2, 0, 1], "score": np.float32([0.2, 0.0, 0.1])})
    assert values.dtype == np.float32
    assert values.tolist() == np.float32([0.0, 0.1, 0.2]).tolist()


def test_several_columns_are_the_numbers_of_a_row_in_their_order(tmp_path: Path) -> None:
    values = read(tmp_path, {"b": [1.0, 2.0], "sample": [1, 0], "a": [10.0, 20.0]})
    assert values.tolist() == [[2, 20], [1, 10]]


@pytest.mark.parametrize(
    "kind", [pa.list_(pa.float32()), pa.large_list(pa.float32()), pa.list_(pa.float32(), 2)]
)
def test_lists_are_the_numbers_of_a_row(tmp_path: Path, kind: pa.DataType) -> None:
    lists = pa.array([[1, 2], [3, 4], [5, 6]], type=kind)
    values = read(tmp_path, {"sample": [1, 2, 0], "embedding": lists})
    assert values.dtype == np.float32
    assert values.tolist() == [[5, 6], [1, 2], [3, 4]]


def test_lists_of_one_number_are_rows_all_the_same(tmp_path: Path) -> None:
    assert read(tmp_path, {"sample": [0, 1], "x": [[1.0], [2.0]]}).tolist() == [[1], [2]]


@settings(max_examples=30)
@given(st.permutations(range(12)), st.integers(1, 5), st.lists(st.integers(0, 12), max_size=3))
def test_neither_parts_nor_batches_nor_order_make_a_difference(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], batch: int, cuts: Iterable[int]
) -> None:
    rows = np.arange(24.0).reshape(12, 2)
    ends = [0, *sorted(cuts), 12]
    tables: list[dict[str, Any]] = [
        {
            "sample": np.array(order[start:end], dtype=np.int32),
            "embedding": pa.array(list(rows[order[start:end]]), type=pa.list_(pa.float64())),
        }
        for start, end in pairwise(ends)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet, "_ROWS", batch)
        values = read(tmp_path_factory.mktemp("parts"), *tables)
    assert values.tolist() == rows.tolist()


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        (
            [{"sample": [0, 1, 1], "s": [1.0, 2.0, 3.0]}],
            "sample 2 is missing and another stands twice: 3 rows are of 2 samples. "
            "Give each sample from 0 to 2 exactly one row.",
        ),
        (
            [{"sample": [0], "s": [1.0]}, {"sample": [0], "s": [1.0]}],
            "sample 1 is missing and another stands twice",
        ),
        ([{"sample": [0, 2], "s": [1.0, 2.0]}], "there is a sample 2 in a table of 2 rows"),
        ([{"sample": [0, -1], "s": [1.0, 2.0]}], "there is a sample -1 in a table of 2 rows"),
        ([{"sample": [0.0, 1.0], "s": [1.0, 2.0]}], "sample is of float64, not of whole numbers"),
        ([{"sample": ["0", "1"], "s": [1.0, 2.0]}], "sample is of string, not of numbers"),
        ([{"sample": [0, None], "s": [1.0, 2.0]}], "the column sample has empty places"),
        ([{"index": [0], "s": [1.0]}], "no column sample; the columns are index, s. Name the row"),
        ([{"sample": [0]}], "there is no column beside sample"),
        ([{"sample": [0, 1], "s": [1.0, None]}], "the column s has empty places"),
        ([{"sample": [0], "s": [1.0], "path": ["a"]}], "the column path is of string, not of num"),
        ([{"sample": [0], "s": [True]}], "the column s is of bool, not of numbers"),
        ([{"sample": [0, 1], "s": [[1.0], [1.0, 2.0]]}], "lists of the column s are of 1 to 2"),
        ([{"sample": [0, 1], "s": [[1.0], None]}], "the column s has empty places"),
        ([{"sample": [0, 1], "s": [[1.0], [None]]}], "the column s has empty places"),
        ([{"sample": [0], "s": [["a"]]}], "the column s is of string, not of numbers"),
        (
            [{"sample": [0], "s": [[1.0]]}, {"sample": [1], "s": [[1.0, 2.0]]}],
            r"not all rows hold as many numbers of one type: float64 \[N, 1\], then float64 "
            r"\[N, 2\]",
        ),
        (
            [{"sample": [0], "s": [1.0]}, {"sample": [1], "s": [2]}],
            r"float64 \[N\], then int64 \[N\]",
        ),
    ],
)
def test_a_table_that_is_not_one_row_of_numbers_for_each_sample_is_refused(
    tmp_path: Path, tables: list[dict[str, Any]], message: str
) -> None:
    with pytest.raises(LeansetError, match=f"^theirs: .*{message}"):
        read(tmp_path, *tables)


def test_a_table_without_rows_holds_nothing(tmp_path: Path) -> None:
    empty = {"sample": pa.array([], pa.int64()), "s": pa.array([], pa.list_(pa.float32()))}
    assert read(tmp_path, empty).size == 0
