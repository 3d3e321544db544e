import numpy as np
import pytest
from tests.selectors.examples import chosen, times_chosen

from leanset.errors import LeansetError
from leanset.selectors import Materials, Needs, OracleClean

ORACLE = OracleClean(method="oracle_clean")
NOISY = Materials(
    np.zeros(8, dtype=np.int64), wrong=np.array([True, False, False, True, *[False] * 4])
)


def test_only_samples_whose_label_is_not_wrong_are_drawn_and_all_equally_often() -> None:
    counts = times_chosen(ORACLE, 2, NOISY, seeds=300)
    assert counts[[0, 3]].tolist() == [0, 0]
    # two of six: 100 of 300, deviation 8.2
    assert counts[[1, 2, 4, 5, 6, 7]].min() > 65
    assert counts.max() < 135


def test_the_budget_can_be_all_clean_samples_and_no_more() -> None:
    assert chosen(ORACLE, 6, NOISY) == [1, 2, 4, 5, 6, 7]
    message = "finds 6 samples whose label is not wrong, fewer than the 7 to keep"
    with pytest.raises(LeansetError, match=message):
        chosen(ORACLE, 7, NOISY)


def test_without_injected_noise_it_is_refused_with_the_key_to_set() -> None:
    with pytest.raises(LeansetError, match=r"but none was\. Set dataset\.noise"):
        chosen(ORACLE, 2, Materials(np.zeros(8, dtype=np.int64)))


def test_it_needs_to_know_the_wrong_labels_and_uses_labels() -> None:
    assert ORACLE.needs() == Needs(wrong_labels=True)
    assert ORACLE.uses_labels()
