"""Run records: a finished training is done only once."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from leanset import records as module
from leanset.images import ImageSet, Split
from leanset.records import RunRecords, results_of
from leanset.store import Store
from leanset.training import EpochRecord, Job, Recipe, RunResult, TrainingSettings

RECIPE = Recipe.model_validate({
    "model": "lenet5", "optimizer": {"name": "adam", "learning_rate": 0.001},
    "batch_size": 4, "epochs": 2,
})  # fmt: skip
JOB = Job("a" * 32, np.arange(3), RECIPE, 1)
RESULT = RunResult(
    key=JOB.key, failure=None, device="cpu", threads=1, concurrency=2,
    predicted=np.array([0, 255, 3, 9]), loss=0.25, steps=2, samples_seen=6, unique_samples=3,
    seconds_train=1.5, seconds_evaluate=0.5,
    history=(EpochRecord(1, 1 / 3, 0.5), EpochRecord(2, 0.1, 2 / 3)),
)  # fmt: skip
WEIGHTS = {"layer.weight": np.array([[0.5, -1.5]], dtype=np.float32)}


@pytest.fixture
def records(tmp_path: Path) -> RunRecords:
    return RunRecords(Store(tmp_path))


def test_what_was_kept_is_found_again_to_the_last_bit(records: RunRecords) -> None:
    records.keep(RESULT)
    found = records.find(JOB)
    assert found is not None
    assert found.predicted.tolist() == RESULT.predicted.tolist()
    assert found.predicted.dtype == np.int64
    nothing = np.empty(0)
    assert replace(found, predicted=nothing) == replace(RESULT, predicted=nothing)


def test_a_job_that_was_never_done_is_not_found(records: RunRecords) -> None:
    records.keep(RESULT)
    assert records.find(replace(JOB, key="b" * 32)) is None


def test_more_than_256_classes_are_kept_as_well(records: RunRecords) -> None:
    records.keep(replace(RESULT, predicted=np.array([70_000, 0, 256])))
    found = records.find(JOB)
    assert found is not None
    assert found.predicted.tolist() == [70_000, 0, 256]


def test_a_failed_run_is_not_kept(records: RunRecords) -> None:
    with pytest.raises(ValueError, match=r"failed \(out of memory\) and cannot be kept"):
        records.keep(replace(RESULT, failure="out of memory"))
    assert records.find(JOB) is None


def test_a_job_that_asks_for_weights_is_found_only_with_them(records: RunRecords) -> None:
    asks = replace(JOB, keep_state=True)
    records.keep(RESULT)
    assert records.find(asks) is None
    records.keep(replace(RESULT, state=WEIGHTS))
    found = records.find(asks)
    assert found is not None
    assert found.state is not None
    assert found.state["layer.weight"].tolist() == [[0.5, -1.5]]
    assert records.model(JOB.key)["layer.weight"].tolist() == [[0.5, -1.5]]


def test_of_two_writers_the_first_wins(records: RunRecords) -> None:
    records.keep(RESULT)
    records.keep(replace(RESULT, seconds_train=99.0))
    found = records.find(JOB)
    assert found is not None
    assert found.seconds_train == 1.5


def test_a_damaged_record_is_as_good_as_none(records: RunRecords, tmp_path: Path) -> None:
    records.keep(RESULT)
    file = tmp_path / "run" / JOB.key / "predicted.npy"
    file.write_bytes(file.read_bytes()[:-1] + b"\7")
    assert records.find(JOB) is None
    records.keep(RESULT)
    assert records.find(JOB) is not None


# --- results, recorded or new

SETTINGS = TrainingSettings(device="cpu", workers=1, keep_models="none")
SPLIT = Split.whole(np.zeros((4, 1, 2, 2), dtype=np.uint8), np.array([0, 1, 0, 1]))
IMAGES = ImageSet("toy", ("a", "b"), SPLIT, SPLIT)
A, B, C = (replace(JOB, key=key * 32) for key in "abc")


class Engine:
    """Stands for the engine: notes what it is asked for, and trains one job at a time."""

    def __init__(self) -> None:
        self.failing: dict[str, str] = {}
        self.begun: list[str] = []

    def __call__(
        self, images: ImageSet, jobs: Sequence[Job], settings: TrainingSettings
    ) -> Iterator[RunResult]:
        assert images is IMAGES
        assert settings is SETTINGS
        for job in jobs:
            self.begun.append(job.key)
            yield replace(
                RESULT,
                key=job.key,
                failure=self.failing.get(job.key),
                state=WEIGHTS if job.keep_state else None,
            )


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    ours = Engine()
    monkeypatch.setattr(module, "train_runs", ours)
    return ours


def test_a_recorded_run_is_handed_out_before_the_others_are_trained(
    records: RunRecords, engine: Engine
) -> None:
    records.keep(replace(RESULT, key=B.key))
    results = results_of([A, B, C], IMAGES, records, SETTINGS)
    result, was_recorded = next(results)
    assert (result.key, was_recorded) == (B.key, True)
    assert engine.begun == []
    assert [(result.key, was_recorded) for result, was_recorded in results] == [
        (A.key, False),
        (C.key, False),
    ]
    assert engine.begun == [A.key, C.key]


def test_a_new_run_is_kept_before_the_next_one_is_trained(
    records: RunRecords, engine: Engine
) -> None:
    results = results_of([A, B], IMAGES, records, SETTINGS)
    next(results)
    assert engine.begun == [A.key]
    results.close()  # whoever reads was interrupted
    assert records.find(A) is not None
    assert records.find(B) is None


def test_a_run_is_trained_once_however_often_it_is_asked_for(
    records: RunRecords, engine: Engine
) -> None:
    for recorded in (False, True, True):
        found = list(results_of([A, B], IMAGES, records, SETTINGS))
        assert [(result.key, known) for result, known in found] == [
            (A.key, recorded),
            (B.key, recorded),
        ]
    assert engine.begun == [A.key, B.key]


def test_a_failed_run_is_handed_out_but_not_kept_and_tried_again(
    records: RunRecords, engine: Engine
) -> None:
    engine.failing = {A.key: "out of memory"}
    first = list(results_of([A, B], IMAGES, records, SETTINGS))
    assert [(result.failure, known) for result, known in first] == [
        ("out of memory", False),
        (None, False),
    ]
    assert records.find(A) is None
    engine.failing = {}
    again = list(results_of([A, B], IMAGES, records, SETTINGS))
    assert [(result.key, result.failure, known) for result, known in again] == [
        (B.key, None, True),
        (A.key, None, False),
    ]


def test_a_run_recorded_without_the_weights_one_asks_for_is_trained_again(
    records: RunRecords, engine: Engine
) -> None:
    list(results_of([A], IMAGES, records, SETTINGS))
    asks = replace(A, keep_state=True)
    ((result, known),) = results_of([asks], IMAGES, records, SETTINGS)
    assert not known
    assert result.state is not None
    assert engine.begun == [A.key, A.key]
    ((again, known),) = results_of([asks], IMAGES, records, SETTINGS)
    assert known
    assert again.state is not None
    assert again.state["layer.weight"].tolist() == [[0.5, -1.5]]


def test_no_jobs_have_no_results(records: RunRecords, engine: Engine) -> None:
    assert list(results_of([], IMAGES, records, SETTINGS)) == []
    assert engine.begun == []
