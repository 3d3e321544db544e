"""Which test samples were right, and how far another test set would move what is said."""

import math

import numpy as np
import pandas as pd
import pytest

from leanset.findings.bits import CorrectBits
from leanset.findings.cells import finished_cells
from tests.findings.examples import bits_of, cell, ledger


def test_the_shares_are_over_runs_and_no_padding_counts() -> None:
    runs = ledger(cell("near", 10, [0.5, 0.5]))
    (found,) = finished_cells(runs).values()
    # ten test samples take two bytes, of which six bits are not there
    rights = [[1, 1, 0, 0, 0, 1, 0, 0, 0, 1], [1, 0, 0, 0, 0, 1, 1, 0, 0, 1]]
    table = pd.DataFrame(
        {
            "run_key": runs["run_key"],
            "correct": [np.packbits(np.array(right, dtype=bool)).tobytes() for right in rights],
        }
    )
    shares = CorrectBits([table], 10).shares(found)
    assert shares.tolist() == [1, 0.5, 0, 0, 0, 1, 0.5, 0, 0, 1]


def test_a_difference_is_surer_than_an_accuracy_where_networks_fail_alike() -> None:
    runs = ledger(cell("near", 10, [0.9]), cell("random", 10, [0.8]))
    near, random = finished_cells(runs).values()
    bits = bits_of(runs)
    # of 1,000 test samples the first 800 or 900 are right: √(p (1 − p) / 999), p the share right,
    # or, of the difference, the share of 100 samples in which they differ
    assert bits.error_of(near) == pytest.approx(math.sqrt(0.9 * 0.1 / 999))
    assert bits.error_of(random) == pytest.approx(math.sqrt(0.8 * 0.2 / 999))
    assert bits.error_between(near, random) == pytest.approx(math.sqrt(0.1 * 0.9 / 999))
