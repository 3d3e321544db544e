"""What each stage took, from the store's manifests and from the ledger."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from leanset import costs
from leanset.choices import Trial, trials_table
from leanset.costs import (
    Cost,
    costs_of_artifacts,
    costs_of_choices,
    costs_of_runs,
    costs_table,
    score_table,
)
from leanset.provenance import Work, as_fact
from leanset.store import Built, Entry, Key, Store


def entry(kind: str, seconds: float, machine: str = "this", /, **facts: Any) -> Entry:
    manifest = {"seconds": seconds, "machine": machine, "facts": facts, "sha256": {}}
    return Entry(Key(kind, f"{seconds}"), Path("nowhere"), manifest)


def run(**changes: Any) -> dict[str, Any]:
    return {
        "variant": "near", "budget": "10 %", "run": 0, "status": "ok", "seconds_select": 0.5,
        "seconds_train": 8.0, "seconds_evaluate": 2.0, "device": "cuda",
    } | changes  # fmt: skip


def test_each_replicate_of_an_artifact_is_a_cost_on_the_machine_that_built_it() -> None:
    artifacts = {
        "embedding_pca50": [entry("embedding", 3.0, "an older machine")],
        "clustering_k5": [entry("clustering", 1.0, "this"), entry("clustering", 2.0, "another")],
    }
    assert list(costs_of_artifacts(artifacts.items())) == [
        Cost("embedding", "embedding_pca50", 0, 3.0, "cpu", "an older machine"),
        Cost("clustering", "clustering_k5", 0, 1.0, "cpu", "this"),
        Cost("clustering", "clustering_k5", 1, 2.0, "cpu", "another"),
    ]


def test_an_entry_taken_from_the_store_costs_what_building_it_took(tmp_path: Path) -> None:
    store, key = Store(tmp_path), Key.of("embedding", of="this")
    built = store.get_or_build(key, lambda: Built({"values": np.zeros(2)}, {}))
    (cost,) = costs_of_artifacts([("embedding_x", [store.get(key)])])
    assert cost.seconds == built.seconds > 0
    assert cost.machine == costs.describe_machine()


def test_a_log_costs_the_seconds_of_all_processes_that_trained_its_proxies() -> None:
    log = entry(
        "log",
        20.0,
        device="cuda",
        seconds_train=[10.0, 12.0, 11.0],
        seconds_recording=[1.0, 2.0, 1.5],
    )
    # 33 s of training and 4.5 s of recording, on two processes that were busy for 20 s
    assert list(costs_of_artifacts([("log_short", [log])])) == [
        Cost("log", "log_short", 0, 37.5, "cuda", "this")
    ]


def test_a_score_costs_what_computing_it_took_without_its_log() -> None:
    score = entry("score", 0.25, behind=as_fact({"log": Work(99.0, 100)}))
    assert list(costs_of_artifacts([("score_el2n", [score])])) == [
        Cost("score", "score_el2n", 0, 0.25, "cpu", "this")
    ]


def test_every_training_that_a_choice_was_made_from_is_a_cost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(costs, "describe_machine", lambda: "here")
    trials = [
        Trial(
            "auto_el2n",
            "10 %",
            100,
            "hardest",
            "subset",
            "key",
            0.5,
            50,
            seconds=4.0,
            device="cuda",
        ),
        Trial(
            "auto_el2n",
            "10 %",
            100,
            "easiest",
            "subset",
            "key",
            0.75,
            50,
            seconds=5.0,
            device="cuda",
        ),
    ]
    other = [
        Trial("auto_aum", "20", 20, "hardest", "subset", "key", 0.5, 50, seconds=1.0, device="cpu")
    ]
    assert list(costs_of_choices([trials_table(trials), trials_table(other)])) == [
        Cost("choose", "auto_el2n at 10 %, hardest", 0, 4.0, "cuda", "here"),
        Cost("choose", "auto_el2n at 10 %, easiest", 0, 5.0, "cuda", "here"),
        Cost("choose", "auto_aum at 20, hardest", 0, 1.0, "cpu", "here"),
    ]


def test_without_a_choice_nothing_is_charged_for_one() -> None:
    assert list(costs_of_choices([])) == []


def test_each_run_costs_its_selection_training_and_evaluation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(costs, "describe_machine", lambda: "here")
    table = pd.DataFrame([run(), run(variant="far", budget="20", run=3)])
    assert list(costs_of_runs(table)) == [
        Cost("select", "near at 10 %", 0, 0.5, "cpu", "here"),
        Cost("train", "near at 10 %", 0, 8.0, "cuda", "here"),
        Cost("evaluate", "near at 10 %", 0, 2.0, "cuda", "here"),
        Cost("select", "far at 20", 3, 0.5, "cpu", "here"),
        Cost("train", "far at 20", 3, 8.0, "cuda", "here"),
        Cost("evaluate", "far at 20", 3, 2.0, "cuda", "here"),
    ]


def test_a_failed_run_has_no_cost() -> None:
    table = pd.DataFrame([run(status="failed", seconds_train=np.nan), run(run=1)])
    assert {cost.run for cost in costs_of_runs(table)} == {1}


def test_the_table_has_a_row_for_each_cost_in_their_order() -> None:
    table = costs_table(
        [Cost("train", "b", 1, 2.0, "cpu", "here"), Cost("select", "a", 0, 1.0, "cpu", "here")]
    )
    assert table.to_dict("records") == [
        {"stage": "train", "name": "b", "run": 1, "seconds": 2.0, "device": "cpu",
         "machine": "here"},
        {"stage": "select", "name": "a", "run": 0, "seconds": 1.0, "device": "cpu",
         "machine": "here"},
    ]  # fmt: skip


def test_the_table_of_no_costs_has_their_columns() -> None:
    assert list(costs_table([]).columns) == [
        "stage", "name", "run", "seconds", "device", "machine",
    ]  # fmt: skip


# --- the table of scores


def score(
    seconds: float, before: dict[str, Work], method: str = "el2n", kind: str = "difficulty"
) -> Entry:
    """One replicate of a score, and what was made before it."""
    return entry(
        "score",
        seconds,
        settings={"method": method, "epochs": [1, 10]},
        kind=kind,
        uses_labels=kind == "difficulty",
        behind=as_fact(before),
    )


def test_the_table_of_scores_of_a_worked_example() -> None:
    # three replicates, each from two proxies of ten epochs; the middle one of 40, 44, 60 s was
    # trained in 44 s, and the middle one of 1, 3, 2 s computed in 2 s
    blocks = [
        score(own, {f"log, proxies {block} of 3": Work(trained, 20)})
        for block, (own, trained) in enumerate([(1.0, 40.0), (3.0, 60.0), (2.0, 44.0)])
    ]
    # a clustering of 6 s on an embedding of 2.5 s
    distance = score(
        0.5,
        {"embedding a": Work(2.5), "clustering b": Work(6.0)},
        method="prototype_distance",
        kind="uncertainty",
    )
    table = score_table({"el2n_early": blocks, "far": [distance]})
    assert table.to_dict("records") == [
        {"score": "el2n_early", "method": "el2n", "kind": "difficulty", "uses_labels": True,
         "replicates": 3, "proxy_epochs": 20, "seconds_before": 44.0, "seconds": 2.0},
        {"score": "far", "method": "prototype_distance", "kind": "uncertainty",
         "uses_labels": False, "replicates": 1, "proxy_epochs": 0, "seconds_before": 8.5,
         "seconds": 0.5},
    ]  # fmt: skip


def test_of_two_replicates_the_table_has_the_mean() -> None:
    pair = [score(own, {"log": Work(trained, 5)}) for own, trained in ((1.0, 10.0), (2.0, 20.0))]
    (row,) = score_table({"el2n": pair}).to_dict("records")
    assert (row["seconds_before"], row["seconds"]) == (15.0, 1.5)
