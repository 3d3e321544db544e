"""What was finished is never trained again."""

import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from leanset.pipelines.pruning import drawing
from leanset.progress import RunFinished, listening
from tests.end_to_end.copies import copy_of, store_of
from tests.end_to_end.project import Project

WHAT_WAS_FOUND = ["variant", "kept", "run", "accuracy", "loss", "run_key", "seconds_train"]


def run(project: Project, **runtime_params: object) -> list[RunFinished]:
    events: list[RunFinished] = []
    with listening(events.append):
        project.run(**runtime_params)
    return events


def trained(events: list[RunFinished]) -> int:
    return sum(not event.from_record for event in events)


def refuse_to_select(*_: object) -> None:
    raise AssertionError("selected although the subset is known")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A swept project of eight runs, only to be copied."""
    project = Project.create(tmp_path_factory.mktemp("small") / "project")
    project.write(
        "tiny/parameters/sweep.yml",
        {"sweep": {"variants": ["random", "closest_k50"], "budgets": [20, 0.1], "runs": 2}},
    )
    assert trained(run(project)) == 8
    return project


@pytest.fixture
def again(small: Project, tmp_path: Path) -> Project:
    """The swept project, to be swept again."""
    return copy_of(small, tmp_path / "again")


def test_a_sweep_of_which_nothing_changed_selects_and_trains_nothing_and_says_so(
    again: Project, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    before = again.load("runs")[WHAT_WAS_FOUND]
    monkeypatch.setattr(drawing, "draw_subset", refuse_to_select)
    with caplog.at_level(logging.INFO):
        events = run(again)
    assert (len(events), trained(events)) == (8, 0)
    assert "nothing was trained: 8 runs were taken from their records." in caplog.text
    pd.testing.assert_frame_equal(again.load("runs")[WHAT_WAS_FOUND], before)
    assert len(list(again.root.glob("runs.parquet/*"))) == 2


def test_of_a_variant_whose_file_changed_all_is_trained_and_of_others_nothing(
    again: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = again.load("runs").set_index("variant")["accuracy"]
    selector = {"method": "clustered", "clustering": "pca50_k50", "keep": "furthest"}
    content = {"closest_k50": {"selector": selector}}
    again.write("tiny/parameters/variants/closest_k50.yml", content)
    events = run(again)
    assert [event.variant for event in events if not event.from_record] == ["closest_k50"] * 4
    after = again.load("runs").set_index("variant")["accuracy"]
    assert after["random"].tolist() == before["random"].tolist()
    assert after["closest_k50"].tolist() != before["closest_k50"].tolist()
    # what the file says but no result depends on
    content["closest_k50"]["description"] = "Far from the centre"
    again.write("tiny/parameters/variants/closest_k50.yml", content)
    monkeypatch.setattr(drawing, "draw_subset", refuse_to_select)
    assert trained(run(again)) == 0


def test_of_more_runs_only_those_are_trained(again: Project) -> None:
    events = run(again, sweep={"runs": 3})
    assert (len(events), trained(events)) == (12, 4)
    assert {event.run for event in events if not event.from_record} == {2}


def test_all_is_trained_again_where_that_is_asked_for_and_then_is_known(again: Project) -> None:
    found = WHAT_WAS_FOUND[:-1]
    before, old = again.load("runs")[found], identities(again)
    assert trained(run(again, rerun="all")) == 8
    pd.testing.assert_frame_equal(again.load("runs")[found], before)
    new = identities(again)
    assert new.keys() == old.keys()
    assert {name.split("/")[0] for name in new} == {
        "images", "embedding", "clustering", "subset", "run"
    }  # fmt: skip
    assert not set(new.values()) & set(old.values())
    assert trained(run(again)) == 0
    assert identities(again) == new


def identities(project: Project) -> dict[str, float]:
    """When each entry of the store was written."""
    store = store_of(project)
    return {
        str(manifest.parent.relative_to(store)): manifest.stat().st_mtime
        for manifest in store.glob("[!.]*/*/entry.json")
    }


def test_weights_asked_for_later_are_trained_for_and_then_kept(project: Project) -> None:
    one = {"variants": ["random"], "runs": 1}
    assert trained(run(project, sweep=one)) == 2
    assert trained(run(project, sweep=one, training={"keep_models": "all"})) == 2
    assert trained(run(project, sweep=one, training={"keep_models": "all"})) == 0
    assert len(project.load("models_random")) == 2


def test_ctrl_c_ends_a_sweep_in_a_few_words_and_keeps_its_finished_runs(project: Project) -> None:
    project.write("tiny/parameters/training.yml", {"recipes": {"lenet5": {"epochs": 40}}})
    project.write("tiny/parameters/sweep.yml", {"sweep": {"runs": 4, "variants": ["random"]}})
    with (project.folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "kedro", "run"],
            cwd=project.folder,
            env=os.environ | {"KEDRO_ENV": "tiny"},
            stdout=log,
            stderr=subprocess.STDOUT,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        records = project.folder / "store" / "run"
        patience = time.monotonic() + 120
        while not records.exists() or len(list(records.glob("[0-9a-f]*"))) < 2:
            assert time.monotonic() < patience
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) != 0
    said = (project.folder / "log").read_text()
    assert "of this variant are done and kept; the same command goes on from there." in said
    assert "Traceback" not in said

    events = run(project)
    assert len(events) == 8
    assert trained(events) <= 6
