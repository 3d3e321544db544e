"""The step of a stack, and that it is the plain path's, lane by lane."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from leanset.models import build_model
from leanset.seeds import torch_generator
from leanset.training import Fresh, Job, Weighted
from leanset.training.job import DivergedError
from leanset.training.prepared import PreparedImages
from leanset.training.stack.feed import Course, draw_feed
from leanset.training.stack.kind import Kind
from leanset.training.stack.lanes import Stack

from .plain import ADAM, assert_agree, job, plainly, stacked

SGD = {"name": "sgd", "learning_rate": 0.05}
NESTEROV = SGD | {"momentum": 0.9, "nesterov": True, "weight_decay": 5e-3}
ADAMW = {"name": "adamw", "learning_rate": 0.01, "weight_decay": 0.05}

STRETCHED: dict[str, Any] = {"schedule": {"name": "one_cycle"}, "label_smoothing": 0.1}
AUGMENTED: dict[str, Any] = {"augmentation": {"flip": True, "crop_padding": 2, "cutout": 3}}


def weights(samples: int) -> Any:
    return np.linspace(0.2, 1.8, samples, dtype=np.float32)


def three(**changes: Any) -> list[Job]:
    """Lanes of ten steps and fewer, with ragged last batches of 6, 3 and 2 samples."""
    some_twice = [5, 5, 700, 9, 8, 7, 6, 5, 4, 3] + [0] * 8
    return [
        job("ten steps", range(38), seed=1, **changes),
        job("eight steps", range(100, 127), seed=2, **changes),
        job("three steps", some_twice, seed=3, **changes | {"epochs": 1}),
    ]


def weighted(jobs: Sequence[Job]) -> list[Job]:
    return [replace(the_job, loss_weights=weights(len(the_job.indices))) for the_job in jobs]


def check(images: PreparedImages, jobs: Sequence[Job], tolerance: float = 1e-9) -> None:
    results = stacked(images, *jobs)
    for the_job in jobs:
        assert_agree(results[the_job.key], plainly(images, the_job), tolerance)


# --- it is the plain path, in double precision


@pytest.mark.parametrize(
    "optimizer",
    [SGD, SGD | {"momentum": 0.9}, NESTEROV, ADAM, ADAMW],
    ids=["sgd", "momentum", "nesterov", "adam", "adamw"],
)
@pytest.mark.parametrize("model", ["lenet5", "mlp", "resnet9"])
@pytest.mark.usefixtures("small_resnet")
def test_ten_steps_with_ragged_batches_lead_where_the_plain_path_leads(
    model: str,
    optimizer: dict[str, Any],
    sixteen_double: PreparedImages,
    small_double: PreparedImages,
) -> None:
    images = sixteen_double if model == "lenet5" else small_double
    check(images, three(model=model, optimizer=optimizer))


def test_so_do_the_first_steps_of_the_whole_resnet9(small_double: PreparedImages) -> None:
    recipe = {"model": "resnet9", "batch_size": 4, "epochs": 1, "optimizer": NESTEROV}
    check(small_double, [job("two", 6, seed=1, **recipe), job("one", [8, 9, 9], seed=2, **recipe)])


def test_so_they_do_with_everything_else_that_a_recipe_can_ask_for(
    sixteen_double: PreparedImages,
) -> None:
    jobs = weighted(three(model="lenet5", optimizer=ADAMW, **STRETCHED, **AUGMENTED))
    check(sixteen_double, jobs)


@pytest.mark.parametrize(
    "changes", [STRETCHED, AUGMENTED, {"schedule": {"name": "cosine", "warmup": 0.3}}], ids=str
)
def test_so_they_do_with_each_of_it(small_double: PreparedImages, changes: dict[str, Any]) -> None:
    check(small_double, three(**changes))


def test_so_they_do_with_loss_weights(small_double: PreparedImages) -> None:
    check(small_double, weighted(three()))


def test_so_they_do_with_equal_steps_and_other_orders(small_double: PreparedImages) -> None:
    few = replace(
        small_double,
        train_images=small_double.train_images[:77],
        train_labels=small_double.train_labels[:77],
    )
    equal = {"epochs": 1, "compute": "equal_steps"}
    jobs = [
        job("all", 77, **equal),
        job("few", 11, seed=2, **equal),
        job("fresh", 60, seed=3, order=Fresh(13), **equal),
        job("drawn", 20, seed=4, order=Weighted(weights(20), draws=30), epochs=2),
    ]
    check(few, jobs)


@pytest.mark.parametrize("optimizer", [SGD, ADAM | {"learning_rate": 1e-3}], ids=["sgd", "adam"])
def test_in_single_precision_the_answers_agree(
    sixteen: PreparedImages, optimizer: dict[str, Any]
) -> None:
    # not the weights: the gradient of a bias before a batch norm is rounding, which Adam magnifies
    jobs = three(model="lenet5", optimizer=optimizer)
    results = stacked(sixteen, *jobs)
    for the_job in jobs:
        plain, result = plainly(sixteen, the_job), results[the_job.key]
        assert result.state is not None
        assert {value.dtype for value in result.state.values()} == {np.dtype("f4"), np.dtype("i8")}
        assert result.loss == pytest.approx(plain.loss, rel=1e-3)
        assert (result.predicted == plain.predicted).mean() > 0.95


# --- lanes do not meet


def bits(state: Any) -> dict[str, bytes]:
    return {name: value.tobytes() for name, value in state.items()}


def test_two_lanes_with_the_same_seed_are_the_same_bit_for_bit(sixteen: PreparedImages) -> None:
    seeds = {"0": 0, "1": 5, "2": 2, "3": 5, "4": 4}
    jobs = [job(key, 30, seed=seed, model="lenet5") for key, seed in seeds.items()]
    results = stacked(sixteen, *jobs)
    assert bits(results["1"].state) == bits(results["3"].state)
    assert results["1"].history == results["3"].history
    assert results["1"].loss == results["3"].loss
    assert len({result.loss for result in results.values()}) == 4


def test_another_seed_in_one_lane_changes_that_lane_only(sixteen: PreparedImages) -> None:
    jobs = three(model="lenet5")
    before = stacked(sixteen, *jobs)
    jobs[1] = replace(jobs[1], training_seed=99)
    after = stacked(sixteen, *jobs)
    for key in ("ten steps", "three steps"):
        assert bits(before[key].state) == bits(after[key].state)
        assert before[key].history == after[key].history
    assert before["eight steps"].loss != after["eight steps"].loss


# --- the stack itself


def new_stack(images: PreparedImages, the_job: Job, width: int = 3) -> Stack:
    pattern = build_model(the_job.recipe.model, images.shape, images.classes, torch.Generator())
    return Stack(pattern, images, Kind.of(the_job), width=width, capacity=10)


def start(stack: Stack, lane: int, images: PreparedImages, the_job: Job) -> Course:
    generator = torch_generator(the_job.training_seed)
    model = build_model(the_job.recipe.model, images.shape, images.classes, generator)
    feed = draw_feed(the_job, images, generator)
    stack.put(lane, model, feed)
    return feed.course


@pytest.mark.parametrize("optimizer", [NESTEROV, ADAMW], ids=["nesterov", "adamw"])
def test_idle_lanes_stay_as_they_are_and_make_no_nan(
    sixteen: PreparedImages, optimizer: dict[str, Any]
) -> None:
    the_job = job(model="lenet5", optimizer=optimizer)
    stack = new_stack(sixteen, the_job)
    course = start(stack, 1, sixteen, the_job)
    for _ in range(course.steps):
        stack.step()
    before = [row[1].clone() for row in stack.rows]
    for _ in range(3):
        stack.step()
    parameters, statistics = stack.moving[:2]
    assert torch.equal(parameters[1], before[0])
    assert torch.equal(statistics[1], before[1])
    for row in stack.rows:
        assert row.double().isfinite().all()
    assert not parameters[0].any()
    assert not stack.losses[1, course.steps :].any()


def test_a_lane_sent_to_rest_learns_no_more(small: PreparedImages) -> None:
    stack = new_stack(small, job(), width=2)
    for lane in range(2):
        start(stack, lane, small, job())
    stack.step()
    stack.rest(0)
    before = stack.moving[0].clone()
    stack.step()
    assert torch.equal(stack.moving[0][0], before[0])
    assert not torch.equal(stack.moving[0][1], before[1])


def test_a_network_comes_out_of_a_lane_as_it_went_in(sixteen: PreparedImages) -> None:
    the_job = job(model="lenet5")
    stack = new_stack(sixteen, the_job)
    start(stack, 2, sixteen, the_job)
    went_in = build_model("lenet5", sixteen.shape, 10, torch_generator(the_job.training_seed))
    came_out = build_model("lenet5", sixteen.shape, 10, torch_generator(0))
    stack.load(2, came_out, steps=4)
    for (name, value), expected in zip(
        came_out.state_dict().items(), went_in.state_dict().values(), strict=True
    ):
        if name.endswith("num_batches_tracked"):
            assert value == 4
        else:
            assert torch.equal(value, expected)


def test_history_is_of_the_epochs_that_have_ended(small: PreparedImages) -> None:
    stack = new_stack(small, job())
    course = start(stack, 0, small, job())
    for _ in range(5):
        stack.step()
    (first,) = stack.history(0, course, steps=5)
    expected = plainly(small, job()).history[0]
    assert (first.epoch, first.accuracy) == (1, expected.accuracy)
    assert first.loss == pytest.approx(expected.loss, rel=1e-6)


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_is_told_with_the_epoch(
    small: PreparedImages, loss: float
) -> None:
    stack = new_stack(small, job())
    course = start(stack, 0, small, job())
    stack.losses[0, 4] = loss
    assert len(stack.history(0, course, steps=3)) == 1
    with pytest.raises(DivergedError, match=f"the training loss is {loss} after epoch 2"):
        stack.history(0, course, steps=6)
