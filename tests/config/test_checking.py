"""What a person reads of settings that are not accepted, and where it says the fault is."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.config.examples import VARIANTS, blocks, refused, without

from leanset.config import BLOCKS, SettingsError, check_settings
from leanset.selectors import METHODS

# --- keys


@pytest.mark.parametrize(
    "path",
    [
        "dataset",
        "embeddings",
        "clusterings",
        "recipes",
        "training",
        "sweep",
        "dataset.name",
        "dataset.class_names",
        "dataset.source",
        "dataset.source.format",
        "dataset.source.test_labels",
        "dataset.source.train_images.file",
        "embeddings.pca50.components",
        "clusterings.pca50_k50.clusters",
        "clusterings.pca50_k50.embedding",
        "recipes.lenet5.model",
        "recipes.lenet5.optimizer.learning_rate",
        "logs.dynamics.recipe",
        "logs.dynamics.epochs",
        "scores.el2n.log",
        "scores.typical.clustering",
        "training.keep_models",
        "sweep.seed",
        "sweep.budgets",
        "random.description",
        "random.selector",
        "near.selector.clustering",
        "near.selector.keep",
    ],
)
def test_a_missing_key_is_named_at_the_path_where_it_belongs(path: str) -> None:
    assert refused(without(path)) == [f"{path}: this key is missing."]


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        ("audit", {"score": "el2n"}, "audit.suspects: this key is missing."),
        ("audit", {"suspects": 3}, "audit.score: this key is missing."),
        ("dataset.noise", {"rate": 0.1}, "dataset.noise: the key 'kind' is missing."),
        ("dataset.noise", {"kind": "symmetric"}, "dataset.noise.rate: this key is missing."),
        (
            "hypotheses",
            [{"text": "t", "better": "near", "than": "random"}],
            "hypotheses.0.budgets: this key is missing.",
        ),
        (
            "random.selector",
            {"method": "denoised", "suspects": "el2n", "drop": 1, "then": {}},
            "random.selector.then: the key 'method' is missing.",
        ),
    ],
)
def test_a_missing_key_of_a_block_that_may_be_left_out_is_named_too(
    path: str, value: Any, line: str
) -> None:
    assert refused(blocks((path, value))) == [line]


@pytest.mark.parametrize("path", ["near.selector", "embeddings.pca50", "scores.el2n"])
def test_a_union_without_its_tag_names_the_tag(path: str) -> None:
    assert refused(without(f"{path}.method")) == [f"{path}: the key 'method' is missing."]


@pytest.mark.parametrize(
    ("path", "nearest"),
    [
        ("dataset.clas_names", "Did you mean 'class_names'?"),
        ("dataset.source.train_image", "Did you mean 'train_images'?"),
        ("clusterings.pca50_k50.cluster", "Did you mean 'clusters'?"),
        ("recipes.lenet5.optimiser", "Did you mean 'optimizer'?"),
        ("recipes.lenet5.optimizer.lr", "Known: learning_rate, name."),
        ("training.worker", "Did you mean 'workers'?"),
        ("sweep.run", "Did you mean 'runs'?"),
        ("logs.dynamics.feature_at", "Did you mean 'features_at'?"),
        ("scores.el2n.epochs", "Did you mean 'epoch'?"),
        ("dataset.validations", "Did you mean 'validation'?"),
        ("sweep.score", "Did you mean 'scores'?"),
        ("near.group", "Did you mean 'groups'?"),
        ("near.budget", "Did you mean 'budgets'?"),
        ("near.selector.clusterings", "Did you mean 'clustering'?"),
        ("random.selector.clustering", "Known: method."),
    ],
)
def test_an_unknown_key_leads_to_the_nearest_known_one(path: str, nearest: str) -> None:
    parent, _, key = path.rpartition(".")
    assert refused(blocks((path, 1))) == [f"{parent}: there is no key '{key}'. {nearest}"]


def test_an_unknown_block_leads_to_the_nearest_known_one() -> None:
    assert refused(blocks(("sweeps", {}))) == [
        "sweeps: there is no such block. Did you mean 'sweep'?"
    ]


def test_a_block_like_no_other_is_told_all_that_there_are() -> None:
    assert refused(blocks(("xyz", {}))) == [
        "xyz: there is no such block. Known: audit, clusterings, dataset, embeddings, folder, "
        "hypotheses, logs, published, recipes, report, rerun, scores, sweep, training."
    ]


def test_a_block_whose_name_is_a_number_is_refused_like_any_other() -> None:
    content = blocks() | {5: {}}
    assert refused(content)[0].startswith("5: there is no such block.")


@given(st.text("abcdefghij_", min_size=1).filter(lambda key: key not in BLOCKS | VARIANTS))
def test_no_block_of_another_name_is_let_through(name: str) -> None:
    (line,) = refused(blocks((name, {})))
    assert line.startswith(f"{name}: there is no such block.")


# --- values


@pytest.mark.parametrize(
    ("path", "tag", "message"),
    [
        ("near.selector", "clusterd", "there is no method 'clusterd'. Did you mean 'clustered'?"),
        ("near.selector", "zzz", f"there is no method 'zzz'. Known: {', '.join(sorted(METHODS))}."),
        ("embeddings.pca50", "pcs", "there is no method 'pcs'. Did you mean 'pca'?"),
        ("clusterings.pca50_k50", "kmean", "there is no method 'kmean'. Did you mean 'kmeans'?"),
        ("scores.el2n", "eln2", "there is no method 'eln2'. Did you mean 'el2n'?"),
    ],
)
def test_an_unknown_tag_of_a_union_leads_to_the_nearest(path: str, tag: str, message: str) -> None:
    assert refused(blocks((f"{path}.method", tag))) == [f"{path}: {message}"]


@pytest.mark.parametrize("block", ["embeddings.clip", "clusterings.theirs", "scores.theirs"])
def test_a_precomputed_file_that_leads_out_of_its_folder_is_refused_by_its_key(block: str) -> None:
    keys = {
        "embeddings.clip": {},
        "clusterings.theirs": {"embedding": "pca50", "clusters": 5},
        "scores.theirs": {"kind": "difficulty", "uses_labels": False},
    }[block]
    given = {"method": "precomputed", "file": "../a.npy", **keys}
    assert refused(blocks((block, given))) == [
        f"{block}.file: '../a.npy' leads out of the folder of precomputed files; name a file "
        "inside it"
    ]


def test_an_unknown_kind_of_noise_leads_to_the_nearest() -> None:
    assert refused(blocks(("dataset.noise", {"kind": "symetric", "rate": 0.1}))) == [
        "dataset.noise: there is no kind 'symetric'. Did you mean 'symmetric'?"
    ]


def test_a_rule_that_cannot_follow_a_filter_is_refused_where_it_stands() -> None:
    filtered = {"method": "denoised", "suspects": "el2n", "drop": 1, "then": {"method": "rs2"}}
    (line,) = refused(blocks(("random.selector", filtered)))
    assert line.startswith("random.selector.then: there is no method 'rs2'. Known: beta_sampling,")


@pytest.mark.parametrize(
    ("path", "value", "begins", "ends"),
    [
        ("sweep.runs", "five", "Input should be a valid integer", "not 'five'."),
        ("sweep.runs", 0, "Input should be greater than 0", "not 0."),
        ("sweep.seed", -1, "Input should be greater than or equal to 0", "not -1."),
        ("sweep.seed", 2**32, "Input should be less than 4294967296", "not 4294967296."),
        ("sweep.budgets", 5, "Input should be a valid tuple", "not 5."),
        ("near.runs", -3, "Input should be greater than 0", "not -3."),
        ("near.description", 7, "Input should be a valid string", "not 7."),
        ("near.selector.keep", "middle", "Input should be 'closest', 'furthest'", "not 'middle'."),
        ("clusterings.pca50_k50.clusters", 1, "Input should be greater than or equal to 2", "1."),
        ("embeddings.pca50.components", 2.5, "Input should be a valid integer", "not 2.5."),
        ("training.device", "gpu", "Input should be 'auto', 'cpu' or 'cuda'", "not 'gpu'."),
        ("dataset.class_names.1", 1, "Input should be a valid string", "not 1."),
        ("dataset.train_samples", 0, "Input should be greater than 0", "not 0."),
        ("scores.el2n.proxies", "all", "Input should be 'own' or 'shared'", "not 'all'."),
        ("scores.el2n.epoch", 0, "Input should be greater than 0", "not 0."),
        ("sweep.scores", "el2n", "Input should be a valid tuple", "not 'el2n'."),
        ("near.groups", "slow", "Input should be a valid tuple", "not 'slow'."),
        ("random", None, "Input should be a valid dictionary", "not None."),
        ("embeddings", ["pca50"], "Input should be a valid dictionary", "not ['pca50']."),
    ],
)
def test_a_wrong_value_is_shown_with_what_it_should_be(
    path: str, value: Any, begins: str, ends: str
) -> None:
    if path == "dataset.class_names.1":
        content = blocks(("dataset.class_names", ["zero", value, "two"]))
    else:
        content = blocks((path, value))
    (line,) = refused(content)
    said = line.removeprefix(f"{path}: ")
    assert said != line
    assert said.startswith(begins)
    assert said.endswith(ends)


@pytest.mark.parametrize(
    ("path", "value", "lines"),
    [
        ("sweep.budgets", [], ["sweep.budgets: name at least one budget"]),
        ("sweep.budgets", [5, 0], ["sweep.budgets.1: a budget keeps at least 1 sample, not 0"]),
        (
            "near.budgets",
            [1.5],
            [
                "near.budgets.0: a fractional budget is above 0 and at most 1, not 1.5; "
                "write a number of samples without a decimal point"
            ],
        ),
        (
            "sweep.budgets",
            [True, "ten"],
            [
                "sweep.budgets.0: a budget is a number of samples or a fraction, not True",
                "sweep.budgets.1: a budget is a number of samples or a fraction, not 'ten'",
            ],
        ),
        (
            "recipes.lenet5.model",
            "lenet",
            ["recipes.lenet5.model: there is no model 'lenet'. Did you mean 'lenet5'?"],
        ),
        (
            "logs.dynamics.features_at",
            [10, 31],
            ["logs.dynamics: features_at names epoch 31, but there are 30"],
        ),
        (
            "logs.dynamics.features_at",
            [10, 5],
            ["logs.dynamics: features_at names each epoch once, in ascending order"],
        ),
        (
            "logs.dynamics.gradient_norms",
            True,
            ["logs.dynamics: gradient_norms needs features_at, the epochs to record them at"],
        ),
        (
            "audit",
            {"score": "el2n", "suspects": 0},
            ["audit.suspects: Input should be greater than 0, not 0."],
        ),
        (
            "dataset.validation",
            1.0,
            [
                "dataset.validation: a split is a number of samples from 0, or a fraction below "
                "1.0, not 1.0"
            ],
        ),
        (
            "dataset.validation",
            -5,
            [
                "dataset.validation: a split is a number of samples from 0, or a fraction below "
                "1.0, not -5"
            ],
        ),
        (
            "dataset.validation",
            float("nan"),
            [
                "dataset.validation: a split is a number of samples from 0, or a fraction below "
                "1.0, not nan"
            ],
        ),
        (
            "dataset.validation",
            True,
            ["dataset.validation: a split is a number of samples or a fraction, not True"],
        ),
        (
            "dataset.validation",
            "a tenth",
            ["dataset.validation: a split is a number of samples or a fraction, not 'a tenth'"],
        ),
        (
            "dataset.noise",
            {"kind": "symmetric", "rate": 1.2},
            ["dataset.noise.rate: a noise rate is above 0 and below 1, not 1.2"],
        ),
        (
            "dataset.noise",
            {"kind": "asymmetric", "rate": 0.4, "classes": {"zero": "onne"}},
            ["dataset.noise: there is no class 'onne'. Did you mean 'one'?"],
        ),
        (
            "dataset.noise",
            {"kind": "asymmetric", "rate": 0.4, "classes": {"seven": "one"}},
            ["dataset.noise: there is no class 'seven'. Known: one, zero."],
        ),
        (
            "dataset.noise",
            {"kind": "asymmetric", "rate": 0.4, "classes": {"one": "one"}},
            ["dataset.noise.classes: the class 'one' is taken for itself, which is no noise"],
        ),
        (
            "near.selector.keep",
            "hybrid",
            [
                "near.selector: closest_share belongs to keep: hybrid, and only to it "
                "(keep is hybrid, closest_share is None)"
            ],
        ),
        (
            "published",
            {
                "source": "A paper",
                "cells": {},
                "claims": [{"text": "Best", "source": "p. 1", "better": "near", "than": "random",
                            "budgets": [5]}],
            },
            [
                "published: the claim 'Best' names near at 5, which is not among the cells. "
                "None is defined."
            ],
        ),
    ],
)  # fmt: skip
def test_a_value_that_breaks_a_rule_is_told_the_rule(
    path: str, value: Any, lines: list[str]
) -> None:
    assert refused(blocks((path, value))) == lines


def test_noise_is_not_looked_at_while_it_is_unknown_which_classes_there_are() -> None:
    mapped = {"kind": "asymmetric", "rate": 0.4, "classes": {"seven": "one"}}
    content = blocks(("dataset.noise", mapped), ("dataset.class_names", None))
    assert [line.partition(": ")[0] for line in refused(content)] == ["dataset.class_names"]


@pytest.mark.parametrize(
    ("path", "value"), [("training.workers", 0), ("sweep.variants", 5), ("near.budgets", [None])]
)
def test_the_members_of_a_union_do_not_appear_in_its_path(path: str, value: Any) -> None:
    lines = refused(blocks((path, value)))
    where = f"{path}.0" if isinstance(value, list) else path
    assert {line.partition(": ")[0] for line in lines} == {where}


def test_a_sweep_of_no_variants_is_refused() -> None:
    (line,) = refused(blocks(("sweep.variants", [])))
    assert line.startswith("sweep.variants: ")


# --- several problems


def test_all_problems_are_told_together_in_the_order_of_their_paths() -> None:
    content = blocks(
        ("sweep.runs", 0),
        ("random.selector.method", "radom"),
        ("near.budgets", [0]),
        ("near.description", None),
        ("dataset.clas_names", []),
    )
    assert [line.partition(": ")[0] for line in refused(content)] == [
        "dataset", "near.budgets.0", "near.description", "random.selector", "sweep.runs",
    ]  # fmt: skip


def test_all_broken_references_are_told_together_in_the_order_of_their_paths() -> None:
    content = blocks(
        ("sweep.recipe", "a"),
        ("near.recipe", "b"),
        ("near.selector.clustering", "c"),
        ("clusterings.pca50_k50.embedding", "d"),
    )
    assert [line.partition(": ")[0] for line in refused(content)] == [
        "clusterings.pca50_k50.embedding", "near.recipe", "near.selector.clustering",
        "sweep.recipe",
    ]  # fmt: skip


def test_each_problem_stands_beside_the_file_that_its_path_comes_from() -> None:
    content = blocks(("sweep.runs", 0), ("near.runs", 0))
    with pytest.raises(SettingsError) as caught:
        check_settings(content, VARIANTS, lambda path: f"<{'/'.join(path)}>")
    _, *lines = str(caught.value).splitlines()
    assert lines == [
        "  <near/runs>: near.runs: Input should be greater than 0, not 0.",
        "  <sweep/runs>: sweep.runs: Input should be greater than 0, not 0.",
    ]
