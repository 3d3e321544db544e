"""Run records: a finished training is done only once."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from leanset.records import RunRecords
from leanset.store import Store
from leanset.training import EpochRecord, Job, Recipe, RunResult

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
