"""Which settings are accepted, and what follows from them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.config.examples import (
    BLOCKS_OF_A_SWEEP,
    VARIANTS,
    Looking,
    blocks,
    looked_at,
    parsed,
    ranked,
    refused,
    variant,
    without,
)

from leanset.claims import Claim
from leanset.config import BLOCKS, Artifacts, DatasetSettings, Settings

# --- what is accepted


def test_good_blocks_become_typed_settings() -> None:
    settings = parsed(blocks())
    assert settings.sweep.budgets == (0.1, 20)
    assert [type(budget) for budget in settings.sweep.budgets] == [float, int]
    assert settings.embeddings["pca50"].method == "pca"
    assert settings.variants["near"].selector.needs().clusterings == ("pca50_k50",)
    assert settings.variants["near"].budgets == (30,)
    assert settings.variants["random"].budgets is None
    assert settings.published is None


def test_every_block_but_the_variants_is_named() -> None:
    assert sorted(BLOCKS) == [
        "audit", "clusterings", "dataset", "embeddings", "folder", "hypotheses", "logs",
        "published", "recipes", "report", "rerun", "scores", "sweep", "training",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("dataset.train_samples", 300),
        ("dataset.source.train_images.sha256", "abc"),
        ("training.workers", 3),
        ("sweep.variants", ["near"]),
        ("sweep.budgets", [1.0]),
        ("near.recipe", "lenet5"),
        ("near.runs", 1),
        ("near.selector", {"method": "stratified_random"}),
        ("folder", "/somewhere/else"),
        ("rerun", "all"),
        ("published", {"source": "A paper", "cells": {}}),
        ("logs.dynamics.features_at", [0, 1, 30]),
        ("embeddings.pixels", {"method": "network", "log": "ensemble", "epoch": 0}),
        ("dataset.validation", 0.1),
        ("dataset.validation", 200),
        ("dataset.noise", {"kind": "symmetric", "rate": 0.1}),
        ("dataset.noise", {"kind": "asymmetric", "rate": 0.4, "classes": {"zero": "one"}}),
        ("scores.el2n.epoch", 8),
        ("scores.el2n.proxies", "shared"),
        ("sweep.scores", ["median", "el2n"]),
        ("near.groups", ["clusters", "slow"]),
        ("audit", {"score": "el2n", "suspects": 20}),
    ],
)
def test_what_is_optional_may_be_given(path: str, value: Any) -> None:
    here: Any = parsed(blocks((path, value))).model_dump(mode="json", exclude_none=True)
    if path.split(".")[0] in VARIANTS:
        here = here["variants"]
    for key in path.split("."):
        here = here[key]
    assert here.items() >= value.items() if isinstance(value, dict) else here == value


def test_a_sweep_may_have_no_logs_no_scores_no_audit_and_no_hypotheses() -> None:
    content = without("logs")
    del content["scores"]
    settings = parsed(content)
    assert (settings.logs, settings.scores, settings.audit, settings.hypotheses) == (
        {}, {}, None, (),
    )  # fmt: skip


def test_a_hypothesis_is_a_claim_of_our_own_without_a_source() -> None:
    said = {"text": "Near is best", "better": "near", "than": "random", "budgets": [30]}
    content = blocks(("hypotheses", [said]), ("random.budgets", [30]))
    assert parsed(content).hypotheses == (Claim.model_validate(said),)
    assert parsed(content).hypotheses[0].source == ""


# --- which variants are active


def test_all_variants_are_active_in_alphabetical_order() -> None:
    assert list(parsed(blocks()).active()) == ["near", "random"]


def test_only_the_variants_in_the_list_are_active_in_alphabetical_order() -> None:
    content = blocks(("third", BLOCKS_OF_A_SWEEP["random"]), ("sweep.variants", ["third", "near"]))
    settings = parsed(content)
    assert list(settings.active()) == ["near", "third"]
    assert set(settings.variants) == {"near", "random", "third"}


def with_groups(asked: Any) -> Settings:
    """random and near have no group; a and b are hard, b and c are slow."""
    return parsed(
        blocks(
            ("a", variant(groups=["hard"])),
            ("b", variant(groups=["hard", "slow"])),
            ("c", variant(groups=["slow"])),
            ("sweep.variants", asked),
        )
    )


@pytest.mark.parametrize(
    ("asked", "active"),
    [
        ("all", ["near", "random"]),
        (["hard"], ["a", "b"]),
        (["slow", "hard"], ["a", "b", "c"]),
        (["slow", "random"], ["b", "c", "random"]),
        (["a"], ["a"]),
        (["b", "hard", "b"], ["a", "b"]),
    ],
)
def test_a_variant_with_groups_is_active_only_if_it_or_a_group_of_it_is_named(
    asked: Any, active: list[str]
) -> None:
    assert list(with_groups(asked).active()) == active


def test_the_groups_are_those_of_all_variants() -> None:
    assert with_groups("all").groups() == {"hard", "slow"}
    assert parsed(blocks()).groups() == set()


# --- the validation split and the noise


def dataset(**changes: Any) -> DatasetSettings:
    return DatasetSettings.model_validate(BLOCKS_OF_A_SWEEP["dataset"] | changes)


def test_without_being_asked_nothing_is_held_back_and_no_label_is_wrong() -> None:
    plain = parsed(blocks())
    assert plain.dataset.validation == 0
    assert plain.dataset.validation_samples(1000) == 0
    assert not plain.has_noise
    assert parsed(blocks(("dataset.noise", {"kind": "symmetric", "rate": 0.1}))).has_noise


@pytest.mark.parametrize(
    ("validation", "available", "samples"),
    [(200, 1000, 200), (0.1, 1000, 100), (0.1, 1004, 100), (0.1, 1006, 101), (0.0, 1000, 0)],
)
def test_a_validation_split_is_a_count_or_a_fraction_of_what_there_is(
    validation: float, available: int, samples: int
) -> None:
    assert dataset(validation=validation).validation_samples(available) == samples


@given(st.integers(0, 10**9) | st.floats(0, 1, exclude_max=True))
def test_any_count_and_any_fraction_below_one_can_be_held_back(validation: float) -> None:
    held = dataset(validation=validation).validation
    assert held == validation
    assert type(held) is type(validation)


@given(st.integers(max_value=-1) | st.floats(max_value=0, exclude_max=True) | st.floats(1))
def test_no_other_number_can_be_held_back(validation: float) -> None:
    with pytest.raises(ValidationError, match=r"from 0, or a fraction below 1\.0, not"):
        dataset(validation=validation)


# --- the memory of a selection


@pytest.mark.parametrize(
    ("written", "size"),
    [("2GB", 2 * 10**9), ("1.5 GiB", 3 * 2**29), ("800MB", 8 * 10**8), (10**6, 10**6)],
)
def test_a_size_is_text_with_a_unit_or_a_number_of_bytes(written: Any, size: int) -> None:
    assert parsed(blocks(("sweep.memory_limit", written))).sweep.memory_limit == size


def test_without_being_told_a_selection_may_take_two_gigabytes() -> None:
    assert parsed(blocks()).sweep.memory_limit == 2 * 10**9


@pytest.mark.parametrize("size", ["999KB", "0", 0, 999_999, True])
def test_a_size_that_no_selection_gets_by_with_is_refused(size: Any) -> None:
    assert refused(blocks(("sweep.memory_limit", size))) == [
        f"sweep.memory_limit: no selection gets by with {size!r} of memory; give it at least 1MB"
    ]


@pytest.mark.parametrize(
    "size",
    ["2 lots", "GB", "", "-2GB", "nan", None, [1], 2.5, -(10**9), float("inf"), float("nan")],
)
def test_what_is_no_size_is_refused(size: Any) -> None:
    assert refused(blocks(("sweep.memory_limit", size))) == [
        f"sweep.memory_limit: a size is text such as 2GB, or a number of bytes, not {size!r}"
    ]


# --- the artifacts of a sweep


def test_a_sweep_needs_what_its_active_variants_select_from_and_no_more() -> None:
    assert parsed(blocks()).artifacts() == Artifacts(
        clusterings=("pca50_k50",), embeddings=("pca50",)
    )
    assert parsed(blocks(("sweep.variants", ["random"]))).artifacts() == Artifacts()


def test_a_score_is_needed_with_the_log_that_it_is_read_from() -> None:
    content = blocks(("hard", ranked("el2n")), ("sweep.variants", ["hard"]))
    assert parsed(content).artifacts() == Artifacts(scores=("el2n",), logs=("ensemble",))


def test_a_score_that_the_sweep_lists_is_needed_though_no_variant_reads_it() -> None:
    content = blocks(("sweep.scores", ["typical", "median"]), ("sweep.variants", ["random"]))
    assert parsed(content).artifacts() == Artifacts(
        scores=("median", "typical"), clusterings=("pca50_k50",), embeddings=("pca50", "pixels")
    )


def test_what_a_rule_looks_at_is_needed_with_all_that_it_is_made_from() -> None:
    seen = ("embeddings.seen", {"method": "network", "log": "dynamics"})
    settings = parsed(blocks(seen, ("sweep.variants", ["mine"]), ("mine", variant())))
    looking = looked_at(settings, Looking(embedding="seen", log="ensemble"), groups=())
    assert looking.artifacts() == Artifacts(logs=("dynamics", "ensemble"), embeddings=("seen",))
    assert looking.listed() == Artifacts()


def test_what_is_listed_is_what_the_scores_are_made_from_that_the_sweep_lists() -> None:
    settings = parsed(blocks(("sweep.scores", ["typical"])))
    assert settings.listed() == Artifacts(
        scores=("typical",), clusterings=("pca50_k50",), embeddings=("pca50",)
    )


def test_what_the_audit_reads_is_no_part_of_the_sweep() -> None:
    content = blocks(("audit", {"score": "el2n", "suspects": 9}), ("sweep.variants", ["random"]))
    assert parsed(content).artifacts() == Artifacts()
