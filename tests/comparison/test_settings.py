"""Settings that differ, by dotted key."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from leanset.comparison.settings import SettingChange, changed_settings

BLOCKS = st.recursive(
    st.dictionaries(st.sampled_from("abc"), st.integers() | st.none() | st.text(max_size=2)),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


def test_a_changed_a_new_and_a_gone_value_are_told_by_key() -> None:
    before = {"recipes": {"lenet5": {"epochs": 5, "optimizer": {"name": "adam"}}}, "sweep": {}}
    after = {"recipes": {"lenet5": {"epochs": 6, "clip": None}}, "sweep": {}}
    assert changed_settings(before, after) == (
        SettingChange("recipes.lenet5.clip", None, "null"),
        SettingChange("recipes.lenet5.epochs", "5", "6"),
        SettingChange("recipes.lenet5.optimizer.name", '"adam"', None),
    )


def test_a_list_is_one_value_and_text_is_not_a_number() -> None:
    before = {"sweep": {"budgets": [0.1, 600], "runs": "5"}}
    after = {"sweep": {"budgets": [0.1], "runs": 5}}
    assert changed_settings(before, after) == (
        SettingChange("sweep.budgets", "[0.1, 600]", "[0.1]"),
        SettingChange("sweep.runs", '"5"', "5"),
    )


def test_null_is_not_the_same_as_nothing() -> None:
    assert changed_settings({"a": None}, {}) == (SettingChange("a", "null", None),)


@given(BLOCKS)
def test_nothing_differs_from_itself(block: dict[str, Any]) -> None:
    assert changed_settings(block, block) == ()


@given(BLOCKS, BLOCKS)
def test_the_way_back_is_the_reverse(before: dict[str, Any], after: dict[str, Any]) -> None:
    there, back = changed_settings(before, after), changed_settings(after, before)
    assert [SettingChange(one.key, one.after, one.before) for one in there] == list(back)
    assert bool(there) == (before != after)
