"""Variants in words, out of settings that are written here."""

from typing import Any

import pytest

from leanset.errors import LeansetError
from leanset.explaining import Explanation, explained
from leanset.sweep import Cell
from tests.config.examples import blocks, parsed, ranked, variant

FEATURES = {"method": "network", "log": "features"}


def explanation(name: str, *changes: tuple[str, Any], plan: tuple[Cell, ...] = ()) -> Explanation:
    return explained(name, parsed(blocks(*changes)), plan)


def test_a_variant_is_told_with_its_method_and_settings() -> None:
    near = explanation("near")
    assert (near.name, near.description) == ("near", "Close to a centroid")
    assert (near.method.family, near.method.name) == ("selector", "clustered")
    # what is left out is not set to anything
    assert near.settings == (("clustering", "pca50_k50"), ("keep", "closest"))
    assert (near.runs, near.recipe, near.trained.epochs) == (5, "lenet5", 5)


def test_its_own_runs_and_recipe_come_before_those_of_the_sweep() -> None:
    other = blocks()["recipes"]["lenet5"] | {"epochs": 9}
    changed = explanation(
        "random", ("random.runs", 7), ("recipes.long", other), ("random.recipe", "long")
    )
    assert (changed.runs, changed.recipe, changed.trained.epochs) == (7, "long", 9)


def test_all_that_it_is_made_from_is_told_the_nearest_first() -> None:
    typical = explanation("mine", ("mine", ranked("typical")))
    assert [needed.dataset for needed in typical.needs] == [
        "score_typical", "clustering_pca50_k50", "embedding_pca50",
    ]  # fmt: skip
    methods = [needed.method.name for needed in typical.needs if needed.method]
    assert methods == ["prototype_distance", "kmeans", "pca"]
    assert ("components", "50") in typical.needs[2].settings


def test_a_log_is_told_with_its_settings_and_is_of_no_method() -> None:
    (_, log) = explanation("mine", ("mine", ranked("el2n"))).needs
    assert (log.dataset, log.method) == ("log_ensemble", None)
    assert {("recipe", "lenet5"), ("proxies", "10"), ("epochs", "8")} <= set(log.settings)


@pytest.mark.parametrize(
    ("block", "labels"),
    [
        (variant(), "Nothing of it reads labels: it can choose what is to be labelled."),
        (variant("stratified_random"), "The rule reads labels."),
        (ranked("el2n"), "The rule reads no labels, but score_el2n does."),
        (ranked("typical"), "Nothing of it reads labels: it can choose what is to be labelled."),
        (
            ranked("entropy"),
            "The rule reads no labels, but the proxies of log_ensemble are trained with them.",
        ),
        (
            variant({"method": "k_center", "embedding": "features"}),
            "The rule reads no labels, but the proxies of log_features are trained with them.",
        ),
        (
            variant(
                {"method": "denoised", "suspects": "median", "drop": 5,
                 "then": {"method": "ranked", "score": "el2n", "keep": "easiest"}}
            ),
            "The rule reads no labels, but score_median and score_el2n do.",
        ),
    ],
)  # fmt: skip
def test_it_is_told_who_reads_labels_through_everything_behind(
    block: dict[str, Any], labels: str
) -> None:
    changes = (
        ("scores.entropy", {"method": "entropy", "log": "ensemble"}),
        ("logs.features", {"recipe": "lenet5", "proxies": 5, "epochs": 3, "features_at": [3]}),
        ("embeddings.features", FEATURES),
        ("mine", block),
    )
    assert explanation("mine", *changes).labels == labels


def test_a_fraction_keeps_what_it_kept_in_the_last_sweep_and_a_count_itself() -> None:
    last = (
        Cell("random", "lenet5", "10 %", 6_000, 5, ()),
        Cell("near", "lenet5", "50 %", 30_000, 5, ()),
    )
    assert explanation("random", plan=last).budgets == (("10 %", 6_000), ("20", 20))
    assert explanation("random").budgets == (("10 %", None), ("20", 20))
    assert explanation("near", plan=last).budgets == (("30", 30),)


def test_a_variant_that_the_sweep_leaves_out_can_be_explained() -> None:
    named = ("sweep.variants", ["near"])
    grouped = explanation("random", named, ("random.groups", ["arms"]))
    assert (grouped.takes_part, grouped.groups) == (False, ("arms",))
    assert explanation("near", named).takes_part


def test_a_misspelt_variant_leads_to_the_right_one() -> None:
    with pytest.raises(LeansetError, match=r"no variant 'randon'\. Did you mean 'random'\?"):
        explanation("randon")
