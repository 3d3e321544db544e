"""Jobs through one stack: refilled, narrowed, recorded, failed one by one."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from leanset.training import Job
from leanset.training.log.recording import Recording
from leanset.training.prepared import PreparedImages
from leanset.training.stack import convoy
from leanset.training.stack.convoy import Convoy
from leanset.training.stack.kind import Kind
from leanset.training.stack.lanes import Stack

from .plain import ADAM, assert_agree, job, plainly, stacked

LENGTHS = [40, 9, 24, 3, 60, 17, 33]


def seven() -> list[Job]:
    """Of different subsets, seeds, and lengths from 2 to 16 steps."""
    return [
        job(f"{n}", range(10 * lane, 10 * lane + n), seed=lane) for lane, n in enumerate(LENGTHS)
    ]


@pytest.fixture
def widths(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The width of every stack that is built."""
    built: list[int] = []

    class Noted(Stack):
        def __init__(self, *arguments: object, width: int, capacity: int) -> None:
            built.append(width)
            super().__init__(*arguments, width=width, capacity=capacity)  # type: ignore[arg-type]

    monkeypatch.setattr(convoy, "Stack", Noted)
    return built


def led(images: PreparedImages, jobs: list[Job], width: int) -> Convoy:
    unfinished = dict(enumerate(jobs))
    return Convoy(images, Kind.of(jobs[0]), unfinished, width, lambda seconds: None)  # noqa: ARG005


@pytest.mark.parametrize("width", [1, 2, 3, 6, 7])
def test_jobs_that_follow_each_other_in_a_lane_lead_where_the_plain_path_leads(
    small_double: PreparedImages, width: int
) -> None:
    results = stacked(small_double, *seven(), width=width)
    for the_job in seven():
        assert_agree(results[the_job.key], plainly(small_double, the_job), 1e-9)


def test_so_they_do_with_batch_norm_and_its_statistics(sixteen_double: PreparedImages) -> None:
    jobs = [replace(the_job, recipe=job(model="lenet5").recipe) for the_job in seven()]
    results = stacked(sixteen_double, *jobs, width=3)
    for the_job in jobs:
        assert_agree(results[the_job.key], plainly(sixteen_double, the_job), 1e-9)


def test_the_longest_start_first_whatever_their_order(small: PreparedImages) -> None:
    first_done = [result.key for result in led(small, seven(), width=1).results()]
    assert first_done == ["60", "40", "33", "24", "17", "9", "3"]


def test_a_stack_narrows_when_nobody_waits_and_half_of_it_is_idle(
    small_double: PreparedImages, widths: list[int]
) -> None:
    jobs = [job(f"{n}", n, seed=n, epochs=1) for n in (80, 64, 48, 32, 16)]
    results = stacked(small_double, *jobs)
    assert widths == [5, 2, 1]
    for the_job in jobs:
        assert_agree(results[the_job.key], plainly(small_double, the_job), 1e-9)


def test_lanes_that_outlast_those_before_them_go_on_where_they_were(
    small_double: PreparedImages, widths: list[int]
) -> None:
    # the last lane is refilled after six steps and then has the longest way to go
    jobs = [job(f"{n}", n, seed=n, epochs=1) for n in (72, 64, 56, 48, 47)]
    results = stacked(small_double, *jobs, width=4)
    assert widths == [4, 2, 1]
    for the_job in jobs:
        assert_agree(results[the_job.key], plainly(small_double, the_job), 1e-9)


def test_a_stack_of_equal_lengths_never_narrows(small: PreparedImages, widths: list[int]) -> None:
    stacked(small, *(job(f"{seed}", seed=seed) for seed in range(6)), width=3)
    assert widths == [3]


def test_a_finished_job_is_no_longer_unfinished(small: PreparedImages) -> None:
    unfinished = dict(enumerate(seven()))
    leader = Convoy(small, Kind.of(seven()[0]), unfinished, 3, lambda seconds: None)  # noqa: ARG005
    for done, _ in enumerate(leader.results(), start=1):
        assert len(unfinished) == 7 - done


def test_lanes_share_the_time_of_the_steps_they_take_together(
    small: PreparedImages, monkeypatch: pytest.MonkeyPatch
) -> None:
    # 10 s a step: two steps of three lanes, then two of two, then four of one
    clock = [0.0]
    step = Stack.step

    def slow(stack: Stack) -> None:
        clock[0] += 10
        step(stack)

    monkeypatch.setattr(Stack, "step", slow)
    monkeypatch.setattr(convoy.time, "perf_counter", lambda: clock[0])
    jobs = [job(f"{n}", n, seed=n, epochs=1) for n in (16, 32, 64)]
    results = stacked(small, *jobs)
    seconds = {key: result.seconds_train for key, result in results.items()}
    assert seconds == pytest.approx({"16": 20 / 3, "32": 20 / 3 + 10, "64": 20 / 3 + 10 + 40})


def test_a_result_says_where_and_how_it_came_about(small: PreparedImages) -> None:
    result = stacked(small, job(keep_state=False))["job"]
    assert (result.device, result.concurrency) == ("cpu", 1)
    assert result.threads == torch.get_num_threads()
    assert result.steps == 6
    assert result.state is None
    assert result.seconds_train > 0
    assert result.seconds_evaluate > 0
    assert result.seconds_recording == 0


# --- recording


def test_a_recording_holds_what_the_plain_path_records(
    small_double: PreparedImages, tmp_path: Path
) -> None:
    shape = (3, 2, len(small_double.train_labels), 10)
    rows = []
    for name in ("stacked", "plain"):
        (tmp_path / name).mkdir()
        np.save(tmp_path / name / "logits.npy", np.zeros(shape, dtype=np.float16))
        rows.append([Recording(str(tmp_path / name), proxy) for proxy in range(3)])
    # epochs of three, five and two steps, and one lane that is not recorded among them
    jobs = [job(f"{n}", n, seed=n) for n in (20, 40, 10)]
    recorded = [replace(j, recording=r) for j, r in zip(jobs, rows[0], strict=True)]
    results = stacked(small_double, *recorded, job("unrecorded", 50), width=3)
    assert all(result.failure is None for result in results.values())
    for the_job, recording in zip(jobs, rows[1], strict=True):
        assert_agree(
            results[the_job.key], plainly(small_double, replace(the_job, recording=recording)), 1e-9
        )
        assert results[the_job.key].seconds_recording > 0
    ours, theirs = (np.load(tmp_path / name / "logits.npy") for name in ("stacked", "plain"))
    assert theirs.any(axis=(2, 3)).all()
    np.testing.assert_allclose(ours.astype(float), theirs.astype(float), atol=1e-3)
    assert results["unrecorded"].seconds_recording == 0


def test_before_the_training_each_job_is_recorded_as_the_plain_path_records_it(
    sixteen_double: PreparedImages, tmp_path: Path
) -> None:
    shape = (3, 2, len(sixteen_double.train_labels), 10)
    # with batch norm; two lanes for three jobs, so that one starts where another has ended
    jobs = [job(f"{n}", n, seed=n, model="lenet5") for n in (20, 40, 10)]
    for name in ("stacked", "plain"):
        (tmp_path / name).mkdir()
        np.save(tmp_path / name / "errors.npy", np.zeros(shape, dtype=np.float32))
    ours, theirs = (
        [
            replace(each, recording=Recording(str(tmp_path / name), proxy, features_at=(0, 2)))
            for proxy, each in enumerate(jobs)
        ]
        for name in ("stacked", "plain")
    )
    results = stacked(sixteen_double, *ours, width=2)
    for the_job in theirs:
        assert_agree(results[the_job.key], plainly(sixteen_double, the_job), 1e-9)
    recorded, expected = (np.load(tmp_path / name / "errors.npy") for name in ("stacked", "plain"))
    assert expected.any(axis=(2, 3)).all()
    np.testing.assert_allclose(recorded, expected, atol=1e-6)


class Broken(Recording):
    """A log whose disk fills up after the first epoch."""

    def write(self, epoch: int, *_: object) -> None:  # type: ignore[override]
        if epoch == 2:
            raise OSError("no space left")


def test_a_recording_that_fails_fails_its_job_only(small_double: PreparedImages) -> None:
    jobs = [job("recorded", 40, recording=Broken("", 0)), job("other", 60), job("next", 9)]
    results = stacked(small_double, *jobs, width=2)
    assert results["recorded"].failure == "OSError: no space left"
    for the_job in jobs[1:]:
        assert_agree(results[the_job.key], plainly(small_double, the_job), 1e-9)


class NeverStarted(Recording):
    """A log that cannot be written from the start."""

    def write(self, *_: object) -> None:
        raise OSError("read-only")


def test_a_recording_that_fails_before_the_training_fails_its_job_only(
    small_double: PreparedImages,
) -> None:
    unwritten = NeverStarted("", 0, features_at=(0,))
    jobs = [job("recorded", 40, recording=unwritten), job("other", 60), job("next", 9)]
    results = stacked(small_double, *jobs, width=2)
    assert results["recorded"].failure == "OSError: read-only"
    for the_job in jobs[1:]:
        assert_agree(results[the_job.key], plainly(small_double, the_job), 1e-9)


# --- failures of one job


LENET = {"model": "lenet5", "epochs": 3}


def diverging() -> Job:
    return job("diverging", 30, optimizer=ADAM | {"learning_rate": 1e200}, **LENET)


def failure_of_the_plain_path(images: PreparedImages, the_job: Job) -> str:
    with pytest.raises(ArithmeticError) as diverged:
        plainly(images, the_job)
    return f"{diverged.type.__name__}: {diverged.value}"


def test_a_diverging_job_fails_in_the_words_of_the_plain_path_and_the_others_go_on(
    sixteen_double: PreparedImages,
) -> None:
    others = [job("longer", 50, **LENET), job("shorter", 10, seed=3, **LENET)]
    results = stacked(sixteen_double, diverging(), *others, width=2)
    failure = results["diverging"].failure
    assert failure == failure_of_the_plain_path(sixteen_double, diverging())
    assert failure == "DivergedError: the training loss is nan after epoch 1"
    for the_job in others:
        assert_agree(results[the_job.key], plainly(sixteen_double, the_job), 1e-9)


def test_who_follows_a_diverged_job_in_its_lane_is_not_touched_by_it(
    sixteen_double: PreparedImages,
) -> None:
    after = job("after", 20, **LENET)
    results = stacked(sixteen_double, diverging(), after, width=1)
    assert results["diverging"].failure is not None
    assert_agree(results["after"], plainly(sixteen_double, after), 1e-9)


def test_a_diverged_job_is_not_recorded_any_further(
    sixteen_double: PreparedImages, tmp_path: Path
) -> None:
    np.save(tmp_path / "loss.npy", np.full((1, 3, 1100), -1, dtype=np.float32))
    recorded = replace(diverging(), recording=Recording(str(tmp_path), 0))
    assert "after epoch 1" in str(stacked(sixteen_double, recorded)["diverging"].failure)
    assert (np.load(tmp_path / "loss.npy") == -1).all()


@pytest.mark.parametrize("outside", [5000, -3, 2**40])
def test_a_sample_that_is_not_there_fails_its_job_only(
    small_double: PreparedImages, outside: int
) -> None:
    bad, good = job("bad", [1, 2, outside, 3]), job("good", 30)
    results = stacked(small_double, bad, good)
    expected = f"IndexError: index {outside} is out of bounds for dimension 0 with size 1100"
    assert results["bad"].failure == expected
    assert_agree(results["good"], plainly(small_double, good), 1e-9)


def test_jobs_that_all_fail_before_they_start_are_all_results(small: PreparedImages) -> None:
    results = stacked(small, *(job(f"{n}", [n]) for n in range(2000, 2005)), width=2)
    assert all("out of bounds" in str(result.failure) for result in results.values())
