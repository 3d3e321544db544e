"""Scores out of a file."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from tests.precomputed.examples import rows_in_use, save

from leanset.errors import LeansetError
from leanset.scores import PrecomputedScore, Sources, parse_score

THEIRS: dict[str, Any] = {
    "method": "precomputed",
    "file": "theirs.npy",
    "kind": "difficulty",
    "uses_labels": True,
}


def test_it_is_read_out_of_a_file_for_the_training_samples(tmp_path: Path) -> None:
    save(tmp_path / "theirs.npy", np.array([0.5, 0.25, 0.75, 1.0]))
    score = parse_score(THEIRS)
    assert isinstance(score, PrecomputedScore)
    assert score.sources() == Sources()
    values = score.score(tmp_path, rows_in_use([0, 2, 3], validation=[1]))
    assert values.dtype == np.float32
    assert values.tolist() == [0.5, 0.75, 1.0]


def test_several_numbers_for_each_sample_are_none(tmp_path: Path) -> None:
    save(tmp_path / "theirs.npy", np.zeros((4, 2)))
    with pytest.raises(LeansetError, match=r"theirs\.npy: .*Give one number for each"):
        PrecomputedScore.model_validate(THEIRS).score(tmp_path, rows_in_use(4))


@pytest.mark.parametrize("key", ["kind", "uses_labels", "file"])
def test_what_only_its_maker_knows_has_to_be_said(key: str) -> None:
    with pytest.raises(ValidationError, match=f"{key}\n.*required"):
        parse_score({name: value for name, value in THEIRS.items() if name != key})


def test_a_kind_is_one_of_the_field() -> None:
    with pytest.raises(ValidationError, match="'difficulty' or 'uncertainty'"):
        parse_score(THEIRS | {"kind": "hardness"})
