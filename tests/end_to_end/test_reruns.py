"""What was finished is never trained again."""

import os
import signal
import subprocess
import sys
import time

import pandas as pd

from leanset.progress import RunFinished, listening
from tests.end_to_end.project import Project

WHAT_WAS_FOUND = ["variant", "kept", "run", "accuracy", "loss", "run_key", "seconds_train"]


def run(project: Project, **runtime_params: object) -> list[RunFinished]:
    events: list[RunFinished] = []
    with listening(events.append):
        project.run(**runtime_params)
    return events


def trained(events: list[RunFinished]) -> int:
    return sum(not event.from_record for event in events)


def test_a_second_sweep_trains_only_what_is_new_and_reports_the_same(project: Project) -> None:
    few = {"variants": ["random", "rs2"]}
    assert trained(run(project, sweep=few)) == 8
    before = project.load("runs")[WHAT_WAS_FOUND]

    again = run(project, sweep=few)
    assert (len(again), trained(again)) == (8, 0)
    pd.testing.assert_frame_equal(project.load("runs")[WHAT_WAS_FOUND], before)

    assert trained(run(project, sweep=few | {"runs": 3})) == 4


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
