"""What a setting may be, in words."""

from typing import Annotated, Literal

import pytest
from pydantic import Field, PositiveInt

from leanset.frozen import Frozen
from leanset.methods.words import LEFT_OUT, REQUIRED, Setting, a, settings_of, written


class Inner(Frozen):
    name: Literal["inner"] = "inner"
    depth: int = 3


class Other(Frozen):
    name: Literal["other"]


class Block(Frozen):
    method: Literal["block"]
    rate: Annotated[float, Field(gt=0, le=1)]
    count: PositiveInt = 10
    start: Annotated[int, Field(ge=2)] = 2
    share: Annotated[float, Field(gt=0, lt=1)] | None = None
    part: int | float = 0.5
    ranks: bool = False
    weights: Literal["none"] | Literal["loss", "sampler"] = "none"
    how: Inner | Other = Inner()
    alone: Inner | None = None
    score: str


KINDS = {setting.key: setting for setting in settings_of(Block, {"score": "score"})}


@pytest.mark.parametrize(
    ("key", "kind", "default"),
    [
        ("rate", "a number above 0, up to 1", REQUIRED),
        ("count", "a whole number from 1", "10"),
        ("start", "a whole number from 2", "2"),
        ("share", "a number above 0, below 1", LEFT_OUT),
        ("part", "a whole number or a fraction", "0.5"),
        ("ranks", "true or false", "false"),
        ("weights", "none, loss or sampler", "none"),
        ("how", "a block with name: inner or other", "{name: inner, depth: 3}"),
        ("alone", "a block of name and depth", LEFT_OUT),
        ("score", "the name of a score", REQUIRED),
    ],
)
def test_each_kind_of_setting_has_its_words(key: str, kind: str, default: str) -> None:
    assert KINDS[key] == Setting(key, kind, default)


def test_what_cannot_be_left_out_comes_first_and_the_method_is_no_setting() -> None:
    assert list(KINDS)[:2] == ["rate", "score"]
    assert "method" not in KINDS


def test_text_that_names_no_artifact_is_just_text() -> None:
    (setting,) = (one for one in settings_of(Block, {}) if one.key == "score")
    assert setting.kind == "text"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("own", "own"), (0.1, "0.1"), (True, "true"), (None, LEFT_OUT), ((2, 5), "[2, 5]"),
        ("on", "'on'"), ({"a": [1]}, "{a: [1]}"),
    ],
)  # fmt: skip
def test_a_value_is_written_as_in_yaml(value: object, text: str) -> None:
    assert written(value) == text


def test_a_long_value_stays_on_one_line() -> None:
    assert "\n" not in written(tuple(range(500)))


def test_a_noun_has_its_article() -> None:
    assert (a("score"), a("embedding")) == ("a score", "an embedding")
