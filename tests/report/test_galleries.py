"""Choosing samples, and what is said of each."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leanset.report.galleries import difficulty_score, first_of
from leanset.scores import parse_score
from tests.report.album import LABELS, album, mean_p


def test_a_sample_is_shown_with_its_label_and_what_became_of_it() -> None:
    kept = np.zeros(8, dtype=np.bool_)
    kept[5] = True
    owl, dog = album().show(np.array([5, 4]), kept)
    assert (owl.sample, owl.label, owl.fate, owl.alt) == (5, "owl", "kept", "owl, kept")
    assert (dog.sample, dog.label, dog.fate, dog.alt) == (4, "dog", "dropped", "dog, dropped")
    assert owl.picture != dog.picture


def test_where_proxies_say_another_class_it_is_told_with_both_probabilities() -> None:
    # sample 0 is a cat, and so they say; sample 1 is a dog, and they say owl
    agreed, doubted = album(mean_p=mean_p([0, 2, 2, 0, 1, 2, 0, 1])).show(np.array([0, 1]))
    assert (agreed.p_label, agreed.other, agreed.p_other) == ("80 %", "", "")
    assert (doubted.p_label, doubted.other, doubted.p_other) == ("10 %", "owl", "80 %")
    assert doubted.alt == "dog, the proxies say owl"


def test_a_label_made_wrong_stands_beside_the_true_one() -> None:
    true = LABELS.copy()
    true[3] = 2
    right, wrong = album(true_labels=true).show(np.array([0, 3]))
    assert (right.notes, wrong.notes) == ((), ("truly owl",))
    assert wrong.alt == "cat, truly owl"


def test_the_hardest_come_first_by_the_mean_over_replicates() -> None:
    # means: 1, 5, 2, 8, 0, 3, 7, 4
    first = np.array([2, 5, 4, 8, 0, 0, 7, 4], dtype=np.float32)
    second = np.array([0, 5, 0, 8, 0, 6, 7, 4], dtype=np.float32)
    chosen = album(scores={"aum": [first, second]}, difficulty="aum").difficulty
    assert chosen is not None
    assert chosen.hardest_first.tolist() == [3, 6, 1, 7, 5, 2, 0, 4]


def test_samples_of_equal_score_are_in_random_order() -> None:
    equal = {"aum": [np.zeros(8, dtype=np.float32)]}
    chosen = album(scores=equal, difficulty="aum").difficulty
    assert chosen is not None
    assert chosen.hardest_first.tolist() != list(range(8))
    assert sorted(chosen.hardest_first) == list(range(8))


@given(st.lists(st.booleans(), min_size=1, max_size=30), st.integers(0, 40), st.integers(0, 99))
def test_the_first_that_are_wanted_are_taken_in_their_order(
    wanted: list[bool], count: int, seed: int
) -> None:
    ordered = np.random.default_rng(seed).permutation(len(wanted))
    by_hand = [sample for sample in ordered if wanted[sample]][:count]
    assert first_of(ordered, np.array(wanted), count).tolist() == by_hand


SCORES = {
    "waver": parse_score({"method": "dyn_unc", "log": "short"}),
    "far": parse_score({"method": "prototype_distance", "clustering": "k10"}),
    "el2n": parse_score({"method": "el2n", "log": "short"}),
    "aum": parse_score({"method": "aum", "log": "short"}),
}


@pytest.mark.parametrize(
    ("names", "preferred", "chosen"),
    [
        (["waver", "far", "el2n", "aum"], None, "el2n"),  # the first that a log is behind
        (["waver", "far", "el2n", "aum"], "aum", "aum"),
        (["waver", "far"], "aum", "far"),
        (["waver"], "waver", None),  # uncertainty is high in the middle
        ([], None, None),
    ],
)
def test_the_score_that_says_what_is_hard_is_of_kind_difficulty(
    names: list[str], preferred: str | None, chosen: str | None
) -> None:
    assert difficulty_score({name: SCORES[name] for name in names}, preferred) == chosen
