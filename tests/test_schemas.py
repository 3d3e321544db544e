"""What the catalog accepts as a ledger and as a summary, and what it refuses."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandera.errors import SchemaError, SchemaErrors

from leanset.schemas import Runs, Summary
from leanset.summary import summarise

RUN: dict[str, Any] = {
    "variant": "random", "recipe": "lenet5", "budget": "10 %", "requested": 20, "kept": 20,
    "selected": 20, "run": 0, "status": "ok", "reason": None, "image_set_hash": "a" * 64,
    "selection_seed": 2**62, "training_seed": 2**62 + 1, "epochs": 5, "steps": 5,
    "samples_seen": 100, "unique_samples": 20, "batch_size": 64, "accuracy": 0.9, "loss": 0.3,
    "worst_class_recall": 0.8, "least_class_count": 1, "seconds_select": 0.1,
    "seconds_train": 1.0, "seconds_evaluate": 0.2, "device": "cpu", "threads": 1,
    "weighting": None, "effective_samples": np.nan, "greatest_weight": np.nan,
    "chosen": None, "wrong_labels": None, "seconds_artifacts": 4.5, "proxy_epochs": 10,
    "concurrency": 2, "subset_hash": "b" * 32, "run_key": "c" * 32,
}  # fmt: skip

FAILURE: dict[str, Any] = {
    "status": "failed", "reason": "a worker process died", "accuracy": np.nan, "loss": np.nan,
    "worst_class_recall": np.nan, "seconds_train": np.nan, "seconds_evaluate": np.nan,
    "steps": 0, "samples_seen": 0,
}  # fmt: skip

WEIGHTED: dict[str, Any] = {
    "weighting": "loss", "effective_samples": 4.5, "greatest_weight": 8.0,
}  # fmt: skip


def ledger(*changes: dict[str, Any]) -> pd.DataFrame:
    """A ledger with one row for each set of changes, numbered as runs."""
    return pd.DataFrame([RUN | {"run": run} | changed for run, changed in enumerate(changes)])


# --- the ledger


@pytest.mark.parametrize(
    "rows",
    [
        [{}],
        [{}, {}, {}],
        [{}, FAILURE],
        [FAILURE, FAILURE],
        [{"accuracy": 0.0, "worst_class_recall": 0.0}, {"accuracy": 1.0}],
        [{"least_class_count": 0}],
        [{"run": 0}, {"run": 0, "variant": "near"}, {"run": 0, "kept": 9, "requested": 9}],
        [{"run": 0}, {"run": 0, "recipe": "long"}],
        [{"selected": 1000}],  # a pool that each epoch draws from
        [{"wrong_labels": 0}, {"wrong_labels": 20}, {"wrong_labels": None}],
        [{"chosen": "hardest"}, {}],
        [WEIGHTED, {}],
        [WEIGHTED, WEIGHTED | {"weighting": "sampler", "effective_samples": 20.0}],
        [WEIGHTED | FAILURE],
        [{"seconds_artifacts": 0.0, "proxy_epochs": 0}],
    ],
)
def test_a_good_ledger_is_accepted_as_it_is(rows: list[dict[str, Any]]) -> None:
    runs = ledger(*rows)
    accepted = Runs.validate(runs)
    may_be_missing = ["reason", "chosen", "weighting", "wrong_labels"]
    pd.testing.assert_frame_equal(
        accepted.drop(columns=may_be_missing), runs.drop(columns=may_be_missing), check_like=False
    )
    for column in may_be_missing:
        there = runs[column].notna()
        assert accepted[column].notna().tolist() == there.tolist()
        assert accepted.loc[there, column].tolist() == runs.loc[there, column].tolist()


@pytest.mark.parametrize("column", ["reason", "chosen", "weighting"])
def test_what_no_run_has_is_still_a_column_of_words(column: str) -> None:
    accepted = Runs.validate(ledger({}, {}))
    assert accepted[column].isna().all()
    assert pd.api.types.is_string_dtype(accepted[column])


def test_wrong_labels_are_whole_numbers_even_where_all_are_missing() -> None:
    for rows in ([{}, {}], [{"wrong_labels": 3}, {}], [{"wrong_labels": 3}]):
        assert Runs.validate(ledger(*rows))["wrong_labels"].dtype == pd.Int64Dtype()


def test_a_ledger_is_accepted_again_after_a_parquet_file(tmp_path_factory: Any) -> None:
    file = tmp_path_factory.mktemp("ledger") / "runs.parquet"
    noisy = {"wrong_labels": 3, "chosen": "easiest"}
    for rows in ([{}, {}], [{}, FAILURE], [FAILURE], [noisy, {}], [noisy], [WEIGHTED, {}]):
        Runs.validate(ledger(*rows)).to_parquet(file)
        Runs.validate(pd.read_parquet(file))


BROKEN: list[tuple[dict[str, Any], str]] = [
    ({"kept": 19}, "budget_is_exact"),
    ({"accuracy": 1.1}, "accuracy"),
    ({"accuracy": -0.1}, "accuracy"),
    ({"worst_class_recall": 1.1}, "worst_class_recall"),
    ({"accuracy": np.nan}, "finished_runs_have_an_accuracy"),
    (FAILURE | {"accuracy": 0.5}, "finished_runs_have_an_accuracy"),
    ({"status": "done"}, "status"),
    ({"variant": "Random"}, "variant"),
    ({"kept": 0, "requested": 0}, "requested|kept"),
    ({"run": -1}, "run"),
    ({"loss": -0.1}, "loss"),
    ({"epochs": 0}, "epochs"),
    ({"steps": -1}, "steps"),
    ({"batch_size": 0}, "batch_size"),
    ({"threads": 0}, "threads"),
    ({"seconds_train": -1.0}, "seconds_train"),
    ({"seconds_select": np.nan}, "seconds_select"),
    ({"least_class_count": -1}, "least_class_count"),
    ({"subset_hash": "b" * 31}, "subset_hash"),
    ({"run_key": ""}, "run_key"),
    ({"device": None}, "device"),
    ({"training_seed": 0.5}, "training_seed"),
    ({"selected": 19}, "what_is_kept_was_selected"),
    ({"wrong_labels": 21}, "wrong_labels_are_of_selected_samples"),
    ({"wrong_labels": -1}, "wrong_labels"),
    ({"seconds_artifacts": -0.1}, "seconds_artifacts"),
    ({"seconds_artifacts": np.nan}, "seconds_artifacts"),
    ({"proxy_epochs": -1}, "proxy_epochs"),
    (WEIGHTED | {"weighting": "gamma"}, "weighting"),
    (WEIGHTED | {"weighting": None}, "weights_are_of_weighted_runs"),
    (WEIGHTED | {"effective_samples": np.nan}, "weights_are_of_weighted_runs"),
    (WEIGHTED | {"greatest_weight": np.nan}, "weights_are_of_weighted_runs"),
    ({"greatest_weight": 1.0}, "weights_are_of_weighted_runs"),
    (WEIGHTED | {"effective_samples": 20.1}, "no_more_samples_count_than_were_selected"),
    (WEIGHTED | {"effective_samples": 0.0}, "effective_samples"),
    (WEIGHTED | {"greatest_weight": 0.0}, "greatest_weight"),
]


@pytest.mark.parametrize(("change", "message"), BROKEN)
def test_a_ledger_that_breaks_a_rule_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(SchemaError, match=message):
        Runs.validate(ledger({}, change))


def test_a_run_that_stands_twice_is_refused() -> None:
    with pytest.raises(SchemaError, match=r"variant.*recipe.*kept.*run.*not unique"):
        Runs.validate(ledger({"run": 3}, {"run": 3, "run_key": "d" * 32}))


def test_another_column_is_refused() -> None:
    with pytest.raises(SchemaErrors, match="column 'note' not in"):
        Runs.validate(ledger({}).assign(note="x"))


@pytest.mark.parametrize("column", RUN)
def test_every_column_is_needed(column: str) -> None:
    with pytest.raises(SchemaError, match=f"'{column}' not in dataframe"):
        Runs.validate(ledger({}).drop(columns=column))


# --- the summary


def test_the_summary_of_a_good_ledger_is_accepted() -> None:
    summary = summarise(ledger({}, FAILURE, {"variant": "near"}))
    pd.testing.assert_frame_equal(Summary.validate(summary), summary)


def test_the_summary_of_failed_runs_alone_is_accepted() -> None:
    assert Summary.validate(summarise(ledger(FAILURE, FAILURE)))["failed"].tolist() == [2]


def test_a_summary_is_accepted_again_after_a_parquet_file(tmp_path_factory: Any) -> None:
    file = tmp_path_factory.mktemp("summary") / "summary.parquet"
    full = {"variant": "full", "seconds_train": 9.0}
    for rows in ([{}], [FAILURE], [{}, full], [{"wrong_labels": 3}, {}], [WEIGHTED]):
        summarise(ledger(*rows)).to_parquet(file)
        Summary.validate(pd.read_parquet(file))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("kept", 0),
        ("failed", -1),
        ("accuracy_median", 1.01),
        ("accuracy_minimum", -0.01),
        ("difference_to_random", -1.5),
        ("seconds_train", -1.0),
        ("wrong_share", 1.5),
        ("weighting", "gamma"),
        ("effective_share", 1.5),
        ("greatest_weight", 0.0),
        ("seconds_selection", -1.0),
        ("proxy_epochs", -1.0),
    ],
)
def test_a_summary_that_breaks_a_rule_is_refused(column: str, value: object) -> None:
    summary = summarise(ledger({})).assign(**{column: value})
    with pytest.raises(SchemaError, match=column):
        Summary.validate(summary)


def test_a_subset_that_pays_before_its_first_training_is_refused() -> None:
    summary = summarise(ledger({})).assign(pays_after=pd.array([-1], dtype="Int64"))
    with pytest.raises(SchemaError, match="pays_after"):
        Summary.validate(summary)


def test_a_cell_that_stands_twice_is_refused() -> None:
    summary = summarise(ledger({}))
    with pytest.raises(SchemaError, match="not unique"):
        Summary.validate(pd.concat([summary, summary], ignore_index=True))


def test_another_column_of_a_summary_is_refused() -> None:
    with pytest.raises(SchemaErrors, match="column 'note' not in"):
        Summary.validate(summarise(ledger({})).assign(note="x"))
