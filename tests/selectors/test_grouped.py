"""A budget that is spent on all samples at once or divided over the classes."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydantic import ValidationError
from tests.selectors.examples import chosen, scored

from leanset.budgets import equal_quotas, proportional_quotas
from leanset.selectors import Materials
from leanset.selectors.grouped import Balance, Grouped


class First(Grouped):
    """Keeps the first samples of each group, and notes what it was shown."""

    method: Literal["first"] = "first"
    seen: list[tuple[int, list[int]]] = []  # noqa: RUF012 - pydantic copies it for each rule

    def pick(
        self,
        keep: int,
        group: Materials,
        rng: np.random.Generator,  # noqa: ARG002
    ) -> NDArray[np.int64]:
        self.seen.append((keep, group.scores["s"].values.astype(int).tolist()))
        return np.arange(keep)


def of_classes(*labels: int) -> Materials:
    """Samples whose score is their number."""
    return scored(list(range(len(labels))), labels)


def remarks(balance: Balance, keep: int, labels: Sequence[int]) -> list[str]:
    return list(First(balance=balance).remarks(keep, of_classes(*labels)))


# classes of four, three and one; there is no class 2
LABELS = (0, 1, 0, 3, 1, 0, 1, 0)


def test_without_balance_the_rule_picks_from_all_samples_at_once() -> None:
    rule = First()
    assert chosen(rule, 3, of_classes(*LABELS)) == [0, 1, 2]
    assert rule.seen == [(3, list(range(8)))]
    assert not rule.uses_labels()


def test_proportional_quotas_are_picked_within_each_class() -> None:
    rule = First(balance="proportional")
    # 4 in proportion to 4, 3 and 1: shares 2, 1.5 and 0.5, and chance has one of the halves; were
    # it class 1, class 3 would have none, and one of a class of two goes to it
    kept = chosen(rule, 4, of_classes(*LABELS))
    assert sorted(np.bincount(np.array(LABELS)[kept]).tolist()) == [0, 1, 1, 2]
    assert [samples for _, samples in rule.seen] == [[0, 2, 5, 7], [1, 4, 6], [3]]
    assert rule.uses_labels()


def test_equal_quotas_are_picked_within_each_class_and_a_short_one_is_made_up_for() -> None:
    rule = First(balance="uniform")
    # 7 over three classes: the class of one has one, the others share six
    assert chosen(rule, 7, of_classes(*LABELS)) == [0, 1, 2, 3, 4, 5, 6]
    assert rule.seen == [(3, [0, 2, 5, 7]), (3, [1, 4, 6]), (1, [3])]
    assert rule.uses_labels()


def test_a_class_that_keeps_nothing_is_not_picked_from() -> None:
    rule = First(balance="uniform")
    assert len(chosen(rule, 1, of_classes(*LABELS))) == 1
    assert [keep for keep, _ in rule.seen] == [1]


def test_groups_have_the_sizes_of_the_classes_there_are() -> None:
    labels = np.array(LABELS)
    assert First().group_sizes(labels).tolist() == [8]
    for balance in ("proportional", "uniform"):
        rule = First.model_validate({"balance": balance})
        assert rule.group_sizes(labels).tolist() == [4, 3, 1]


def test_there_is_no_other_balance() -> None:
    with pytest.raises(ValidationError, match="'none', 'proportional' or 'uniform'"):
        First.model_validate({"balance": "equal"})


@given(st.lists(st.integers(0, 5), min_size=1, max_size=60), st.data())
def test_quotas_are_exact_and_every_class_is_present_as_soon_as_that_is_possible(
    labels: list[int], data: st.DataObject
) -> None:
    keep, seed = data.draw(st.integers(1, len(labels))), data.draw(st.integers(0, 99))
    balance = data.draw(st.sampled_from(["none", "proportional", "uniform"]))
    rule = First.model_validate({"balance": balance})
    kept = chosen(rule, keep, of_classes(*labels), seed)
    assert len(set(kept)) == len(kept) == keep
    if balance != "none" and keep >= len(set(labels)):
        assert {labels[sample] for sample in kept} == set(labels)
    if balance != "none":
        divide = {"proportional": proportional_quotas, "uniform": equal_quotas}[balance]
        quotas = divide(np.bincount(labels), keep, np.random.default_rng(seed))
        found = np.bincount(np.array(labels)[kept], minlength=len(quotas))
        assert found.tolist() == quotas.tolist()


# --- what a person should know


def test_classes_smaller_than_an_equal_share_are_remarked_on() -> None:
    # 9 of three classes are 3 each; of the classes of 6, 3 and 2 one is smaller than that
    labels = [0] * 6 + [1] * 3 + [2] * 2
    assert remarks("uniform", 9, labels) == [
        "1 of 3 classes have fewer samples than an equal share of 9; all of theirs are kept, and "
        "the others make up for them."
    ]
    # of 10, an equal share is 3 and a third: the class of 3 is smaller, too
    assert remarks("uniform", 10, labels)[0].startswith("2 of 3 classes")


def test_nothing_is_remarked_where_all_classes_can_give_their_share() -> None:
    labels = [0] * 6 + [1] * 3 + [2] * 2
    assert remarks("uniform", 6, labels) == []
    for balance in ("none", "proportional"):
        assert remarks(balance, 9, labels) == []


def test_a_class_without_samples_is_no_short_class() -> None:
    assert remarks("uniform", 4, [0, 0, 5, 5]) == []
