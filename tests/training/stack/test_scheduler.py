"""All jobs, of whatever kind, through stacks that fit."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch

from leanset.errors import LeansetError
from leanset.training import Job, RunResult, outcome
from leanset.training.prepared import PreparedImages
from leanset.training.stack.feed import Feeds
from leanset.training.stack.lanes import Stack
from leanset.training.stack.scheduler import train_stacked

from .plain import ADAM, CPU, assert_agree, job, plainly, stacked

FULL = "CUDA out of memory. Tried to allocate 20.00 GiB"


def five() -> list[Job]:
    return [job(f"{n}", n, seed=n) for n in (40, 30, 24, 16, 8)]


def test_no_jobs_have_no_results(small: PreparedImages) -> None:
    assert stacked(small) == {}


def test_jobs_of_several_kinds_all_lead_where_the_plain_path_leads(
    small_double: PreparedImages,
) -> None:
    jobs = [
        job("adam"),
        job("sgd", optimizer={"name": "sgd", "learning_rate": 0.1}),
        job("larger batches", batch_size=12),
        job("another rate", optimizer=ADAM | {"learning_rate": 0.02}),
        job("smoothed", label_smoothing=0.2),
    ]
    results = stacked(small_double, *jobs)
    for the_job in jobs:
        assert_agree(results[the_job.key], plainly(small_double, the_job), 1e-9)


def test_a_width_nobody_asked_for_is_planned(small_double: PreparedImages) -> None:
    results = stacked(small_double, *five(), width="auto")
    for the_job in five():
        assert_agree(results[the_job.key], plainly(small_double, the_job), 1e-9)


def test_every_capture_is_told(small: PreparedImages) -> None:
    told: list[float] = []
    jobs = [job(f"{n}", n) for n in (40, 8, 8)]
    assert len(list(train_stacked(lambda _: small, jobs, CPU, 3, told.append))) == 3
    assert told == [0.0, 0.0]  # one for each width; calling a step takes no capture


def test_results_come_as_they_are_ready(small: PreparedImages) -> None:
    results = train_stacked(lambda _: small, five(), CPU, 5)
    assert next(iter(results)).key == "8"


# --- memory


@pytest.fixture
def room(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """A device with room for so many lanes; the widths of the stacks that were tried on it."""
    tried: list[int] = []
    lanes, where = request.param

    def too_wide(width: int) -> None:
        if width > lanes:
            raise torch.OutOfMemoryError(FULL)

    feeds, step = Feeds.__init__, Stack.step

    def allocate(self: Feeds, kind: Any, width: int, capacity: int, device: Any) -> None:
        tried.append(width)
        if where == "feed":
            too_wide(width)
        feeds(self, kind, width, capacity, device)

    def train(self: Stack) -> None:
        # not in the first step, so that there is something to begin again
        if where == "step" and self.losses.any():
            too_wide(self.width)
        step(self)

    monkeypatch.setattr(Feeds, "__init__", allocate)
    monkeypatch.setattr(Stack, "step", train)
    return tried


@pytest.mark.parametrize("room", [(2, "feed"), (2, "step")], indirect=True, ids=["feed", "step"])
def test_a_stack_that_does_not_fit_is_split_until_it_does(
    small_double: PreparedImages, room: list[int]
) -> None:
    results = stacked(small_double, *five())
    assert room[:2] == [5, 2]
    assert max(room[1:]) == 2
    for the_job in five():
        assert_agree(results[the_job.key], plainly(small_double, the_job), 1e-9)


@pytest.mark.parametrize("room", [(0, "feed"), (0, "step")], indirect=True, ids=["feed", "step"])
def test_a_job_that_does_not_fit_alone_fails_with_its_reason(
    small: PreparedImages, room: list[int]
) -> None:
    results = stacked(small, *five(), width=4)
    assert room == [4, 2, 1, 1, 1, 1, 1]
    assert {result.failure for result in results.values()} == {f"OutOfMemoryError: {FULL}"}


def test_only_the_job_for_which_there_is_no_room_fails(
    small_double: PreparedImages, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluate = outcome.evaluate
    evaluations = []

    def full_the_second_time(*arguments: Any) -> Any:
        evaluations.append(arguments)
        if len(evaluations) == 2:
            raise torch.OutOfMemoryError(FULL)
        return evaluate(*arguments)

    monkeypatch.setattr(outcome, "evaluate", full_the_second_time)
    results = stacked(small_double, *five(), width=1)
    assert results.pop("30").failure == f"OutOfMemoryError: {FULL}"
    for the_job in five():
        if the_job.key in results:
            assert_agree(results[the_job.key], plainly(small_double, the_job), 1e-9)


def test_what_was_finished_before_memory_ran_out_is_not_done_again(
    small: PreparedImages, monkeypatch: pytest.MonkeyPatch
) -> None:
    step, steps = Stack.step, []

    def full_once(self: Stack) -> None:
        steps.append(self.width)
        if len(steps) == 4:
            raise torch.OutOfMemoryError(FULL)
        step(self)

    monkeypatch.setattr(Stack, "step", full_once)
    results: list[RunResult] = []
    for result in train_stacked(lambda _: small, five(), CPU, 5):
        results.append(result)
    # the shortest had ended after two steps
    assert results[0].key == "8"
    assert sorted(result.key for result in results) == sorted(j.key for j in five())
    assert all(result.failure is None for result in results)


# --- failures of all


def test_what_no_job_of_a_kind_can_do_without_fails_them_all_and_the_other_kinds_go_on(
    small_double: PreparedImages,
) -> None:
    # lenet5 needs more than 8×8 pixels
    good, bad = job("good"), [job(f"bad {n}", n + 3, model="lenet5") for n in range(2)]
    results = stacked(small_double, *bad, good)
    for the_job in bad:
        failure = results[the_job.key].failure
        assert failure is not None
        assert failure.startswith("LeansetError")
        assert "LeNet5 needs images of at least 16×16" in failure
    assert_agree(results["good"], plainly(small_double, good), 1e-9)


def test_images_that_cannot_be_had_fail_their_jobs(small: PreparedImages) -> None:
    def images_of(model: str) -> PreparedImages:
        if model == "mlp":
            raise LeansetError("no images.", where="images", remedy="Look for them.")
        return small

    (result,) = train_stacked(images_of, [job()], torch.device("cuda"), 2)
    assert result.failure is not None
    assert "no images." in result.failure
    assert result.device == "cuda"


def test_an_error_of_the_device_fails_what_is_unfinished_only(
    small: PreparedImages, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = Stack.step

    def broken(self: Stack) -> None:
        if int(self.moving[-3].min()) == 2:
            raise RuntimeError("CUDA error: unspecified launch failure")
        step(self)

    monkeypatch.setattr(Stack, "step", broken)
    results = stacked(small, *five())
    failures = {key: result.failure for key, result in results.items()}
    assert failures.pop("8") is None
    assert set(failures.values()) == {"RuntimeError: CUDA error: unspecified launch failure"}
