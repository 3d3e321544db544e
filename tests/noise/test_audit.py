"""The suspects table: who is in it, in which order, and what it says of each."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leanset.images import Split
from leanset.noise.audit import suspects_table

NAMES = ("cat", "dog", "owl")
LABELS = np.array([0, 1, 2, 0], dtype=np.int64)
SCORES = np.array([0.5, 2.0, -1.0, 1.5], dtype=np.float32)
MEAN_P = np.array([[0.6, 0.3, 0.1], [0.7, 0.1, 0.2], [0, 0, 1], [0.2, 0.3, 0.5]], dtype=np.float32)


def split(labels: np.ndarray = LABELS) -> Split:
    """Samples that were read from rows 10, 20, 30 ... of their file."""
    images = np.zeros((len(labels), 1, 2, 2), dtype=np.uint8)
    return Split(images, labels, (np.arange(len(labels)) + 1) * 10)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_a_worked_example() -> None:
    table = suspects_table(SCORES, MEAN_P, split(), NAMES, 3, rng())
    # scores 2.0, 1.5, 0.5 are those of samples 1, 3, 0; sample 1 is labelled dog (0.1), and the
    # ensemble says cat (0.7); sample 3 is labelled cat (0.2), it says owl; on sample 0 it agrees
    expected = pd.DataFrame(
        {
            "rank": [1, 2, 3],
            "sample": [1, 3, 0],
            "row": [20, 40, 10],
            "score": np.array([2.0, 1.5, 0.5], dtype=np.float32),
            "label": ["dog", "cat", "cat"],
            "p_label": np.array([0.1, 0.2, 0.6], dtype=np.float32),
            "suggested": ["cat", "owl", "cat"],
            "p_suggested": np.array([0.7, 0.5, 0.6], dtype=np.float32),
            "agrees": [False, False, True],
        }
    )
    pd.testing.assert_frame_equal(table, expected)


def test_where_labels_were_made_wrong_it_says_which() -> None:
    wrong = np.array([False, True, False, False])
    table = suspects_table(SCORES, MEAN_P, split(), NAMES, 2, rng(), wrong)
    assert table["wrong"].tolist() == [True, False]


@pytest.mark.parametrize("count", [4, 100])
def test_no_more_than_all_samples_are_listed(count: int) -> None:
    table = suspects_table(SCORES, MEAN_P, split(), NAMES, count, rng())
    assert table["sample"].tolist() == [1, 3, 0, 2]


def test_ties_are_broken_by_the_generator_and_not_by_the_index() -> None:
    labels = np.zeros(100, dtype=np.int64)
    scores, mean_p = np.zeros(100, dtype=np.float32), np.full((100, 3), 1 / 3, dtype=np.float32)
    first, again, other = (
        suspects_table(scores, mean_p, split(labels), NAMES, 50, rng(seed)) for seed in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(first, again)
    assert set(first["sample"]) != set(other["sample"]) != set(range(50))
    assert first["sample"].is_unique


@given(st.lists(st.integers(0, 4), min_size=1, max_size=12), st.integers(1, 12))
def test_nobody_outside_the_table_is_more_suspect_than_anyone_in_it(
    levels: list[int], count: int
) -> None:
    scores = np.array(levels, dtype=np.float32)
    labels = np.zeros(len(scores), dtype=np.int64)
    mean_p = np.ones((len(scores), 1), dtype=np.float32)
    table = suspects_table(scores, mean_p, split(labels), ("only",), count, rng())
    assert table["score"].is_monotonic_decreasing
    assert sorted(table["score"]) == sorted(levels)[-count:]
    assert table["score"].tolist() == scores[table["sample"]].tolist()
