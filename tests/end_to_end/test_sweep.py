import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click import ClickException

from leanset.pipelines.stored import images_of
from leanset.seeds import selection_seed, training_seed
from tests.end_to_end.project import Project

WHAT_WAS_FOUND = ["variant", "kept", "run", "accuracy", "loss", "subset_hash", "run_key"]


def test_the_ledger_has_one_row_for_each_run_of_each_cell(swept: Project) -> None:
    runs = swept.load("runs")
    # five variants at two budgets and full at one, two runs each
    assert len(runs) == (5 * 2 + 1) * 2
    assert not runs.duplicated(["variant", "kept", "run"]).any()
    assert (runs["status"] == "ok").all()
    assert set(runs["budget"]) == {"20", "10 %", "100 %"}
    assert set(runs["kept"]) == {20, 100, 1000}
    assert (runs["requested"] == runs["kept"]).all()


def test_runs_of_one_number_share_their_seeds_across_variants(swept: Project) -> None:
    runs = swept.load("runs")
    for run, rows in runs.groupby("run"):
        assert set(rows["training_seed"]) == {training_seed(2025, run)}
        assert set(rows["selection_seed"]) == {selection_seed(2025, run)}


def test_two_runs_of_a_cell_are_two_selections(swept: Project) -> None:
    runs = swept.load("runs")
    selected = runs[~runs["variant"].isin(["full", "rs2"])]
    assert (selected.groupby(["variant", "kept"])["subset_hash"].nunique() == 2).all()


def test_all_artifacts_of_a_sweep_carry_one_version(swept: Project) -> None:
    versions = {path.parent.name for path in swept.root.rglob("*.*") if path.is_file()}
    assert len(versions) == 1


def test_steps_samples_and_epochs_add_up(swept: Project) -> None:
    runs = swept.load("runs")
    steps = runs["epochs"] * np.ceil(runs["kept"] / runs["batch_size"])
    assert (runs["steps"] == steps).all()
    assert (runs["samples_seen"] == runs["epochs"] * runs["kept"]).all()
    assert (runs["unique_samples"] == runs["kept"]).all()  # in one epoch


def test_the_bits_of_each_run_say_which_test_samples_were_right(swept: Project) -> None:
    runs = swept.load("runs_random").set_index("run_key")
    test = images_of(swept.load("image_set")).test
    evaluations = swept.load("evaluations_random")
    assert set(evaluations["run_key"]) == set(runs.index)
    for row in evaluations.itertuples():
        bits = np.unpackbits(np.frombuffer(row.correct, np.uint8), count=len(test))
        assert bits.mean() == pytest.approx(runs.loc[row.run_key, "accuracy"], abs=1e-12)
        worst = min(bits[test.labels == label].mean() for label in range(10))
        assert worst == pytest.approx(runs.loc[row.run_key, "worst_class_recall"])


def test_the_history_has_every_epoch_of_every_run(swept: Project) -> None:
    history = swept.load("history_random")
    runs = swept.load("runs_random")
    assert sorted(history["run_key"]) == sorted(runs["run_key"])  # one epoch each
    assert history["loss"].between(0, 10).all()
    assert history["accuracy"].between(0, 1).all()


def test_the_median_model_is_kept_and_has_the_weights_of_lenet(swept: Project) -> None:
    models = swept.load("models_random")
    assert len(models) == 2  # one for each of two cells
    assert models[0]["layers.0.weight"].shape == (6, 1, 5, 5)


def test_subsets_hold_the_rows_they_say(swept: Project) -> None:
    labels = images_of(swept.load("image_set")).train.labels
    for row in swept.load("subsets_stratified_random").itertuples():
        assert len(set(row.indices)) == row.kept
        assert np.array_equal(np.bincount(labels[row.indices], minlength=10), row.class_histogram)


def test_the_summary_agrees_with_the_ledger(swept: Project) -> None:
    runs, summary = swept.load("runs"), swept.load("summary")
    cell = runs[(runs["variant"] == "closest_k50") & (runs["kept"] == 100)].sort_values("run")
    random = runs[(runs["variant"] == "random") & (runs["kept"] == 100)].sort_values("run")
    row = summary[(summary["variant"] == "closest_k50") & (summary["kept"] == 100)].iloc[0]
    assert row["runs"] == 2
    assert row["accuracy_median"] == pytest.approx(cell["accuracy"].mean())  # of two
    assert row["accuracy_minimum"] == cell["accuracy"].min()
    difference = cell["accuracy"].mean() - random["accuracy"].mean()
    assert row["accuracy_mean"] == pytest.approx(cell["accuracy"].mean())
    assert row["difference_to_random"] == pytest.approx(difference)


def test_the_summary_is_also_a_spreadsheet(swept: Project) -> None:
    pd.testing.assert_frame_equal(
        swept.load("summary_csv"), swept.load("summary"), check_dtype=False
    )


def test_every_stage_is_timed(swept: Project) -> None:
    costs = swept.load("costs")
    assert set(costs["stage"]) == {"embedding", "clustering", "select", "train", "evaluate"}
    assert (costs["seconds"] > 0).all()
    clusterings = costs[costs["stage"] == "clustering"]
    assert sorted(clusterings["run"]) == [0, 0, 1, 1]  # two clusterings, each fitted once per run


def test_the_figures_show_every_variant(swept: Project) -> None:
    for name in ("accuracy_figure", "time_figure"):
        drawn = {trace.name for trace in swept.load(name).data}
        assert drawn == set(swept.load("runs")["variant"])


def test_the_same_command_gives_the_same_ledger_whatever_the_number_of_workers(
    swept: Project, project: Project
) -> None:
    project.run(training={"workers": 2})
    pd.testing.assert_frame_equal(
        project.load("runs")[WHAT_WAS_FOUND], swept.load("runs")[WHAT_WAS_FOUND]
    )


def test_the_stacked_path_gives_the_ledger_of_the_plain_one_within_the_noise(
    swept: Project, project: Project
) -> None:
    project.run(training={"stack": 4, "device": "cpu"})
    key = ["variant", "kept", "run"]
    stacked = project.load("runs").set_index(key)
    plain = swept.load("runs").set_index(key).loc[stacked.index]
    assert (stacked["steps"] == plain["steps"]).all()
    assert (stacked["subset_hash"] == plain["subset_hash"]).all()
    assert (stacked["concurrency"] == 1).all()
    difference = (stacked["accuracy"] - plain["accuracy"]).abs()
    assert difference.median() < 0.01
    assert difference.max() < 0.1


def test_more_runs_and_fewer_variants_change_no_run_that_was_there(
    swept: Project, project: Project
) -> None:
    project.run(sweep={"runs": 3, "variants": ["furthest_k500", "random"]})
    more = project.load("runs")
    assert len(more) == 2 * 2 * 3
    before = swept.load("runs")[WHAT_WAS_FOUND]
    shared = more.loc[more["run"] < 2, WHAT_WAS_FOUND].merge(before, how="left", indicator=True)
    assert (shared["_merge"] == "both").all()


def test_a_sweep_does_not_read_the_newer_files_of_another(project: Project) -> None:
    project.run(sweep={"variants": ["random"]})
    ours = next(project.root.glob("subsets/random.parquet/*/random.parquet"))
    stranger = ours.parents[1] / "2999-01-01T00.00.00.000Z" / ours.name
    stranger.parent.mkdir()
    table = pd.read_parquet(ours)
    table.iloc[:1].to_parquet(stranger)

    version = project.run(sweep={"variants": ["random"]})

    runs = pd.read_parquet(project.root / "runs.parquet" / version / "runs.parquet")
    assert len(runs) == len(table)


def test_a_failed_run_is_reported_and_the_command_ends_with_an_error(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write(
        "tiny/parameters/variants/exploding.yml",
        {
            "exploding": {
                "description": "A recipe whose loss is no number",
                "selector": {"method": "random"},
                "recipe": "exploding",
                "budgets": [100],
            }
        },
    )
    recipes = {
        "lenet5": {"epochs": 1},
        "exploding": {
            "model": "lenet5",
            "optimizer": {"name": "adam", "learning_rate": 1e38},
            "batch_size": 10,
            "epochs": 1,
        },
    }
    project.write("tiny/parameters/training.yml", {"recipes": recipes})
    with pytest.raises(ClickException, match=r"2 of 6 runs failed.*\n.*exploding at 100, run 0"):
        project.run(sweep={"variants": ["exploding", "random"]})
    assert "0 of 2" in capsys.readouterr().out  # the table is printed all the same
    summary = project.load("summary").set_index("variant")
    assert summary.loc["exploding", "failed"] == 2
    assert np.isnan(summary.loc["exploding", "accuracy_median"])
    assert (summary.loc["random", "failed"] == 0).all()


def test_a_small_training_split_is_drawn_by_seed_and_traced_to_the_file(project: Project) -> None:
    for _ in range(2):
        project.run(dataset={"train_samples": 300}, sweep={"variants": ["random"]})
    versions = sorted(project.root.glob("image_set.json/*/image_set.json"))
    first, second = (json.loads(Path(version).read_text()) for version in versions)
    assert first == second
    images = images_of(project.load("image_set"))
    assert len(images.train) == 300
    assert len(set(images.train.rows)) == 300
    assert images.train.rows.max() > 300
