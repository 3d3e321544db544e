"""Locks between processes, and the runs that two sweeps on one folder share."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from leanset import records as module
from leanset.images import ImageSet, Split
from leanset.records import RunRecords, results_of
from leanset.store import Key, Store
from leanset.store.locks import Locks
from leanset.training import EpochRecord, Job, Recipe, RunResult, TrainingSettings

KEY = Key.of("score", method="el2n")
TRAINING = TrainingSettings(device="cpu", workers=1, keep_models="none")
RECIPE = Recipe.model_validate({
    "model": "lenet5", "optimizer": {"name": "adam", "learning_rate": 0.001},
    "batch_size": 4, "epochs": 1,
})  # fmt: skip

HOLDER = """
import sys, time
from pathlib import Path
from leanset.store import Key
from leanset.store.locks import Locks

with Locks(Path(sys.argv[1])).hold(Key.of("score", method="el2n")):
    print("held", flush=True)
    time.sleep(600)
"""

SWEEP = """
import sys, time
from pathlib import Path
from leanset import records
from tests.store import test_locks as here

def trains(images, jobs, settings):
    for job in jobs:
        print("trains", job.key[0], flush=True)
        time.sleep(0.1)
        yield here.result(job)

records.train_runs = trains
print("ready", flush=True)
sys.stdin.readline()
for result, from_record in here.results(Path(sys.argv[1])):
    print("record" if from_record else "result", result.key[0], flush=True)
"""


@contextmanager
def child(script: str, folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """A process that has said its first word; it is killed at the end."""
    command = [sys.executable, "-c", script, str(folder)]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as process:
        try:
            said(process)
            yield process
        finally:
            process.kill()


def said(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def tell(process: "subprocess.Popen[str]", word: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{word}\n")
    process.stdin.flush()


def test_a_lock_that_is_held_cannot_be_claimed_but_any_other_can(tmp_path: Path) -> None:
    mine, yours = Locks(tmp_path), Locks(tmp_path)
    with mine.hold(KEY):
        assert yours.claim(KEY) is None
        for other in (Key("score", "other"), Key("log", KEY.digest)):
            claimed = yours.claim(other)
            assert claimed is not None
            claimed.release()
    free = yours.claim(KEY)
    assert free is not None
    free.release()


def test_a_lock_is_let_go_of_when_the_work_fails(tmp_path: Path) -> None:
    locks = Locks(tmp_path)

    def work() -> None:
        with locks.hold(KEY):
            raise RuntimeError("no memory")

    with pytest.raises(RuntimeError, match="no memory"):
        work()
    claimed = locks.claim(KEY)
    assert claimed is not None
    claimed.release()


def test_the_kill_of_its_holder_frees_a_lock(tmp_path: Path) -> None:
    locks = Locks(tmp_path)
    with child(HOLDER, tmp_path) as process:
        assert locks.claim(KEY) is None
        killing = threading.Timer(0.3, process.kill)
        killing.start()
        # this waits, and would wait for ever if the lock outlived its process
        with locks.hold(KEY):
            assert process.wait(timeout=60) == -signal.SIGKILL
        killing.join()


def test_of_many_threads_only_one_is_inside_at_a_time(tmp_path: Path) -> None:
    locks = Locks(tmp_path)
    inside: list[int] = []
    most: list[int] = []

    def work(number: int) -> None:
        for _ in range(5):
            with locks.hold(KEY):
                inside.append(number)
                most.append(len(inside))
                inside.remove(number)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert most == [1] * 20


def job(name: str) -> Job:
    return Job(name * 32, np.arange(2), RECIPE, 1)


def result(job: Job) -> RunResult:
    return RunResult(
        key=job.key, failure=None, device="cpu", threads=1, concurrency=1,
        predicted=np.array([0, 1]), loss=0.5, steps=1, samples_seen=2, unique_samples=2,
        seconds_train=0.1, seconds_evaluate=0.1, history=(EpochRecord(1, 0.5, 0.5),),
    )  # fmt: skip


def results(folder: Path, names: str = "abcdef") -> Iterator[tuple[RunResult, bool]]:
    """What a sweep gets of six runs."""
    jobs = [job(name) for name in names]
    return results_of(jobs, images(), RunRecords(Store(folder)), TRAINING)


def images() -> ImageSet:
    split = Split.whole(np.zeros((2, 1, 8, 8), dtype=np.uint8), np.array([0, 1]))
    return ImageSet("two", ("a", "b"), split, split)


def test_two_sweeps_at_once_train_each_run_once_and_both_get_all(tmp_path: Path) -> None:
    with child(SWEEP, tmp_path) as one, child(SWEEP, tmp_path) as other:
        tell(one, "go")
        tell(other, "go")
        heard = [process.communicate(timeout=60)[0].splitlines() for process in (one, other)]
        assert [one.returncode, other.returncode] == [0, 0]
    trained = [line for lines in heard for line in lines if line.startswith("trains")]
    assert sorted(trained) == [f"trains {name}" for name in "abcdef"]
    for lines in heard:
        got = [line.split()[1] for line in lines if not line.startswith("trains")]
        assert sorted(got) == list("abcdef")
        own = [line.replace("trains", "result") for line in lines if line.startswith("trains")]
        assert [line for line in lines if line.startswith("result")] == own


def test_a_sweep_goes_on_with_what_a_killed_one_had_claimed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with child(SWEEP, tmp_path) as killed:
        tell(killed, "go")
        # the first was kept before the second began
        assert [said(killed) for _ in range(3)] == ["trains a", "result a", "trains b"]
    trained: list[str] = []

    def trains(_: ImageSet, jobs: Sequence[Job], __: TrainingSettings) -> Iterator[RunResult]:
        for wanted in jobs:
            trained.append(wanted.key[0])
            yield result(wanted)

    monkeypatch.setattr(module, "train_runs", trains)
    got = {done.key[0]: from_record for done, from_record in results(tmp_path)}
    assert sorted(got) == list("abcdef")
    assert trained == list("bcdef")
    assert got["a"]


def test_a_run_that_failed_elsewhere_is_tried_by_whoever_waited_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_work, go_on = threading.Event(), threading.Event()
    attempts: list[int] = []

    def trains(_: ImageSet, jobs: Sequence[Job], __: TrainingSettings) -> Iterator[RunResult]:
        for wanted in jobs:
            attempts.append(threading.get_ident())
            if len(attempts) == 1:
                at_work.set()
                assert go_on.wait(60)
                raise RuntimeError("the first sweep ends here")
            yield result(wanted)

    monkeypatch.setattr(module, "train_runs", trains)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(lambda: list(results(tmp_path, "a")))
        assert at_work.wait(60)
        second = pool.submit(lambda: list(results(tmp_path, "a")))
        go_on.set()
        with pytest.raises(RuntimeError, match="the first sweep ends here"):
            first.result(timeout=60)
        ((done, from_record),) = second.result(timeout=60)
    assert (done.key[0], from_record, len(attempts)) == ("a", False, 2)
