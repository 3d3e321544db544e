"""Names that name nothing: what is said of each, and where."""

from typing import Any

import pytest
from tests.config.examples import (
    BLOCKS_OF_A_SWEEP,
    Behind,
    Looking,
    blocks,
    looked_at,
    parsed,
    problems,
    refused,
    variant,
)

# --- names that name nothing


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        (
            "clusterings.pca50_k50.embedding",
            "pca5",
            "clusterings.pca50_k50.embedding: there is no embedding 'pca5'. Did you mean 'pca50'?",
        ),
        (
            "sweep.recipe",
            "lenet",
            "sweep.recipe: there is no recipe 'lenet'. Did you mean 'lenet5'?",
        ),
        (
            "near.recipe",
            "resnet",
            "near.recipe: there is no recipe 'resnet'. Did you mean 'lenet5'?",
        ),
        (
            "logs.dynamics.recipe",
            "lenet",
            "logs.dynamics.recipe: there is no recipe 'lenet'. Did you mean 'lenet5'?",
        ),
        (
            "sweep.variants",
            ["near", "randon"],
            "sweep.variants: there is no variant 'randon'. Did you mean 'random'?",
        ),
        (
            "sweep.scores",
            ["el2n", "typcial"],
            "sweep.scores: there is no score 'typcial'. Did you mean 'typical'?",
        ),
        (
            "scores.el2n.log",
            "ensembel",
            "scores.el2n.log: there is no log 'ensembel'. Did you mean 'ensemble'?",
        ),
        (
            "scores.typical.clustering",
            "pca50_k500",
            "scores.typical.clustering: there is no clustering 'pca50_k500'. "
            "Did you mean 'pca50_k50'?",
        ),
        (
            "scores.median.embedding",
            "pixel",
            "scores.median.embedding: there is no embedding 'pixel'. Did you mean 'pixels'?",
        ),
        (
            "embeddings.pca50",
            {"method": "network", "log": "ensembel"},
            "embeddings.pca50.log: there is no log 'ensembel'. Did you mean 'ensemble'?",
        ),
        (
            "audit",
            {"score": "eln2", "suspects": 5},
            "audit.score: there is no score 'eln2'. Did you mean 'el2n'?",
        ),
        (
            "near.selector.clustering",
            "pixels_k9",
            "near.selector.clustering: there is no clustering 'pixels_k9'. Known: pca50_k50.",
        ),
    ],
)
def test_a_name_that_nothing_has_is_refused(path: str, value: Any, line: str) -> None:
    assert refused(blocks((path, value))) == [line]


def test_a_reference_is_checked_in_variants_that_are_not_active_too() -> None:
    content = blocks(("sweep.variants", ["random"]), ("near.selector.clustering", "pca50_k5"))
    assert refused(content) == [
        "near.selector.clustering: there is no clustering 'pca50_k5'. Did you mean 'pca50_k50'?"
    ]


def test_where_nothing_is_defined_it_says_so() -> None:
    assert refused(blocks(("clusterings", {}))) == [
        f"{path}.clustering: there is no clustering 'pca50_k50'. None is defined."
        for path in ("near.selector", "scores.typical")
    ]


@pytest.mark.parametrize("block", ["embeddings", "clusterings", "recipes", "logs", "scores"])
@pytest.mark.parametrize("name", ["Pca", "5pca", "_pca", "pca-50", "pca.50", "pça", ""])
def test_a_bad_name_of_an_artifact_or_recipe_is_refused(block: str, name: str) -> None:
    some = next(iter(BLOCKS_OF_A_SWEEP[block].values()))
    content = blocks()
    content[block][name] = some
    assert refused(content) == [
        f"{block}.{name}: names are lower-case letters, digits and _, beginning with a letter."
    ]


EL2N_ELSE = {"method": "ranked", "score": "el2m", "keep": "hardest"}


@pytest.mark.parametrize(
    ("selector", "path", "kind", "name"),
    [
        (EL2N_ELSE, "score", "score", "el2m"),
        (
            {"method": "beta_sampling", "score": "el2n", "doubt": "el2m"},
            "doubt",
            "score",
            "el2m",
        ),
        (
            {"method": "denoised", "suspects": "el2m", "drop": 1, "then": {"method": "random"}},
            "suspects",
            "score",
            "el2m",
        ),
        (
            {"method": "denoised", "suspects": "el2n", "drop": 1, "then": EL2N_ELSE},
            "then.score",
            "score",
            "el2m",
        ),
        (
            {
                "method": "denoised",
                "suspects": "el2n",
                "drop": 1,
                "then": {"method": "clustered", "clustering": "pca5", "keep": "closest"},
            },
            "then.clustering",
            "clustering",
            "pca5",
        ),
        # a clustering that has the name of the method
        (
            {"method": "clustered", "clustering": "clustered", "keep": "closest"},
            "clustering",
            "clustering",
            "clustered",
        ),
    ],
)
def test_an_unknown_artifact_of_a_rule_is_told_at_the_key_that_names_it(
    selector: dict[str, Any], path: str, kind: str, name: str
) -> None:
    (line,) = refused(blocks(("mine", variant(selector))))
    assert line.startswith(f"mine.selector.{path}: there is no {kind} '{name}'.")


@pytest.mark.parametrize(
    ("selector", "line"),
    [
        (Looking(embedding="pixel"), "embedding: there is no embedding 'pixel'. Did you mean"),
        (Looking(log="ensembel", epoch=3), "log: there is no log 'ensembel'. Did you mean"),
        # one name for two kinds, neither of which there is anything of
        (Looking(embedding="el2n", log="el2n"), "embedding: there is no embedding 'el2n'. Known:"),
        (
            Behind(suspects="el2n", then=Looking(log="el2n")),
            "then.log: there is no log 'el2n'. Known:",
        ),
    ],
)
def test_an_unknown_embedding_or_log_of_a_rule_is_told_at_the_key_that_names_it(
    selector: Looking, line: str
) -> None:
    found, *_ = problems(looked_at(parsed(blocks()), selector, groups=(), recipe=None))
    assert found.startswith(f"mine.selector.{line}")


def test_one_wrong_name_at_two_keys_is_told_at_each() -> None:
    both = Looking(embedding="el2n", log="el2n")
    found = problems(looked_at(parsed(blocks()), both, groups=(), recipe=None))
    assert [line.split(" there")[0] for line in found] == [
        "mine.selector.embedding:", "mine.selector.log:",
    ]  # fmt: skip


# --- groups


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        (["hrad"], "there is no variant 'hrad'. Did you mean 'hard'?"),
        (["hard", "fars"], "there is no variant 'fars'. Did you mean 'far'?"),
        (["xyz"], "there is no variant 'xyz'. Known: far, hard, near, random."),
    ],
)
def test_a_name_of_neither_a_variant_nor_a_group_leads_to_the_nearest_of_both(
    asked: list[str], line: str
) -> None:
    content = blocks(("far", variant(groups=["hard"])), ("sweep.variants", asked))
    assert refused(content) == [f"sweep.variants: {line}"]


def test_a_group_with_the_name_of_a_variant_is_refused() -> None:
    content = blocks(
        ("far", variant(groups=["slow", "near"])), ("random.groups", ["random", "near"])
    )
    assert refused(content) == [
        "far.groups: 'near' is already the name of a variant.",
        "random.groups: 'near' is already the name of a variant.",
        "random.groups: 'random' is already the name of a variant.",
    ]


# --- hypotheses


def hypothesis(**changes: Any) -> dict[str, Any]:
    return {"text": "Near is best", "better": "near", "than": "random", "budgets": [30]} | changes


def with_hypotheses(*claims: dict[str, Any]) -> dict[str, Any]:
    """near is run at 30, random at 30 and 10 %."""
    return blocks(("random.budgets", [30, 0.1]), ("hypotheses", list(claims)))


@pytest.mark.parametrize(
    "claim", [hypothesis(), hypothesis(than_budget=0.1), hypothesis(better="random", than="near")]
)
def test_a_hypothesis_about_cells_of_the_sweep_is_accepted(claim: dict[str, Any]) -> None:
    assert len(parsed(with_hypotheses(claim)).hypotheses) == 1


@pytest.mark.parametrize(
    ("claim", "cell", "nearest"),
    [
        (hypothesis(better="neer"), "neer at 30", "Did you mean 'near at 30'?"),
        (hypothesis(than="rando"), "rando at 30", "Did you mean 'random at 30'?"),
        (hypothesis(than_budget=31), "random at 31", "Did you mean 'random at 30'?"),
        # near is not run at 10 %, the budget of the sweep, because it has its own
        (hypothesis(budgets=[0.1]), "near at 10 %", "Did you mean 'near at 30'?"),
    ],
)
def test_a_hypothesis_about_a_cell_that_is_not_run_is_refused(
    claim: dict[str, Any], cell: str, nearest: str
) -> None:
    assert refused(with_hypotheses(hypothesis(), claim)) == [
        f"hypotheses.1: there is no cell '{cell}'. {nearest}"
    ]


def test_a_hypothesis_about_a_variant_that_is_not_active_is_refused() -> None:
    content = with_hypotheses(hypothesis())
    content["sweep"]["variants"] = ["near"]
    assert refused(content) == [
        "hypotheses.0: there is no cell 'random at 30'. Did you mean 'near at 30'?"
    ]


def test_a_cell_that_a_hypothesis_names_twice_is_told_once() -> None:
    claim = hypothesis(better="random", budgets=[30, 0.1], than="near", than_budget=5)
    assert refused(with_hypotheses(claim)) == [
        "hypotheses.0: there is no cell 'near at 5'. Did you mean 'near at 30'?"
    ]
