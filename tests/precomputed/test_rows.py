"""Which rows of a file the training samples get, and how many rows are refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leanset.errors import LeansetError
from leanset.images import ImageSet, Split
from leanset.precomputed import DiskRows
from leanset.seeds import numpy_generator
from tests.precomputed.examples import rows_in_use


def whole(size: int) -> Split:
    """Images of one pixel, which is their number."""
    pixels = np.arange(size, dtype=np.uint8).reshape(-1, 1, 1, 1)
    return Split.whole(pixels, np.zeros(size, dtype=np.int64))


@given(st.integers(0, 2**32 - 1), st.integers(5, 60), st.data())
def test_each_sample_of_a_random_part_of_a_random_part_gets_its_own_row(
    seed: int, on_disk: int, data: st.DataObject
) -> None:
    rng, everything = numpy_generator(seed), whole(on_disk)
    part = everything.sampled(data.draw(st.integers(2, on_disk)), rng)
    train, validation = part.parted(data.draw(st.integers(1, len(part) - 1)), rng)
    rows = DiskRows.of(ImageSet("dots", ("a",), train, everything, validation), drawn=True)
    rows.check(on_disk, "theirs")
    assert (rows.of_training(np.arange(on_disk)) == train.images.ravel()).all()


@given(st.integers(0, 2**32 - 1), st.integers(2, 60), st.data())
def test_where_only_validation_is_taken_no_other_length_is_right(
    seed: int, on_disk: int, data: st.DataObject
) -> None:
    everything = whole(on_disk)
    size = data.draw(st.integers(1, on_disk - 1))
    train, validation = everything.parted(size, numpy_generator(seed))
    rows = DiskRows.of(ImageSet("dots", ("a",), train, everything, validation), drawn=False)
    rows.check(on_disk, "theirs")
    assert (rows.of_training(np.arange(on_disk)) == train.images.ravel()).all()
    for length in {0, len(train), on_disk - 1, on_disk + 1} - {on_disk}:
        with pytest.raises(LeansetError, match=rf"^theirs: the file has {length} rows"):
            rows.check(length, "theirs")


@pytest.mark.parametrize(
    ("rows", "length", "told"),
    [
        (rows_in_use(12), 11, "the file has 11 rows, the training split on disk 12 samples."),
        (rows_in_use(12), 13, "the file has 13 rows, the training split on disk 12 samples."),
        # a file of the four that are trained on has lost its alignment
        (rows_in_use([0, 1, 3, 5], [2, 4]), 4, "4 rows, the training split on disk 6 samples."),
        (rows_in_use([0, 4, 9], drawn=True), 3, "3 rows, .* on disk about 10 samples."),
        (rows_in_use([0, 4], [9], drawn=True), 9, "9 rows, .* on disk about 10 samples."),
    ],
)
def test_a_file_of_another_number_of_samples_is_refused(
    rows: DiskRows, length: int, told: str
) -> None:
    with pytest.raises(LeansetError, match=told) as error:
        rows.check(length, "theirs")
    assert "as it lies on disk, in that order, before dataset.train_samples" in str(error.value)


def test_a_file_that_a_random_part_would_reach_further_into_is_refused() -> None:
    # of 1,100 rows all of 200 are among the first 991 with probability (991 / 1100)^200 = 9e-10,
    # of 1,000 with 0.16
    rows = rows_in_use([*range(0, 990, 5), 989, 990], drawn=True)
    assert rows.used == 200
    for length in (991, 1000, 1090):
        rows.check(length, "theirs")
    with pytest.raises(LeansetError, match=r"has 1,100 rows, .* about 991 samples"):
        rows.check(1100, "theirs")


def test_a_random_part_of_nearly_all_is_taken_for_what_it_is() -> None:
    # the last of 12 was not drawn: nothing says that there are not 12
    rows = rows_in_use(11, drawn=True)
    rows.check(12, "theirs")
    assert rows.of_training(np.arange(12)).tolist() == list(range(11))
