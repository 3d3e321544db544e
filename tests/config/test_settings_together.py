"""Blocks that name each other rightly and yet cannot work together."""

from typing import Any

import pytest
from tests.config.examples import (
    Behind,
    Looking,
    blocks,
    looked_at,
    parsed,
    problems,
    ranked,
    refused,
    variant,
)

# --- logs that do not serve


LOGS = {
    "short": {"recipe": "lenet5", "proxies": 5, "epochs": 1},
    "dynamics": {"recipe": "lenet5", "proxies": 3, "epochs": 30},
    "ensemble": {"recipe": "lenet5", "proxies": 10, "epochs": 8},
    "lonely": {"recipe": "lenet5", "proxies": 1, "epochs": 9},
    "crossval": {"recipe": "lenet5", "proxies": 5, "epochs": 5, "folds": True},
    "gradients": {"recipe": "lenet5", "proxies": 5, "epochs": 5, "features_at": [5]},
}


def scored_by(score: dict[str, Any], *changes: tuple[str, Any]) -> dict[str, Any]:
    """A variant that reads one score, named mine, from one of many logs."""
    return blocks(("logs", LOGS), ("scores.mine", score), ("hard", ranked("mine")), *changes)


@pytest.mark.parametrize(
    ("score", "line"),
    [
        (
            {"method": "dyn_unc", "log": "ensemble"},
            "window: it looks at windows of 10 epochs, but the log ensemble has 8.",
        ),
        (
            {"method": "flip", "log": "short", "proxies": "shared"},
            "log: it takes at least 2 epochs, but the log short has 1.",
        ),
        (
            {"method": "el2n", "log": "ensemble", "epoch": 9},
            "epoch: epoch 9 is asked for, but the log ensemble has 8.",
        ),
        (
            {"method": "ensemble_std", "log": "lonely"},
            "log: it takes at least 2 proxies, but the log lonely has 1.",
        ),
        (
            {"method": "confident_learning", "log": "ensemble"},
            "log: it needs folds: true in logs.ensemble, so that each sample has a proxy that was "
            "trained without it.",
        ),
        (
            {"method": "grand_last", "log": "ensemble"},
            "log: it needs features_at in logs.ensemble, the epochs it is read at.",
        ),
        (
            {"method": "grand", "log": "gradients"},
            "log: it needs gradient_norms: true in logs.gradients.",
        ),
        (
            {"method": "grand_last", "log": "gradients", "epoch": 4},
            "epoch: of epoch 4 nothing more is recorded, only of 5.",
        ),
    ],
)
def test_a_score_that_its_log_does_not_serve_is_refused(score: dict[str, Any], line: str) -> None:
    assert refused(scored_by(score)) == [f"scores.mine.{line}"]


@pytest.mark.parametrize(
    "score",
    [
        {"method": "dyn_unc", "log": "ensemble", "window": 8},
        {"method": "el2n", "log": "ensemble", "epoch": 8},
        {"method": "ensemble_std", "log": "dynamics", "proxies": "shared"},
        {"method": "confident_learning", "log": "crossval"},
        {"method": "grand_last", "log": "gradients", "epoch": 5},
        {"method": "el2n", "log": "lonely"},
    ],
)
def test_a_score_that_its_log_just_serves_is_accepted(score: dict[str, Any]) -> None:
    assert parsed(scored_by(score)).artifacts().scores == ("mine",)


SPREAD = {"method": "ensemble_std", "log": "ensemble"}
"""It takes two proxies; the log has ten."""

DIVIDED = (
    "scores.mine.proxies: it takes at least 2 proxies, but {runs} runs have 1 each of the 10 of "
    "the log ensemble; let them be shared, or raise logs.ensemble.proxies."
)


@pytest.mark.parametrize("runs", [6, 10])
def test_runs_that_divide_the_proxies_too_finely_are_refused(runs: int) -> None:
    assert refused(scored_by(SPREAD, ("sweep.runs", runs))) == [DIVIDED.format(runs=runs)]


@pytest.mark.parametrize(
    "changes",
    [
        [("sweep.runs", 5)],
        # more runs than proxies share them all
        [("sweep.runs", 11)],
        [("sweep.runs", 10), ("scores.mine.proxies", "shared")],
        [("sweep.runs", 10), ("hard.runs", 5)],
        # what takes one proxy is served by any division
        [("sweep.runs", 10), ("scores.mine.method", "el2n")],
        # folds are not divided: all runs share all proxies
        [("sweep.runs", 5), ("scores.mine.log", "crossval")],
    ],
    ids=["two each", "more runs", "shared", "runs of its own", "one suffices", "folds"],
)
def test_a_division_that_leaves_each_run_enough_proxies_is_accepted(
    changes: list[tuple[str, Any]],
) -> None:
    assert parsed(scored_by(SPREAD, *changes)).artifacts().scores == ("mine",)


def test_the_proxies_are_divided_by_the_most_runs_of_all_that_read_the_score() -> None:
    few = ("hard.runs", 2)
    assert parsed(scored_by(SPREAD, few)).artifacts().scores == ("mine",)
    many = ranked("mine", keep="easiest", runs=7)
    assert refused(scored_by(SPREAD, few, ("easy", many))) == [DIVIDED.format(runs=7)]
    listed = [("sweep.scores", ["mine"]), ("sweep.runs", 8)]
    assert refused(scored_by(SPREAD, few, *listed)) == [DIVIDED.format(runs=8)]


WINDOW_TOO_WIDE = {"method": "tdds", "log": "ensemble", "window": 9}


@pytest.mark.parametrize(
    "changes",
    [
        [("hard", ranked("mine"))],
        [("sweep.scores", ["mine"])],
        [("hard", ranked("mine", groups=["some"])), ("sweep.variants", ["some"])],
        [("filtered", variant({"method": "denoised", "suspects": "mine", "drop": 1,
                               "then": {"method": "random"}}))],
    ],
    ids=["a variant", "the sweep", "a group", "a filter"],
)  # fmt: skip
def test_a_fault_of_a_score_that_is_to_be_made_is_told(changes: list[tuple[str, Any]]) -> None:
    (line,) = refused(blocks(("scores.mine", WINDOW_TOO_WIDE), *changes))
    assert line.startswith("scores.mine.window: it looks at windows of 9 epochs")


@pytest.mark.parametrize(
    "changes",
    [
        [],
        [("hard", ranked("mine", groups=["some"]))],
        [("hard", ranked("mine")), ("sweep.variants", ["random"])],
    ],
    ids=["nobody reads it", "a group that is not asked for", "a variant that is not active"],
)
def test_a_fault_of_a_score_that_nobody_reads_is_not_a_fault(
    changes: list[tuple[str, Any]],
) -> None:
    settings = parsed(blocks(("scores.mine", WINDOW_TOO_WIDE), *changes))
    assert "mine" not in settings.artifacts().scores


def test_faults_are_looked_for_only_among_names_that_are_known() -> None:
    content = blocks(("scores.mine", WINDOW_TOO_WIDE | {"log": "ensembel"}))
    content["hard"] = ranked("mine")
    assert refused(content) == [
        "scores.mine.log: there is no log 'ensembel'. Did you mean 'ensemble'?"
    ]


# --- logs that do not serve an embedding or a rule


FEATURES = {"method": "network", "log": "gradients"}


def seen_as(embedding: dict[str, Any], *changes: tuple[str, Any]) -> dict[str, Any]:
    """A variant that selects from clusters of one embedding, named seen."""
    near = variant({"method": "clustered", "clustering": "seen_k9", "keep": "closest"})
    return blocks(
        ("logs", LOGS),
        ("scores.median.embedding", "seen"),
        ("embeddings.seen", embedding),
        ("clusterings.seen_k9", {"embedding": "seen", "clusters": 9}),
        ("mine", near),
        *changes,
    )


@pytest.mark.parametrize(
    ("embedding", "line"),
    [
        (
            FEATURES | {"log": "ensemble"},
            "log: it needs features_at in logs.ensemble, the epochs it is read at.",
        ),
        (
            FEATURES | {"epoch": 0},
            "epoch: of epoch 0 nothing more is recorded, only of 5.",
        ),
    ],
)
def test_an_embedding_that_its_log_does_not_serve_is_refused_where_it_is_made(
    embedding: dict[str, Any], line: str
) -> None:
    for changes in ([], [("mine", ranked("median"))], [("sweep.scores", ["median"])]):
        assert refused(seen_as(embedding, *changes)) == [f"embeddings.seen.{line}"]
    unread = seen_as(embedding, ("sweep.variants", ["random"]))
    assert "seen" not in parsed(unread).artifacts().embeddings


@pytest.mark.parametrize(("features_at", "epoch"), [([5], None), ([5], 5), ([0, 5], 0)])
def test_an_embedding_that_its_log_serves_is_accepted(
    features_at: list[int], epoch: int | None
) -> None:
    content = seen_as(FEATURES | {"epoch": epoch}, ("logs.gradients.features_at", features_at))
    artifacts = parsed(content).artifacts()
    assert (artifacts.embeddings, artifacts.logs) == (("pca50", "seen"), ("gradients",))


def looking(selector: Looking, *changes: tuple[str, Any], **of_variant: Any) -> list[str]:
    """What is said of a variant, named mine, that looks at one of many logs."""
    block = {"groups": (), "recipe": None, "runs": None, "budgets": None} | of_variant
    return problems(looked_at(parsed(blocks(("logs", LOGS), *changes)), selector, **block))


def test_a_rule_that_its_log_does_not_serve_is_refused() -> None:
    assert looking(Looking(log="ensemble", epoch=8)) == [
        "mine.selector.log: it needs features_at in logs.ensemble, the epochs it is read at."
    ]
    late = "of epoch 4 nothing more is recorded, only of 5."
    assert looking(Looking(log="gradients", epoch=4)) == [f"mine.selector.epoch: {late}"]
    behind = Behind(suspects="el2n", then=Looking(log="gradients", epoch=4))
    assert looking(behind) == [f"mine.selector.then.epoch: {late}"]


def test_a_rule_that_its_log_serves_is_accepted_and_so_is_one_that_takes_no_part() -> None:
    assert looking(Looking(log="gradients")) == looking(Looking(log="gradients", epoch=5)) == []
    start = ("logs.gradients.features_at", [0, 5])
    assert looking(Looking(log="gradients", epoch=0), start) == []
    assert looking(Looking(log="ensemble"), groups=("some",)) == []


# --- what a rule needs of the data set


AUTO = {"method": "ranked", "score": "el2n", "keep": "auto"}


@pytest.mark.parametrize(
    "selector",
    [AUTO, {"method": "denoised", "suspects": "el2n", "drop": 0.1, "then": AUTO}],
    ids=["by itself", "behind a filter"],
)
def test_a_choice_takes_a_validation_split(selector: dict[str, Any]) -> None:
    chosen = ("mine", variant(selector))
    assert refused(blocks(chosen)) == [
        "mine.selector: to choose between hardest and easiest takes a validation split; "
        "set dataset.validation, for instance to 0.1."
    ]
    assert "mine" in parsed(blocks(chosen, ("dataset.validation", 0.1))).active()
    assert "mine" in parsed(blocks(chosen, ("dataset.validation", 20))).active()


def test_knowing_the_truth_takes_labels_that_were_made_wrong() -> None:
    oracle = ("mine", variant("oracle_clean"))
    assert refused(blocks(oracle)) == [
        "mine.selector.method: oracle_clean has to know which labels are wrong; set dataset.noise."
    ]
    noise = ("dataset.noise", {"kind": "symmetric", "rate": 0.1})
    assert "mine" in parsed(blocks(oracle, noise)).active()


def test_to_look_at_a_validation_split_takes_one() -> None:
    watching = Looking(log="gradients", validation=True)
    assert looking(watching) == [
        "mine.selector.method: looking looks at a validation split; set dataset.validation, for "
        "instance to 0.1."
    ]
    assert looking(watching, ("dataset.validation", 0.1)) == []
    assert looking(watching, groups=("some",)) == []


@pytest.mark.parametrize("selector", [AUTO, {"method": "oracle_clean"}])
def test_what_a_rule_needs_of_the_data_set_does_not_matter_while_it_is_not_active(
    selector: dict[str, Any],
) -> None:
    content = blocks(("mine", variant(selector, groups=["some"])))
    assert "mine" not in parsed(content).active()


# --- the audit


def with_audit(score: str, *changes: tuple[str, Any]) -> dict[str, Any]:
    return blocks(("audit", {"score": score, "suspects": 20}), *changes)


def test_an_audit_reads_a_score_of_difficulty_from_a_log() -> None:
    audit = parsed(with_audit("el2n")).audit
    assert audit is not None
    assert (audit.score, audit.suspects) == ("el2n", 20)


@pytest.mark.parametrize("score", ["typical", "median"])
def test_an_audit_by_a_score_that_is_read_from_no_log_is_refused(score: str) -> None:
    assert refused(with_audit(score)) == [
        f"audit.score: '{score}' is not read from a training log; name one that is."
    ]


def test_an_audit_by_a_score_of_uncertainty_is_refused() -> None:
    flip = ("scores.flip", {"method": "flip", "log": "dynamics"})
    assert refused(with_audit("flip", flip)) == [
        "audit.score: 'flip' is high where proxies waver, not on wrong labels."
    ]


def test_an_audit_is_refused_a_log_that_does_not_serve_though_no_variant_reads_it() -> None:
    late = ("scores.late", {"method": "el2n", "log": "ensemble", "epoch": 9})
    assert refused(with_audit("late", late)) == [
        "scores.late.epoch: epoch 9 is asked for, but the log ensemble has 8."
    ]


def test_an_audit_has_all_proxies_to_itself_whatever_the_runs_of_the_sweep() -> None:
    counted = ("scores.counted", {"method": "pred_sum", "log": "ensemble"})
    content = with_audit("counted", counted, ("sweep.runs", 10))
    assert parsed(content).audit is not None
    # but where the sweep makes the score too, it is made for the runs of the sweep
    divided = "scores.counted.proxies: it takes at least 2 proxies, but 10 runs have 1 each"
    assert refused(content | {"hard": ranked("counted")})[0].startswith(divided)
    content["sweep"]["scores"] = ["counted"]
    assert refused(content)[0].startswith(divided)


# --- scores that were made elsewhere


@pytest.mark.parametrize(
    ("uses_labels", "noise", "asked", "told"),
    [
        (True, True, True, True),
        (False, True, True, False),
        (True, False, True, False),
        (True, True, False, False),
    ],
    ids=["with labels", "without labels", "without noise", "nobody reads it"],
)
def test_a_score_made_with_the_labels_on_disk_is_no_score_of_other_labels(
    uses_labels: bool, noise: bool, asked: bool, told: bool
) -> None:
    theirs = {
        "method": "precomputed",
        "file": "theirs.npy",
        "kind": "difficulty",
        "uses_labels": uses_labels,
    }
    content = blocks(("scores.theirs", theirs))
    if noise:
        content["dataset"]["noise"] = {"kind": "symmetric", "rate": 0.1}
    if asked:
        content["sweep"]["scores"] = ["theirs"]
    if told:
        (line,) = refused(content)
        assert line.startswith("scores.theirs.uses_labels: it was made with the labels on disk")
    else:
        assert parsed(content).scores["theirs"].uses_labels is uses_labels
