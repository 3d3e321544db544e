"""Runs that fail: the others go on, all is reported, the end says so, and a rerun tries them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from click import ClickException
from kedro.framework.project import pipelines
from kedro.io import AbstractVersionedDataset

from leanset.progress import RunFinished, listening
from tests.end_to_end.project import Project
from tests.optional import require

FEW = {"budgets": [20, 0.1], "runs": 2}
RUNS = 4
"""Of one variant."""


@pytest.fixture
def small(project: Project) -> Project:
    """One variant, and one worker to train it."""
    project.write("tiny/parameters/sweep.yml", {"sweep": {"variants": ["random"], **FEW}})
    project.write(
        "tiny/parameters/training.yml",
        {"recipes": {"lenet5": {"epochs": 1}}, "training": {"workers": 1, "keep_models": "all"}},
    )
    return project


def workers_of(process: int) -> set[int]:
    """The processes that train for a sweep."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    command = {child: Path(f"/proc/{child}/cmdline") for child in children}
    return {
        int(child)
        for child, line in command.items()
        if line.exists() and b"spawn_main" in line.read_bytes()
    }


def run_and_kill_one_run(project: Project, *arguments: str) -> tuple[int, str]:
    """Run the sweep so that its first run fails; the exit code and what was said.

    A run whose worker dies is tried once more. With one worker, one death for each run makes all
    of them be tried again one at a time, and the next death is the second of the first.
    """
    require(Path("/proc/self/cmdline").exists(), "a table of processes to find workers in")
    killed: set[int] = set()
    with (project.folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "kedro", "run", *arguments],
            cwd=project.folder,
            env=os.environ | {"KEDRO_ENV": "tiny"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        patience = time.monotonic() + 150
        while len(killed) < RUNS + 1:
            assert process.poll() is None, (project.folder / "log").read_text()
            assert time.monotonic() < patience
            for worker in workers_of(process.pid) - killed:
                os.kill(worker, signal.SIGKILL)
                killed.add(worker)
            time.sleep(0.02)
        code = process.wait(timeout=150)
    return code, (project.folder / "log").read_text()


def run(project: Project, **runtime_params: object) -> list[RunFinished]:
    events: list[RunFinished] = []
    with listening(events.append):
        project.run(**runtime_params)
    return events


def trained(events: list[RunFinished]) -> list[tuple[str, int]]:
    return [(event.budget, event.run) for event in events if not event.from_record]


# --- continue


def test_a_run_whose_worker_is_killed_twice_fails_alone_and_the_next_sweep_tries_it_alone(
    small: Project,
) -> None:
    code, said = run_and_kill_one_run(small)
    assert code != 0
    assert "Traceback" not in said
    runs = small.load("runs")
    (failed,) = runs[runs["status"] == "failed"].to_dict("records")
    assert failed["reason"] == "a worker process died"
    words = f"  random at {failed['budget']}, run {failed['run']}: a worker process died"
    assert "Error: 1 of 4 runs failed; the others are reported." in said
    assert words in said
    assert "Their rows are in the table runs, with status failed." in said
    assert len(small.load("models_random")) == RUNS - 1

    assert trained(run(small)) == [(failed["budget"], failed["run"])]
    assert (small.load("runs")["status"] == "ok").all()


EXPLODING = {
    "tiny/parameters/variants/exploding.yml": {
        "exploding": {
            "description": "A recipe whose loss is no number",
            "selector": {"method": "random"},
            "recipe": "exploding",
            "budgets": [100],
        }
    },
    "tiny/parameters/training.yml": {
        "recipes": {
            "lenet5": {"epochs": 1},
            "exploding": {
                "model": "lenet5",
                "optimizer": {"name": "adam", "learning_rate": 1e38},
                "batch_size": 10,
                "epochs": 1,
            },
        },
        "training": {"keep_models": "all"},
    },
    "tiny/parameters/sweep.yml": {
        "sweep": {"variants": ["exploding", "random"], "scores": ["el2n", "loss"], **FEW}
    },
}


@pytest.fixture
def exploding(project: Project) -> Project:
    """One variant of two whose every run fails; there are scores to be compared, too."""
    for file, content in EXPLODING.items():
        project.write(file, content)
    return project


def test_all_that_a_sweep_reports_is_saved_before_it_ends_with_its_failed_runs(
    exploding: Project,
) -> None:
    with exploding.session() as session:
        catalog = session.load_context().catalog
        outputs = pipelines["prune_sweep"].all_outputs()
        with pytest.raises(ClickException, match=r"2 of 6 runs failed"):
            session.run()
        version = str(session.session_id)
    versioned = {
        name: dataset
        for name in outputs
        if isinstance(dataset := catalog.get(name), AbstractVersionedDataset)
    }
    assert {"models_random", "models_exploding", "agreement_page", "runs", "costs"} <= set(
        versioned
    )
    missing = {
        name
        for name, dataset in versioned.items()
        if not Path(dataset._get_versioned_path(version)).exists()
    }
    assert missing == set()


# --- raise


def test_under_raise_a_variant_does_all_its_runs_and_saves_none_unless_all_are_well(
    small: Project,
) -> None:
    code, said = run_and_kill_one_run(small, "--params=sweep.on_failure=raise")
    assert code != 0
    assert "Traceback" not in said
    assert "Error: variant random: 1 of 4 runs failed, so nothing of it is saved." in said
    assert ": a worker process died" in said
    records = [path for path in small.folder.glob("store/run/*") if "." not in path.name]
    assert len(records) == RUNS - 1
    for folder in ("runs", "evaluations", "history", "models", "runs.parquet"):
        assert not (small.root / folder).exists()

    events = run(small, sweep={"on_failure": "raise"})
    assert len(events) == RUNS
    assert len(trained(events)) == 1
    assert (small.load("runs")["status"] == "ok").all()


def test_under_raise_every_failed_run_is_listed(exploding: Project) -> None:
    said = (
        r"^variant exploding: 2 of 2 runs failed, so nothing of it is saved\.\n"
        r"  exploding at 100, run 0: DivergedError: .*\n"
        r"  exploding at 100, run 1: DivergedError: .*\n"
        r"Mend the cause and run it again, or clear its task: the others are recorded, and only "
        r"these are trained\.$"
    )
    with pytest.raises(ClickException, match=said):
        exploding.run(sweep={"on_failure": "raise", "scores": []})


def test_what_follows_from_a_failure_changes_no_run(small: Project) -> None:
    run(small)
    before = small.load("runs")
    assert trained(run(small, sweep={"on_failure": "raise"})) == []
    pd.testing.assert_frame_equal(small.load("runs"), before)
