"""What each stage took, from the store's manifests and from the ledger."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from leanset import costs
from leanset.costs import Cost, costs_of_artifacts, costs_of_runs, costs_table
from leanset.store import Built, Entry, Key, Store


def entry(kind: str, seconds: float, machine: str) -> Entry:
    manifest = {"seconds": seconds, "machine": machine, "facts": {}, "sha256": {}}
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
