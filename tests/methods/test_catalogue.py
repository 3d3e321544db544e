"""The catalogue of methods: complete, and true to the code it is made from."""

import re
from typing import Any

import pytest

from leanset.clustering import parse_clusterer
from leanset.embeddings import parse_embedding
from leanset.errors import LeansetError
from leanset.methods import REQUIRED, Method, method_of, methods, named
from leanset.scores import METHODS as SCORES
from leanset.scores import parse_score
from leanset.selectors import METHODS as SELECTORS
from leanset.selectors import parse_selector
from tests.end_to_end.rules import RULES

OF_NOBODY = {
    ("selector", "full"), ("selector", "random"), ("selector", "stratified_random"),
    ("selector", "oracle_clean"), ("score", "loss"), ("score", "precomputed"),
    ("embedding", "network"), ("embedding", "pca"), ("embedding", "pixels"),
    ("embedding", "precomputed"), ("clustering", "precomputed"),
}  # fmt: skip
"""What no paper or experiment is to be named for."""


def names(family: str) -> set[str]:
    return {method.name for method in methods() if method.family == family}


def selector(name: str) -> Method:
    (found,) = (method for method in named(name) if method.family == "selector")
    return found


def defaults(method: Method) -> dict[str, str]:
    return {setting.key: setting.default for setting in method.settings}


def test_it_holds_every_method_of_every_family() -> None:
    assert names("selector") == set(SELECTORS)
    assert names("score") == {*SCORES, "precomputed"}
    assert names("embedding") == {"network", "pca", "pixels", "precomputed"}
    assert names("clustering") == {"kmeans", "precomputed"}


def test_it_is_ordered_by_family_and_name() -> None:
    order = [(method.family, method.name) for method in methods()]
    assert [family for family, _ in order] == sorted(
        (family for family, _ in order),
        key=["selector", "score", "embedding", "clustering"].index,
    )
    rules = [name for family, name in order if family == "selector"]
    assert rules == sorted(rules)


@pytest.mark.parametrize("method", methods(), ids=lambda method: f"{method.family} {method.name}")
def test_each_method_says_what_it_is_and_whose(method: Method) -> None:
    assert method.summary.endswith(".")
    assert "\n" not in method.summary
    assert (not method.source) == ((method.family, method.name) in OF_NOBODY)
    # a citation has an author and a year, an experiment has its name
    assert all(
        re.search(r"[A-Z].* \d{4}", part) or "bezalelc" in part or "bitsofchris" in part
        for part in filter(None, method.source.split("; "))
    )


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("el2n", "Paul et al. 2021, definition 2.2"),
        ("beta_sampling", "Cho et al. 2025, appendix C, algorithm 1"),
        ("craig", "Mirzasoleiman, Bilmes and Leskovec 2020, algorithm 1"),
        ("k_center", "Sener and Savarese 2018, algorithm 1; Gonzalez 1985"),
        ("forgetting", "Toneva et al. 2019, section 3"),
        ("margin", "Scheffer et al. 2001; Settles 2009, section 3.1"),
        ("pred_sum", "bezalelc, Data-pruning"),
        ("window", "bezalelc, Data-pruning"),
        ("prototype_distance", "Sorscher et al. 2022; bezalelc, Data-pruning"),
    ],
)
def test_papers_and_experiments_are_found_in_the_text(name: str, source: str) -> None:
    (method,) = named(name)
    assert method.source == source


@pytest.mark.parametrize("method", methods(), ids=lambda method: f"{method.family} {method.name}")
def test_kinds_are_those_that_scores_declare(method: Method) -> None:
    declared = SCORES[method.name].kind if method.name in SCORES else ""
    assert method.kind == declared


@pytest.mark.parametrize("name", RULES)
def test_a_rule_reads_labels_as_it_declares(name: str) -> None:
    rule, told = RULES[name], selector(name).reads_labels
    assert rule.uses_labels() == (told == "yes" or "balance classes" in told)
    assert bool(rule.needs().scores and told != "yes") == ("as the score" in told)


def test_who_reads_labels_is_told_in_words() -> None:
    told = {name: selector(name).reads_labels for name in SELECTORS}
    assert told["random"] == told["clustered"] == told["k_center"] == "no"
    assert told["craig"] == told["stratified_random"] == "yes"
    assert told["herding"] == "to balance classes"
    assert told["ranked"] == told["denoised"] == "as the score"
    assert told["d2"] == "as the score and to balance classes"
    (precomputed, *_) = named("precomputed")
    assert (precomputed.family, precomputed.reads_labels) == ("score", "as uses_labels says")


def test_what_a_method_needs_is_told_in_words() -> None:
    assert selector("random").needs == "nothing else"
    assert selector("d2").needs == "a score and an embedding"
    assert selector("beta_sampling").needs == "two scores"
    assert selector("glister").needs == "a training log with features_at and a validation split"
    assert selector("oracle_clean").needs == "which labels are wrong"
    needs = {method.name: method.needs for method in methods() if method.family == "score"}
    assert needs["el2n"] == "a training log"
    assert needs["grand"] == "a training log with features_at"
    assert needs["pred_sum"] == "a training log of at least 2 proxies"
    assert needs["prototype_distance"] == "a clustering"
    assert needs["precomputed"] == "a file"


def test_settings_hold_what_is_inherited_and_keys_that_name_artifacts() -> None:
    settings = {setting.key: setting for setting in selector("denoised").settings}
    assert settings["suspects"].kind == "the name of a score"
    assert settings["then"].kind == f"a block with method: one of {len(RULES)} methods"
    assert defaults(selector("craig")) == {
        "log": REQUIRED, "balance": "proportional", "weights": "none", "clip": "left out",
        "optimizer": "{name: batched}", "epoch": "left out",
    }  # fmt: skip


def test_what_is_said_of_inherited_settings_is_told_beside() -> None:
    told = "\n".join(selector("craig").shared)
    for key in ("``balance: proportional``", "``weights``", "``optimizer``", "``epoch``"):
        assert key in told
    assert selector("random").shared == ()


@pytest.mark.parametrize(
    ("settings", "family", "name"),
    [
        (parse_selector({"method": "ranked", "score": "s", "keep": "auto"}), "selector", "ranked"),
        (parse_score({"method": "aum", "log": "l"}), "score", "aum"),
        (parse_embedding({"method": "pca", "components": 5}), "embedding", "pca"),
        (parse_clusterer({"embedding": "e", "clusters": 5}), "clustering", "kmeans"),
    ],
)
def test_settings_lead_to_their_method(settings: Any, family: str, name: str) -> None:
    method = method_of(settings)
    assert (method.family, method.name) == (family, name)


def test_one_name_may_be_that_of_several_methods() -> None:
    assert [method.family for method in named("precomputed")] == [
        "score", "embedding", "clustering",
    ]  # fmt: skip


def test_a_misspelt_name_leads_to_the_right_one() -> None:
    with pytest.raises(LeansetError, match=r"no method 'forgeting'\. Did you mean 'forgetting'\?"):
        named("forgeting")
