from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydantic import ValidationError
from tests.selectors.examples import chosen, scored

from leanset.errors import LeansetError
from leanset.selectors import Materials, Needs, Ranked
from leanset.selectors.scored import Scored

Balance = Literal["none", "proportional", "uniform"]


class First(Scored):
    """The first of each group."""

    def pick(
        self,
        keep: int,
        group: Materials,  # noqa: ARG002
        rng: np.random.Generator,  # noqa: ARG002
    ) -> NDArray[np.int64]:
        return np.arange(keep)


def kept_of_classes(balance: Balance, keep: int, labels: list[int], seed: int = 0) -> list[int]:
    materials = scored([0.0] * len(labels), labels)
    subset = chosen(First(score="s", balance=balance), keep, materials, seed)
    return np.bincount(materials.labels[subset], minlength=max(labels) + 1).tolist()


def test_without_balance_all_samples_are_one_group() -> None:
    assert kept_of_classes("none", 4, [0, 0, 0, 1, 1, 1]) == [3, 1]


def test_proportional_balance_gives_each_class_its_share() -> None:
    # half of 6, 4 and 2
    assert kept_of_classes("proportional", 6, [0] * 6 + [1] * 4 + [2] * 2) == [3, 2, 1]


def test_uniform_balance_gives_each_class_the_same_until_it_has_no_more() -> None:
    # 9 of 6, 4 and 2: class 2 gives both, and 7 are left for two classes, one of them by chance
    labels = [0] * 6 + [1] * 4 + [2] * 2
    counts = {tuple(kept_of_classes("uniform", 9, labels, seed)) for seed in range(30)}
    assert counts == {(4, 3, 2), (3, 4, 2)}


@pytest.mark.parametrize("balance", ["proportional", "uniform"])
def test_a_class_without_samples_gives_none(balance: Balance) -> None:
    assert kept_of_classes(balance, 4, [1] * 4 + [3] * 4) == [0, 2, 0, 2]


def test_positions_in_a_class_come_back_as_sample_indices() -> None:
    # class 0 is 1, 3 and 4, class 1 is 0, 2 and 5; hardest of each: 4 (0.5) and 0 (0.9)
    materials = scored([0.9, 0.1, 0.2, 0.3, 0.5, 0.4], [1, 0, 1, 0, 0, 1])
    rule = Ranked(method="ranked", score="s", keep="hardest", balance="uniform")
    assert chosen(rule, 2, materials) == [0, 4]
    # two of each: 3 (0.3) and 5 (0.4) join
    assert chosen(rule, 4, materials) == [0, 3, 4, 5]


@given(
    st.sampled_from(["proportional", "uniform"]),
    st.lists(st.integers(0, 5), min_size=1, max_size=40),
    st.floats(0.01, 1),
    st.integers(0, 2**32),
)
def test_balance_keeps_exactly_the_budget(
    balance: Balance, labels: list[int], share: float, seed: int
) -> None:
    keep = max(1, round(share * len(labels)))
    counts = kept_of_classes(balance, keep, labels, seed)
    sizes = [labels.count(label) for label in range(max(labels) + 1)]
    assert sum(counts) == keep
    assert all(count <= size for count, size in zip(counts, sizes, strict=True))
    shares = [size * keep / len(labels) for size in sizes if size]
    if balance == "proportional":
        assert keep < len(shares) or all(
            count >= 1 for count, size in zip(counts, sizes, strict=True) if size
        )
        if keep < len(shares) or min(shares) >= 1:
            assert all(
                abs(count - size * keep / len(labels)) < 1
                for count, size in zip(counts, sizes, strict=True)
            )
    else:
        short_of = [count for count, size in zip(counts, sizes, strict=True) if count < size]
        assert not short_of or max(counts) - min(short_of) <= 1


def test_a_rule_reads_labels_only_to_balance_classes() -> None:
    assert not First(score="s").uses_labels()
    assert First(score="s", balance="proportional").uses_labels()
    assert First(score="s", balance="uniform").uses_labels()


def test_a_rule_needs_the_score_it_names() -> None:
    assert First(score="el2n").needs() == Needs(scores=("el2n",))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_score_that_is_not_a_number_is_refused_with_its_name(bad: float) -> None:
    with pytest.raises(LeansetError, match=r"score s: 1 of 3 samples .* the first is sample 1"):
        chosen(First(score="s"), 1, scored([0.0, bad, 1.0]))


def test_an_unknown_balance_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValidationError, match="'none', 'proportional' or 'uniform'"):
        First.model_validate({"score": "s", "balance": "equal"})
