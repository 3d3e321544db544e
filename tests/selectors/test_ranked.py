from typing import Literal

import numpy as np
import pytest
from pydantic import ValidationError
from tests.selectors.examples import chosen, scored, times_chosen

from leanset.errors import LeansetError
from leanset.selectors import Ranked

# from easy to hard: 1 (0.1), 4 (0.2), 0 (0.3), 3 (0.7), 2 (0.9)
EXAMPLE = scored([0.3, 0.1, 0.9, 0.7, 0.2])


def ranked(keep: Literal["hardest", "easiest", "auto"]) -> Ranked:
    return Ranked(method="ranked", score="s", keep=keep)


def test_hardest_keeps_the_highest_scores() -> None:
    assert chosen(ranked("hardest"), 2, EXAMPLE) == [2, 3]
    assert chosen(ranked("hardest"), 3, EXAMPLE) == [0, 2, 3]


def test_easiest_keeps_the_lowest_scores() -> None:
    assert chosen(ranked("easiest"), 2, EXAMPLE) == [1, 4]
    assert chosen(ranked("easiest"), 5, EXAMPLE) == [0, 1, 2, 3, 4]


def test_the_two_ends_of_one_budget_complete_each_other() -> None:
    assert sorted(
        chosen(ranked("hardest"), 2, EXAMPLE) + chosen(ranked("easiest"), 3, EXAMPLE)
    ) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("keep", ["hardest", "easiest"])
def test_a_tie_is_broken_by_seed_and_every_tied_sample_gets_its_turn(
    keep: Literal["hardest", "easiest"],
) -> None:
    counts = times_chosen(ranked(keep), 2, scored([0.5] * 6), seeds=300)
    # each of six is in a third of 300 subsets: 100, deviation 8.2
    assert counts.min() > 65
    assert counts.max() < 135


def test_auto_offers_both_ends_and_leaves_the_other_settings_alone() -> None:
    auto = Ranked(method="ranked", score="s", keep="auto", balance="uniform")
    assert auto.alternatives() == {
        "hardest": Ranked(method="ranked", score="s", keep="hardest", balance="uniform"),
        "easiest": Ranked(method="ranked", score="s", keep="easiest", balance="uniform"),
    }
    assert ranked("hardest").alternatives() == ranked("easiest").alternatives() == {}


def test_selecting_while_the_end_is_not_chosen_is_refused() -> None:
    with pytest.raises(LeansetError, match="while keep is still auto"):
        ranked("auto").select(2, EXAMPLE, np.random.default_rng(0))


def test_an_unknown_end_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValidationError, match="'hardest', 'easiest' or 'auto'"):
        Ranked.model_validate({"method": "ranked", "score": "s", "keep": "hard"})
