from typing import Any

import pytest
from pydantic import ValidationError

from leanset.claims import Claim


def claim(**changes: Any) -> Claim:
    block = {"text": "Far is better", "better": "far", "than": "random", "budgets": [60, 0.1]}
    return Claim.model_validate(block | changes)


def test_both_rules_are_compared_at_the_same_budgets_by_label() -> None:
    assert claim().pairs() == [("60", "60"), ("10 %", "10 %")]


def test_the_other_rule_may_have_one_budget_of_its_own() -> None:
    assert claim(than_budget=1.0).pairs() == [("60", "100 %"), ("10 %", "100 %")]


def test_a_claim_of_our_own_has_no_source() -> None:
    assert claim().source == ""
    assert claim(source="p. 3").source == "p. 3"


@pytest.mark.parametrize("missing", ["text", "better", "than", "budgets"])
def test_a_claim_says_what_is_better_than_what_and_where(missing: str) -> None:
    block = claim().model_dump()
    del block[missing]
    with pytest.raises(ValidationError, match=f"{missing}\n  Field required"):
        Claim.model_validate(block)


@pytest.mark.parametrize("changes", [{"budgets": []}, {"budgets": [0]}, {"than_budget": 1.5}])
def test_a_claim_about_no_budget_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="budget"):
        claim(**changes)
