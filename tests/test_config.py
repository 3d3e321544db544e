"""Which settings are accepted, and what a person reads of those that are not."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leanset.config import BLOCKS, Settings, SettingsError, check_settings
from leanset.selectors import METHODS

IDX = {name: {"file": f"{name}.idx"} for name in
       ("train_images", "train_labels", "test_images", "test_labels")}  # fmt: skip

BLOCKS_OF_A_SWEEP: dict[str, Any] = {
    "dataset": {
        "name": "digits",
        "class_names": ["zero", "one"],
        "source": {"format": "idx", **IDX},
    },
    "embeddings": {"pixels": {"method": "pixels"}, "pca50": {"method": "pca", "components": 50}},
    "clusterings": {"pca50_k50": {"embedding": "pca50", "clusters": 50}},
    "recipes": {
        "lenet5": {
            "model": "lenet5",
            "optimizer": {"name": "adam", "learning_rate": 0.001},
            "batch_size": 64,
            "epochs": 5,
        }
    },
    "logs": {"dynamics": {"recipe": "lenet5", "proxies": 3, "epochs": 30}},
    "training": {"device": "cpu", "workers": "auto", "keep_models": "none"},
    "sweep": {"seed": 1, "variants": "all", "budgets": [0.1, 20], "runs": 5, "recipe": "lenet5"},
    "random": {"description": "Drawn", "selector": {"method": "random"}},
    "near": {
        "description": "Close to a centroid",
        "selector": {"method": "clustered", "clustering": "pca50_k50", "keep": "closest"},
        "budgets": [30],
    },
}
VARIANTS = {"random", "near"}


def blocks(*changes: tuple[str, Any]) -> dict[str, Any]:
    """Good blocks with some values changed, each at a path of keys joined by dots."""
    result = deepcopy(BLOCKS_OF_A_SWEEP)
    for path, value in changes:
        *parents, last = path.split(".")
        here = result
        for key in parents:
            here = here[key]
        here[last] = deepcopy(value)
    return result


def without(path: str) -> dict[str, Any]:
    """Good blocks with one key left out."""
    result = deepcopy(BLOCKS_OF_A_SWEEP)
    *parents, last = path.split(".")
    here = result
    for key in parents:
        here = here[key]
    del here[last]
    return result


def parsed(content: dict[str, Any]) -> Settings:
    return check_settings(content, VARIANTS & content.keys(), lambda _: "a.yml")


def refused(content: dict[str, Any]) -> list[str]:
    """What is said of bad blocks, a line for each problem."""
    with pytest.raises(SettingsError) as caught:
        parsed(content)
    first, *lines = str(caught.value).splitlines()
    assert first == "the settings are wrong, so nothing was run."
    assert all(line.startswith("  a.yml: ") for line in lines)
    return [line.removeprefix("  a.yml: ") for line in lines]


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
        "clusterings", "dataset", "embeddings", "folder", "logs", "published", "recipes", "sweep",
        "training",
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
        ("published", {"source": "A paper", "cells": {}}),
        ("logs.dynamics.features_at", [1, 30]),
    ],
)
def test_what_is_optional_may_be_given(path: str, value: Any) -> None:
    here: Any = parsed(blocks((path, value))).model_dump(mode="json", exclude_none=True)
    if path.split(".")[0] in VARIANTS:
        here = here["variants"]
    for key in path.split("."):
        here = here[key]
    assert here.items() >= value.items() if isinstance(value, dict) else here == value


def test_a_sweep_may_have_no_training_logs() -> None:
    assert parsed(without("logs")).logs == {}


def test_all_variants_are_active_in_alphabetical_order() -> None:
    assert list(parsed(blocks()).active()) == ["near", "random"]


def test_only_the_variants_in_the_list_are_active_in_alphabetical_order() -> None:
    content = blocks(("third", BLOCKS_OF_A_SWEEP["random"]), ("sweep.variants", ["third", "near"]))
    settings = check_settings(content, {*VARIANTS, "third"}, lambda _: "a.yml")
    assert list(settings.active()) == ["near", "third"]
    assert set(settings.variants) == {"near", "random", "third"}


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


@pytest.mark.parametrize("path", ["near.selector", "embeddings.pca50"])
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
        "xyz: there is no such block. Known: clusterings, dataset, embeddings, folder, logs, "
        "published, recipes, sweep, training."
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
    ],
)
def test_an_unknown_tag_of_a_union_leads_to_the_nearest(path: str, tag: str, message: str) -> None:
    assert refused(blocks((f"{path}.method", tag))) == [f"{path}: {message}"]


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


# --- references between blocks


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
        "near.selector.clustering: there is no clustering 'pca50_k50'. None is defined."
    ]


@pytest.mark.parametrize("block", ["embeddings", "clusterings", "recipes", "logs"])
@pytest.mark.parametrize("name", ["Pca", "5pca", "_pca", "pca-50", "pca.50", "pça", ""])
def test_a_bad_name_of_an_artifact_or_recipe_is_refused(block: str, name: str) -> None:
    some = next(iter(BLOCKS_OF_A_SWEEP[block].values()))
    content = blocks()
    content[block][name] = some
    assert refused(content) == [
        f"{block}.{name}: names are lower-case letters, digits and _, beginning with a letter."
    ]


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
