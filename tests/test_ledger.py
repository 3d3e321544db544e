"""Ledger rows: exact counts, keys of runs, which models are kept, and what failed runs leave."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median_low
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from leanset import ledger
from leanset.choices import Choice
from leanset.images import ImageSet, Split
from leanset.ledger import (
    accuracy,
    class_recall,
    evaluation_table,
    history_table,
    job_of,
    jobs,
    ledger_table,
    run_key,
    runs_to_keep,
    subset_row,
)
from leanset.provenance import Work
from leanset.schemas import Runs
from leanset.seeds import selection_seed, torch_generator, training_seed
from leanset.selectors import Materials, Random, Rs2
from leanset.subsets import Subset, draw_subset
from leanset.sweep import Cell
from leanset.training import EpochRecord, Fresh, Job, Recipe, RunResult, Shuffled, Weighted
from leanset.training.recipe.augmentation import Augmentation
from leanset.training.recipe.optimizers import Adam
from leanset.training.recipe.schedules import Cosine

SWEEP_SEED = 7
RECIPE = Recipe.model_validate({
    "model": "lenet5", "optimizer": {"name": "adam", "learning_rate": 0.001},
    "batch_size": 4, "epochs": 3,
})  # fmt: skip

# class 0 twice, class 1 three times, class 2 never, class 3 once
TEST_LABELS = np.array([0, 1, 1, 3, 0, 1])
TRAIN_LABELS = np.array([0, 1, 3, 0, 1, 3, 0, 1, 3, 1])
MATERIALS = Materials(TRAIN_LABELS)
NOTHING = Work(0.0)


@pytest.fixture(scope="module")
def images() -> ImageSet:
    """Ten training and six test samples of four classes, of which one is in neither split."""
    splits = [
        Split.whole(np.zeros((len(labels), 1, 2, 2), dtype=np.uint8), labels)
        for labels in (TRAIN_LABELS, TEST_LABELS)
    ]
    return ImageSet("toy", ("a", "b", "c", "d"), *splits)


@pytest.fixture(scope="module")
def subsets(images: ImageSet) -> pd.DataFrame:
    """Two cells of random samples, two runs each."""
    rows = []
    for kept in (3, 6):
        cell = Cell("random", "lenet5", str(kept), kept, 2, ())
        for run in range(cell.runs):
            seed = selection_seed(SWEEP_SEED, run)
            subset = draw_subset(Random(method="random"), kept, MATERIALS, seed, 4)
            rows.append(subset_row(cell, run, subset, images.hash, Work(1.5, 20), wrong=None))
    return pd.DataFrame(rows)


def kept_samples(*indices: int) -> Subset:
    """A subset that took half a second to choose."""
    histogram = np.bincount(TRAIN_LABELS[list(indices)], minlength=4)
    return Subset(np.array(indices), len(indices), 1, histogram, seconds=0.5)


CELL = Cell("hardest", "lenet5", "3", 3, 2, ("log_short", "score_el2n"))


def finished(job: Job, predicted: Sequence[int] = (0, 1, 1, 3, 0, 1), **more: Any) -> RunResult:
    return RunResult(
        key=job.key, failure=None, device="cpu", threads=1, concurrency=2,
        predicted=np.array(predicted), loss=0.5, steps=3, samples_seen=9, unique_samples=4,
        seconds_train=1.5, seconds_evaluate=0.5, **more,
    )  # fmt: skip


def failed(job: Job) -> RunResult:
    return RunResult(job.key, "DivergedError: nan", "cpu", 1, 2, np.empty(0, dtype=np.int64))


def written(
    images: ImageSet, subsets: pd.DataFrame, result_of: Callable[[int, Job], RunResult]
) -> pd.DataFrame:
    """The ledger of results that come back to front, as from workers."""
    todo = jobs(subsets, RECIPE, SWEEP_SEED, keep_state=False)
    results = [result_of(number, job) for number, job in enumerate(todo)]
    return ledger_table(subsets, results[::-1], images, RECIPE, SWEEP_SEED)


# --- accuracy and recall


def test_accuracy_is_the_number_of_right_samples_over_all() -> None:
    # four of six: a float of its own, not the mean of batch means
    assert accuracy(np.array([0, 1, 1, 3, 3, 3]), TEST_LABELS) == 4 / 6


def test_the_accuracy_of_a_failed_run_is_missing() -> None:
    assert np.isnan(accuracy(np.empty(0, dtype=np.int64), TEST_LABELS))


LABELLINGS = st.integers(1, 60).flatmap(
    lambda n: st.tuples(*(arrays(np.int64, n, elements=st.integers(0, 4)) for _ in range(2)))
)


@given(LABELLINGS)
def test_accuracy_times_the_number_of_samples_is_a_whole_number(
    pair: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> None:
    predicted, labels = pair
    right = sum(int(a) == int(b) for a, b in zip(predicted, labels, strict=True))
    assert accuracy(predicted, labels) == right / len(labels)


def test_recall_of_a_worked_example_is_missing_for_a_class_without_samples() -> None:
    # of class 0 one of two, of class 1 two of three, of class 2 nothing was there, of 3 none of one
    recall = class_recall(np.array([0, 1, 1, 2, 2, 2]), TEST_LABELS, classes=4)
    np.testing.assert_array_equal(recall, [1 / 2, 2 / 3, np.nan, 0 / 1])


def test_recall_of_a_failed_run_is_missing_for_every_class() -> None:
    recall = class_recall(np.empty(0, dtype=np.int64), TEST_LABELS, classes=4)
    assert recall.shape == (4,)
    assert np.isnan(recall).all()


@given(LABELLINGS)
def test_recalls_weighted_by_class_sizes_are_the_accuracy(
    pair: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> None:
    predicted, labels = pair
    recall = class_recall(predicted, labels, classes=6)
    sizes = np.bincount(labels, minlength=6)
    assert np.array_equal(np.isnan(recall), sizes == 0)
    assert np.nansum(recall * sizes) / len(labels) == pytest.approx(accuracy(predicted, labels))


# --- keys of runs

ROW = {"image_set_hash": "images", "subset_hash": "subset"}
KEY = run_key(ROW, RECIPE, 5)


def test_the_key_of_a_run_is_32_hexadecimal_digits_and_always_the_same() -> None:
    assert len(KEY) == 32
    assert int(KEY, 16) >= 0
    assert run_key(dict(ROW), RECIPE.model_copy(), 5) == KEY


CHANGES = {
    "model": "another",
    "optimizer": Adam(name="adam", learning_rate=0.002),
    "batch_size": 5,
    "epochs": 4,
    "schedule": Cosine(name="cosine"),
    "compute": "equal_steps",
    "label_smoothing": 0.1,
    "augmentation": Augmentation(flip=True),
}


@pytest.mark.parametrize("field", Recipe.model_fields)
def test_the_key_changes_with_each_field_of_the_recipe(field: str) -> None:
    assert run_key(ROW, RECIPE.model_copy(update={field: CHANGES[field]}), 5) != KEY


def test_the_key_changes_with_images_subset_and_training_seed() -> None:
    changed = [
        run_key(ROW | {"image_set_hash": "other"}, RECIPE, 5),
        run_key(ROW | {"subset_hash": "other"}, RECIPE, 5),
        run_key(ROW, RECIPE, 6),
    ]
    assert len({KEY, *changed}) == 4


def test_the_key_changes_with_the_version_of_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "ENGINE_VERSION", ledger.ENGINE_VERSION + 1)
    assert run_key(ROW, RECIPE, 5) != KEY


def test_the_key_does_not_change_with_what_a_run_is_called_or_took() -> None:
    named = {
        "variant": "mine", "recipe": "long", "budget": "10 %", "requested": 1, "kept": 1, "run": 3,
        "selected": 1, "selection_seed": 8, "seconds_select": 2.5, "seconds_artifacts": 3.5,
        "proxy_epochs": 9, "wrong_labels": 1, "chosen": "hardest", "class_histogram": [1],
        "indices": [0], "weights": None, "weighting": None,
    }  # fmt: skip
    assert run_key(ROW | named, RECIPE, 5) == KEY


# --- jobs


def test_a_job_trains_on_the_samples_of_its_subset_with_the_seed_of_its_run(
    subsets: pd.DataFrame,
) -> None:
    todo = jobs(subsets, RECIPE, SWEEP_SEED, keep_state=True)
    for job, row in zip(todo, subsets.to_dict("records"), strict=True):
        assert job.indices.tolist() == row["indices"].tolist()
        assert job.indices.dtype == np.int64
        assert job.training_seed == training_seed(SWEEP_SEED, row["run"])
        assert job.recipe == RECIPE
        assert job.keep_state
    assert len({job.key for job in todo}) == len(subsets)


def test_a_subset_whose_samples_are_not_those_it_was_made_of_is_refused(
    subsets: pd.DataFrame,
) -> None:
    tampered = subsets.assign(indices=[indices[::-1] for indices in subsets["indices"]])
    with pytest.raises(
        ValueError, match=f"{subsets['subset_hash'][0]} does not match its indices and"
    ):
        jobs(tampered, RECIPE, SWEEP_SEED, keep_state=False)


def test_a_pool_larger_than_the_budget_is_drawn_from_anew_each_epoch(images: ImageSet) -> None:
    cell = Cell("rs2", "lenet5", "4", 4, 1, ())
    subset = draw_subset(Rs2(method="rs2"), 4, MATERIALS, 1, 4)
    wrong = np.arange(10) >= 7
    rows = pd.DataFrame([subset_row(cell, 0, subset, images.hash, NOTHING, wrong)])
    # three wrong labels of the ten in the pool, of which an epoch shows four
    assert rows[["kept", "selected", "wrong_labels"]].to_numpy().tolist() == [[4, 10, 3]]
    (job,) = jobs(rows, RECIPE, SWEEP_SEED, keep_state=False)
    assert job.order == Fresh(4)
    assert job.indices.tolist() == list(range(10))


def test_one_row_is_trained_from_whichever_seed_one_asks_for(subsets: pd.DataFrame) -> None:
    row = subsets.to_dict("records")[0]
    one, other = (job_of(row, RECIPE, seed, keep_state=False) for seed in (5, 6))
    assert (one.training_seed, other.training_seed) == (5, 6)
    assert one.key == run_key(row, RECIPE, 5) != other.key
    assert one.indices.tolist() == other.indices.tolist() == row["indices"].tolist()


# --- weights


def weighted(weighting: Any, *weights: float) -> Subset:
    """The samples 1, 4 and 9 with weights."""
    plain = kept_samples(1, 4, 9)
    return replace(plain, weights=np.array(weights, dtype=np.float32), weighting=weighting)


def rows_with(*subsets: Subset, image_set: str = "images") -> pd.DataFrame:
    """A table of subsets, one for each run of a cell."""
    return pd.DataFrame(
        [
            subset_row(CELL, run, subset, image_set, NOTHING, None)
            for run, subset in enumerate(subsets)
        ]
    )


def test_loss_weights_reach_the_training() -> None:
    (job,) = jobs(rows_with(weighted("loss", 0.5, 2, 0.5)), RECIPE, SWEEP_SEED, keep_state=False)
    assert job.loss_weights is not None
    assert job.loss_weights.tolist() == [0.5, 2, 0.5]
    assert job.loss_weights.dtype == np.float32
    assert job.order == Shuffled()
    assert job.shown == 3


def test_sampler_weights_say_how_often_samples_are_drawn() -> None:
    (job,) = jobs(rows_with(weighted("sampler", 0, 3, 0)), RECIPE, SWEEP_SEED, keep_state=False)
    assert job.loss_weights is None
    assert isinstance(job.order, Weighted)
    assert job.order.weights.tolist() == [0, 3, 0]
    assert job.shown == 3
    assert set(job.order.draw(3, torch_generator(0)).tolist()) == {1}


def test_a_weighted_pool_is_drawn_from_by_weight_and_shows_the_budget() -> None:
    pool = replace(weighted("sampler", 0.5, 2, 0.5), kept=2)
    (job,) = jobs(rows_with(pool), RECIPE, SWEEP_SEED, keep_state=False)
    assert isinstance(job.order, Weighted)
    assert job.shown == 2


def test_the_same_samples_weighted_otherwise_are_another_run() -> None:
    table = rows_with(
        kept_samples(1, 4, 9),
        weighted("loss", 0.5, 2, 0.5),
        weighted("loss", 2, 0.5, 0.5),
        weighted("sampler", 0.5, 2, 0.5),
    ).assign(run=0)
    assert len({job.key for job in jobs(table, RECIPE, SWEEP_SEED, keep_state=False)}) == 4


@pytest.mark.parametrize(
    "change",
    [{"weights": [np.float32([2, 0.5, 0.5])]}, {"weighting": ["sampler"]}, {"weights": [None]}],
    ids=["other weights", "another use of them", "none"],
)
def test_weights_that_are_not_those_a_subset_was_made_with_are_refused(
    change: dict[str, Any],
) -> None:
    table = rows_with(weighted("loss", 0.5, 2, 0.5)).assign(**change)
    with pytest.raises(ValueError, match="does not match its indices and weights"):
        jobs(table, RECIPE, SWEEP_SEED, keep_state=False)


def test_the_ledger_says_what_weights_come_to(images: ImageSet) -> None:
    table = rows_with(
        weighted("loss", 0.5, 2, 0.5), weighted("sampler", 3, 0, 0), kept_samples(1, 4, 9),
        image_set=images.hash,
    )  # fmt: skip
    runs = Runs.validate(written(images, table, lambda _, job: finished(job)))
    assert runs["weighting"].tolist()[:2] == ["loss", "sampler"]
    # 3² / (0.25 + 4 + 0.25) = 2, and one sample alone
    assert runs["effective_samples"].tolist()[:2] == [2, 1]
    assert runs["greatest_weight"].tolist()[:2] == [2, 3]
    assert runs.loc[2, ["weighting", "effective_samples", "greatest_weight"]].isna().all()


SOME = weighted("loss", 0.5, 2, 0.5)
PLAIN = kept_samples(0, 4, 9)


@pytest.mark.parametrize("first", [[SOME, SOME], [SOME, PLAIN], [PLAIN, PLAIN]], ids=len)
@pytest.mark.parametrize("second", [[SOME], [PLAIN]], ids=len)
def test_weighted_and_plain_subsets_can_share_a_table_and_a_file(
    images: ImageSet, tmp_path: Path, first: list[Subset], second: list[Subset]
) -> None:
    tables = [rows_with(*subsets, image_set=images.hash) for subsets in (first, second)]
    tables[1]["variant"] = "other"
    for name, table in zip("ab", tables, strict=True):
        table.to_parquet(tmp_path / name)
    back = [pd.read_parquet(tmp_path / name) for name in "ab"]
    pd.concat(back, ignore_index=True).to_parquet(tmp_path / "both")
    both = pd.read_parquet(tmp_path / "both")
    expected, found = (
        jobs(table, RECIPE, SWEEP_SEED, keep_state=False)
        for table in (pd.concat(tables, ignore_index=True), both)
    )
    for job, other in zip(expected, found, strict=True):
        assert job.key == other.key
        assert (job.loss_weights is None) == (other.loss_weights is None)
        assert job.loss_weights is None or (job.loss_weights == other.loss_weights).all()
    ledgers = [
        Runs.validate(written(images, table, lambda _, job: finished(job)))
        for table in (pd.concat(tables, ignore_index=True), both)
    ]
    pd.testing.assert_frame_equal(*ledgers)


def test_ledgers_of_weighted_and_plain_variants_are_joined_into_one(
    images: ImageSet, tmp_path: Path
) -> None:
    ledgers = []
    for name, subsets in (("plain", [PLAIN]), ("weighted", [SOME])):
        table = rows_with(*subsets, image_set=images.hash).assign(variant=name)
        runs = Runs.validate(written(images, table, lambda _, job: finished(job)))
        runs.to_parquet(tmp_path / name)
        ledgers.append(pd.read_parquet(tmp_path / name))
    joined = Runs.validate(pd.concat(ledgers, ignore_index=True))
    assert joined["weighting"].isna().tolist() == [True, False]
    assert joined["effective_samples"].isna().tolist() == [True, False]


# --- what a selection took, and what it kept

WRONG = np.isin(np.arange(10), [1, 4, 9])


@pytest.mark.parametrize(
    ("indices", "wrong"), [((1, 4, 9), 3), ((0, 4, 5), 1), ((0, 2, 3), 0)], ids=str
)
def test_a_subset_counts_the_wrong_labels_it_kept(indices: tuple[int, ...], wrong: int) -> None:
    row = subset_row(CELL, 0, kept_samples(*indices), "images", NOTHING, WRONG)
    assert row["wrong_labels"] == wrong


def test_where_no_label_was_made_wrong_their_number_is_missing_and_not_0(
    images: ImageSet, subsets: pd.DataFrame
) -> None:
    clean = written(images, subsets, lambda _, job: finished(job))
    assert Runs.validate(clean)["wrong_labels"].isna().all()
    none_kept = [
        subset_row(CELL, run, kept_samples(0, 2, 3), images.hash, NOTHING, WRONG) for run in (0, 1)
    ]
    noisy = written(images, pd.DataFrame(none_kept), lambda _, job: finished(job))
    assert Runs.validate(noisy)["wrong_labels"].tolist() == [0, 0]


def test_a_subset_carries_the_work_of_all_it_was_selected_from() -> None:
    row = subset_row(CELL, 0, kept_samples(0, 1, 2), "images", Work(12.5, 100), None)
    assert row["seconds_artifacts"] == 12.5
    assert row["proxy_epochs"] == 100
    assert row["seconds_select"] == 0.5
    assert row["chosen"] is None


def test_the_trainings_of_a_choice_are_charged_to_every_run_of_its_cell(images: ImageSet) -> None:
    choice = Choice("easiest", seconds=30.0)
    rows = [
        subset_row(CELL, run, kept_samples(run, 5, 6), images.hash, Work(2.0, 9), None, choice)
        for run in range(2)
    ]
    runs = Runs.validate(written(images, pd.DataFrame(rows), lambda _, job: finished(job)))
    # 2 s of making the score and 30 s of trying both ends, though they were tried once
    assert runs["seconds_artifacts"].tolist() == [32.0, 32.0]
    assert runs["proxy_epochs"].tolist() == [9, 9]
    assert runs["seconds_select"].tolist() == [0.5, 0.5]
    assert runs["chosen"].tolist() == ["easiest", "easiest"]


@pytest.mark.parametrize("wrong", [None, WRONG], ids=["clean", "noisy"])
@pytest.mark.parametrize("choice", [None, Choice("hardest", 1.0)], ids=["plain", "auto"])
def test_subsets_that_come_back_from_a_parquet_file_make_the_same_ledger(
    images: ImageSet, tmp_path: Path, wrong: NDArray[np.bool_] | None, choice: Choice | None
) -> None:
    rows = [
        subset_row(CELL, run, kept_samples(run, 4, 9), images.hash, Work(2.0), wrong, choice)
        for run in range(2)
    ]
    subsets = pd.DataFrame(rows)
    subsets.to_parquet(tmp_path / "subsets.parquet")
    ledgers = [
        Runs.validate(written(images, table, lambda _, job: finished(job)))
        for table in (subsets, pd.read_parquet(tmp_path / "subsets.parquet"))
    ]
    pd.testing.assert_frame_equal(*ledgers)


# --- ledger rows


def test_a_row_says_what_was_asked_and_what_came(images: ImageSet, subsets: pd.DataFrame) -> None:
    # right: one of two, two of three, and the only one of class 3; so 4 of 6, and 1/2 at worst
    runs = written(images, subsets, lambda _, job: finished(job, (0, 1, 1, 3, 1, 0)))
    row, subset = runs.iloc[2], subsets.iloc[2]
    labels_kept = np.bincount(TRAIN_LABELS[subset["indices"]], minlength=4)
    assert row[["effective_samples", "greatest_weight"]].isna().all()
    told = row.drop(["run_key", "reason", "effective_samples", "greatest_weight"])
    assert told.to_dict() == {
        "variant": "random", "recipe": "lenet5", "budget": "6", "requested": 6, "kept": 6,
        "selected": 6, "run": 0, "selection_seed": selection_seed(SWEEP_SEED, 0),
        "image_set_hash": images.hash, "subset_hash": subset["subset_hash"],
        "seconds_select": subset["seconds_select"], "seconds_artifacts": 1.5, "proxy_epochs": 20,
        "wrong_labels": None, "chosen": None, "weighting": None,
        "training_seed": training_seed(SWEEP_SEED, 0), "epochs": 3, "batch_size": 4,
        "unique_samples": 4, "least_class_count": labels_kept.min(),
        "status": "ok", "steps": 3, "samples_seen": 9, "accuracy": 4 / 6, "loss": 0.5,
        "worst_class_recall": 1 / 2, "seconds_train": 1.5, "seconds_evaluate": 0.5,
        "device": "cpu", "threads": 1, "concurrency": 2,
    }  # fmt: skip
    assert row["least_class_count"] == 0  # class 2
    assert row["reason"] is None


def test_rows_come_in_the_order_of_the_subsets_whatever_finished_first(
    images: ImageSet, subsets: pd.DataFrame
) -> None:
    runs = written(images, subsets, lambda n, job: finished(job, [0] * n + [2] * (6 - n)))
    assert runs["subset_hash"].tolist() == subsets["subset_hash"].tolist()
    # of the first n predictions of class 0 those at places 0 and 4 are right
    assert runs["accuracy"].tolist() == [0, 1 / 6, 1 / 6, 1 / 6]


def test_a_failed_run_has_its_reason_and_nothing_that_was_measured(
    images: ImageSet, subsets: pd.DataFrame
) -> None:
    runs = written(images, subsets, lambda n, job: failed(job) if n == 1 else finished(job))
    assert runs["status"].tolist() == ["ok", "failed", "ok", "ok"]
    row = runs.iloc[1]
    assert row["reason"] == "DivergedError: nan"
    measured = ["accuracy", "loss", "worst_class_recall", "seconds_train", "seconds_evaluate"]
    assert row[measured].isna().all()
    assert row[["steps", "samples_seen", "unique_samples"]].tolist() == [0, 0, 0]
    assert row[["kept", "epochs"]].tolist() == [3, 3]


@pytest.mark.parametrize("failures", [set(), {1}, {0, 1, 2, 3}])
def test_the_ledger_is_what_the_catalog_accepts_whichever_runs_failed(
    images: ImageSet, subsets: pd.DataFrame, failures: set[int]
) -> None:
    runs = written(images, subsets, lambda n, job: (failed if n in failures else finished)(job))
    accepted = Runs.validate(runs)
    assert (accepted["status"] == "failed").sum() == len(failures)


def test_a_run_without_a_result_is_an_error_and_not_left_out(
    images: ImageSet, subsets: pd.DataFrame
) -> None:
    todo = jobs(subsets, RECIPE, SWEEP_SEED, keep_state=False)
    with pytest.raises(KeyError):
        ledger_table(subsets, [finished(todo[0])], images, RECIPE, SWEEP_SEED)


# --- which models are kept


def ledger_of(*cells: list[float | None], kept: int = 10) -> pd.DataFrame:
    """A ledger of cells at growing budgets, an accuracy for each run and None where it failed."""
    return pd.DataFrame(
        [
            {
                "recipe": "lenet5",
                "kept": kept * (number + 1),
                "run": run,
                "run_key": f"{number}.{run}",
                "status": "failed" if value is None else "ok",
                "accuracy": np.nan if value is None else value,
            }
            for number, cell in enumerate(cells)
            for run, value in enumerate(cell)
        ]
    )


@pytest.mark.parametrize(
    ("cell", "median"),
    [
        ([0.5], {"0.0"}),
        ([0.9, 0.1, 0.5], {"0.2"}),
        ([0.9, 0.1], {"0.1"}),  # of an even number the lower one
        ([0.4, 0.3, 0.2, 0.1], {"0.2"}),
        ([0.5, 0.5], {"0.0"}),  # of equals the one whose run comes first
        ([0.9, None, 0.1, None, 0.5], {"0.4"}),
        ([None, None], set()),
    ],
)
def test_the_median_run_is_the_middle_one_of_those_that_finished(
    cell: list[float | None], median: set[str]
) -> None:
    assert runs_to_keep(ledger_of(cell), "median") == median


def test_each_cell_has_a_median_run_of_its_own() -> None:
    runs = ledger_of([0.9, 0.1, 0.5], [0.3, 0.2], [None], [0.7])
    assert runs_to_keep(runs, "median") == {"0.2", "1.1", "3.0"}


def test_two_recipes_at_one_budget_are_two_cells() -> None:
    long = ledger_of([0.3, 0.2, 0.1]).assign(recipe="long", run_key=["a", "b", "c"])
    runs = pd.concat([ledger_of([0.9, 0.8, 0.7]), long], ignore_index=True)
    assert runs_to_keep(runs, "median") == {"0.1", "b"}


def test_all_keeps_every_finished_run_and_none_keeps_nothing() -> None:
    runs = ledger_of([0.9, None, 0.5], [0.3])
    assert runs_to_keep(runs, "all") == {"0.0", "0.2", "1.0"}
    assert runs_to_keep(runs, "none") == set()


@settings(max_examples=40)
@given(st.lists(st.lists(st.floats(0, 1) | st.none(), min_size=1, max_size=7), min_size=1))
def test_the_accuracy_of_the_run_kept_is_the_low_median_of_its_cell(
    cells: list[list[float | None]],
) -> None:
    runs = ledger_of(*cells).set_index("run_key")
    chosen = runs_to_keep(runs.reset_index(), "median")
    found = {number: runs.loc[key, "accuracy"] for key in chosen
             for number in [int(key.partition(".")[0])]}  # fmt: skip
    finished_in = {n: [a for a in cell if a is not None] for n, cell in enumerate(cells)}
    assert found == {n: median_low(values) for n, values in finished_in.items() if values}
    assert len(chosen) == len(found)


# --- evaluations and histories


@given(st.lists(st.lists(st.integers(0, 3), min_size=6, max_size=6), min_size=1, max_size=3))
def test_the_bits_say_of_each_test_sample_whether_it_was_right(
    images: ImageSet, predictions: list[list[int]]
) -> None:
    results = [
        finished(Job(str(n), np.arange(3), RECIPE, 1), predicted)
        for n, predicted in enumerate(predictions)
    ]
    table = evaluation_table(results, images)
    assert table["run_key"].tolist() == [result.key for result in results]
    for packed, predicted in zip(table["correct"], predictions, strict=True):
        bits = np.unpackbits(np.frombuffer(packed, np.uint8), count=len(TEST_LABELS))
        assert bits.tolist() == [int(a == b) for a, b in zip(predicted, TEST_LABELS, strict=True)]


def test_evaluations_come_back_from_a_parquet_file(images: ImageSet, tmp_path_factory: Any) -> None:
    file = tmp_path_factory.mktemp("evaluations") / "evaluations.parquet"
    job = Job("k", np.arange(3), RECIPE, 1)
    evaluation_table([finished(job, (0, 1, 1, 2, 2, 2))], images).to_parquet(file)
    row = pd.read_parquet(file).iloc[0]
    assert np.unpackbits(np.frombuffer(row["correct"], np.uint8), count=6).tolist() == [
        1, 1, 1, 0, 0, 0,
    ]  # fmt: skip
    np.testing.assert_array_equal(row["class_recall"], [1 / 2, 2 / 3, np.nan, 0])


def test_a_failed_run_has_no_evaluation(images: ImageSet) -> None:
    good, bad = (Job(key, np.arange(3), RECIPE, 1) for key in ("good", "bad"))
    table = evaluation_table([failed(bad), finished(good)], images)
    assert table["run_key"].tolist() == ["good"]
    assert list(evaluation_table([failed(bad)], images).columns) == [
        "run_key", "correct", "class_recall",
    ]  # fmt: skip


def test_the_history_has_a_row_for_each_epoch_of_each_run() -> None:
    records = (EpochRecord(1, 2.0, 0.25), EpochRecord(2, 1.0, 0.5))
    a, b, bad = (Job(key, np.arange(3), RECIPE, 1) for key in ("a", "b", "bad"))
    table = history_table(
        [finished(a, history=records), failed(bad), finished(b, history=records[:1])]
    )
    assert table.to_dict("list") == {
        "run_key": ["a", "a", "b"],
        "epoch": [1, 2, 1],
        "loss": [2.0, 1.0, 2.0],
        "accuracy": [0.25, 0.5, 0.25],
    }


def test_the_history_of_failed_runs_is_an_empty_table_with_its_columns() -> None:
    table = history_table([failed(Job("bad", np.arange(3), RECIPE, 1))])
    assert list(table.columns) == ["run_key", "epoch", "loss", "accuracy"]
    assert len(table) == 0
