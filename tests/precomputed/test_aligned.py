"""What a file holds of the training samples, and what is no number for each of them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from leanset.errors import LeansetError
from leanset.precomputed import PrecomputedFile
from tests.precomputed.examples import ON_DISK, rows_in_use, save, save_table

FILE = PrecomputedFile(file="a.npy")
PART = rows_in_use([0, 1, 3, 5], validation=[2, 4])


def test_a_whole_training_split_gets_every_row(tmp_path: Path) -> None:
    save(tmp_path / "a.npy", np.arange(ON_DISK) / 4)
    values = FILE.floats(tmp_path, rows_in_use(), dimensions=1)
    assert values.dtype == np.float32
    assert values.tolist() == [row / 4 for row in range(ON_DISK)]


def test_a_part_gets_the_rows_it_has_on_disk(tmp_path: Path) -> None:
    save(tmp_path / "a.npy", np.column_stack([np.arange(6.0), -np.arange(6.0)]))
    values = FILE.floats(tmp_path, PART, dimensions=2)
    assert values.tolist() == [[0, 0], [1, -1], [3, -3], [5, -5]]


def test_of_a_table_too_a_part_gets_the_rows_it_has_on_disk(tmp_path: Path) -> None:
    order = np.array([3, 5, 0, 1, 4, 2])
    save_table(tmp_path / "a.parquet", order, score=order / 2)
    values = PrecomputedFile(file="a.parquet").floats(tmp_path, PART, dimensions=1)
    assert values.tolist() == [0, 0.5, 1.5, 2.5]


def test_whole_numbers_stay_whole(tmp_path: Path) -> None:
    save(tmp_path / "a.npy", np.arange(6, dtype=np.uint8)[::-1])
    values = FILE.integers(tmp_path, PART)
    assert values.dtype == np.int64
    assert values.tolist() == [5, 4, 2, 0]


def test_a_file_of_another_number_of_samples_is_refused(tmp_path: Path) -> None:
    save(tmp_path / "a.npy", np.zeros(11))
    with pytest.raises(LeansetError, match=r"a\.npy: the file has 11 rows"):
        FILE.floats(tmp_path, rows_in_use(), dimensions=1)


@pytest.mark.parametrize(
    ("values", "dimensions", "told"),
    [
        (np.zeros((12, 2)), 1, r"shape \(12, 2\). Give one number for each of the samples"),
        (np.zeros(12), 2, r"shape \(12,\). Give a row of one or more numbers for each"),
        (np.zeros((12, 2, 2)), 2, r"shape \(12, 2, 2\)"),
        (np.zeros((12, 0)), 2, r"shape \(12, 0\)"),
        (np.zeros(0), 1, r"shape \(0,\)"),
        (np.float64(1.0), 1, r"shape \(\)"),
        (np.zeros(12, dtype=np.int64), 1, "the file holds int64. Save it as float32"),
        (np.zeros(12, dtype=np.complex64), 1, "complex64. Save it as float32"),
        (np.zeros(12, dtype=bool), 1, "bool. Save it as float32"),
        (np.array(["a"] * 12), 1, "<U1. Save it as float32"),
    ],
)
def test_what_is_not_as_many_real_numbers_for_each_sample_is_refused(
    tmp_path: Path, values: Any, dimensions: int, told: str
) -> None:
    save(tmp_path / "a.npy", values)
    with pytest.raises(LeansetError, match=told):
        FILE.floats(tmp_path, rows_in_use(), dimensions)


def test_numbers_where_whole_numbers_are_needed_are_refused(tmp_path: Path) -> None:
    save(tmp_path / "a.npy", np.zeros(12))
    with pytest.raises(LeansetError, match=r"the file holds float64\. Save it as int64\."):
        FILE.integers(tmp_path, rows_in_use())


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e39, -1e300])
def test_a_value_that_is_no_finite_number_of_32_bits_is_refused(
    tmp_path: Path, value: float
) -> None:
    values = np.zeros((12, 2))
    values[7, 1] = value
    save(tmp_path / "a.npy", values)
    with pytest.raises(LeansetError, match=r"a\.npy: 1 of 12 samples .* the first is sample 7"):
        FILE.floats(tmp_path, rows_in_use(), dimensions=2)


@pytest.mark.parametrize("dtype", ["<f2", "<f4", ">f4", "<f8"])
def test_every_floating_type_is_taken(tmp_path: Path, dtype: str) -> None:
    save(tmp_path / "a.npy", np.arange(12).astype(dtype))
    values = FILE.floats(tmp_path, rows_in_use(), dimensions=1)
    assert values.dtype == np.dtype("=f4")
    assert values.tolist() == list(range(12))


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf")])
def test_the_seconds_it_took_are_a_number_from_0(seconds: float) -> None:
    with pytest.raises(ValidationError, match="seconds"):
        PrecomputedFile(file="a.npy", seconds=seconds)
