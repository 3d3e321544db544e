"""Folds: who is in which, and how evenly."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from leanset.seeds import numpy_generator
from leanset.training.log.folds import stratified_folds

given_labels = st.lists(st.integers(0, 4), min_size=1, max_size=60)


@given(given_labels, st.integers(2, 7), st.integers(0, 99))
def test_folds_differ_by_one_sample_at_most_over_all_and_within_each_class(
    given_labels: list[int], folds: int, seed: int
) -> None:
    labels = np.array(given_labels)
    fold = stratified_folds(labels, folds, numpy_generator(seed))
    assert fold.dtype == np.int64
    assert len(fold) == len(labels)
    for members in (np.full(len(labels), True), *(labels == label for label in set(given_labels))):
        sizes = np.bincount(fold[members], minlength=folds)
        assert len(sizes) == folds
        assert sizes.max() - sizes.min() <= 1


def test_two_classes_of_three_and_five_samples_fill_four_folds_with_two_each() -> None:
    # dealt out 0 1 2 | 3 0 1 2 3: the second class goes on with fold 3, so every fold has 2
    labels = np.array([1, 0, 1, 1, 0, 1, 1, 0])
    fold = stratified_folds(labels, 4, numpy_generator(0))
    assert np.bincount(fold).tolist() == [2, 2, 2, 2]
    assert sorted(fold[labels == 0]) == [0, 1, 2]
    assert sorted(fold[labels == 1]) == [0, 1, 2, 3, 3]


def test_the_generator_alone_decides_who_is_in_which_fold() -> None:
    labels = np.repeat([0, 1, 2], 20)
    first = stratified_folds(labels, 5, numpy_generator(1))
    assert (stratified_folds(labels, 5, numpy_generator(1)) == first).all()
    assert (stratified_folds(labels, 5, numpy_generator(2)) != first).any()


def test_neighbours_in_the_file_are_not_dealt_out_in_turn() -> None:
    # each pair of samples meets in a fold with a chance of 11/59 or so; in turn they never would
    fold = stratified_folds(np.zeros(60, dtype=np.int64), 5, numpy_generator(0))
    assert (fold[1:] == fold[:-1]).any()
