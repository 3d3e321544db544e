from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Generator

from leanset.seeds import torch_generator
from leanset.training import Fresh, Weighted
from leanset.training.batches import epochs
from leanset.training.job import Job
from leanset.training.prepared import PreparedImages
from leanset.training.stack.feed import Feed, Feeds, draw_feed, views_of
from leanset.training.stack.kind import Kind

from .plain import CPU, job

AUGMENTED = {"augmentation": {"flip": True, "crop_padding": 2, "cutout": 3}}


def generator() -> Generator:
    return torch_generator(3)


def drawn(images: PreparedImages, the_job: Job) -> Feed:
    return draw_feed(the_job, images, generator())


def weights(samples: int) -> Any:
    return np.linspace(0.5, 1.5, samples, dtype=np.float32)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"samples": 21},
        {"samples": 3},
        {"loss_weights": weights(20)},
        {"compute": "equal_steps", "epochs": 1},
        {"order": Fresh(5)},
        {"order": Weighted(weights(20), draws=30)},
        AUGMENTED,
        AUGMENTED | {"loss_weights": weights(20), "samples": 20},
    ],
    ids=str,
)
def test_a_feed_is_every_batch_of_the_plain_path_in_order(
    small: PreparedImages, changes: dict[str, Any]
) -> None:
    the_job = job(**changes)
    feed = drawn(small, the_job)
    step = 0
    for epoch in epochs(the_job, small, generator()):
        for batch in epoch.split(8):
            now = {name: column[step] for name, column in feed.columns.items()}
            present = now["samples"] >= 0
            assert present.tolist() == [True] * len(batch) + [False] * (8 - len(batch))
            assert now["samples"][present].tolist() == batch.samples.tolist()
            if batch.weights is not None:
                assert torch.equal(now["weights"][present], batch.weights)
            if batch.views is not None:
                assert torch.equal(now["mirrored"][present], batch.views.mirrored)
                assert torch.equal(now["shift"][present].long(), batch.views.shift)
                assert torch.equal(now["hole"][present].long(), batch.views.hole)
            step += 1
    assert step == feed.course.steps == the_job.steps(len(small.train_labels))
    assert all(len(column) == step for column in feed.columns.values())


def test_rates_are_those_of_the_schedule(small: PreparedImages) -> None:
    cosine = job(schedule={"name": "cosine"}, optimizer={"name": "adam", "learning_rate": 0.4})
    expected = [0.2 * (1 + np.cos(np.pi * step / 6)) for step in range(6)]
    assert drawn(small, cosine).columns["rates"].tolist() == pytest.approx(expected)


def test_a_course_says_how_long_epochs_are_and_what_was_shown(small: PreparedImages) -> None:
    course = drawn(small, job(samples=[4, 4, 9] * 7)).course
    assert course.epochs == (21, 21)
    assert course.epoch_ends == (3, 6)
    assert course.unique_samples == 2


def test_the_last_epoch_of_equal_steps_ends_with_the_last_step(small: PreparedImages) -> None:
    # 1,100 samples in batches of 8 make 138 steps; epochs of 20 samples have three
    course = drawn(small, job(compute="equal_steps", epochs=1)).course
    assert course.steps == 138
    assert course.epoch_ends[-2:] == (135, 138)
    wide = drawn(small, job(samples=300, compute="equal_steps", epochs=1)).course
    assert wide.epoch_ends == (38, 76, 114, 138)
    assert wide.epochs == (300, 300, 300, 24 * 8)


@given(outside=st.sampled_from([-1, -5, 1100, 10**6, 2**33]), place=st.integers(0, 19))
def test_a_sample_that_is_not_there_is_refused(
    small: PreparedImages, outside: int, place: int
) -> None:
    samples = np.arange(20)
    samples[place] = outside
    with pytest.raises(IndexError, match=f"index {outside} is out of bounds .* with size 1100"):
        drawn(small, job(samples=samples))


# --- on the device


def feeds(the_job: Job, lanes: int = 3, capacity: int = 10) -> Feeds:
    return Feeds(Kind.of(the_job), lanes, capacity, CPU)


@pytest.mark.parametrize("changes", [{}, {"loss_weights": weights(20)}, AUGMENTED], ids=str)
def test_lanes_are_idle_until_they_are_fed_and_after_their_last_step(
    small: PreparedImages, changes: dict[str, Any]
) -> None:
    the_job = job(**changes)
    feed, lanes = drawn(small, the_job), feeds(the_job)
    lanes.put(1, feed)
    assert lanes.columns.keys() == feed.columns.keys()
    for name, column in lanes.columns.items():
        assert column.dtype == feed.columns[name].dtype
        assert torch.equal(column[1, :6], feed.columns[name])
        idle = -1 if name == "samples" else 0
        assert (column[0] == idle).all()
        assert (column[1, 6:] == idle).all()


def test_a_shorter_feed_leaves_nothing_of_a_longer_one(small: PreparedImages) -> None:
    long, short = job(samples=40), job(samples=5)
    lanes = feeds(long)
    lanes.put(0, drawn(small, long))
    lanes.put(0, drawn(small, short))
    alone = feeds(long)
    alone.put(0, drawn(small, short))
    for name, column in lanes.columns.items():
        assert torch.equal(column, alone.columns[name])


def test_every_lane_is_read_at_its_own_step(small: PreparedImages) -> None:
    first, second = drawn(small, job()), drawn(small, job(samples=range(50, 61)))
    lanes = feeds(job())
    lanes.put(0, first)
    lanes.put(1, second)
    now = lanes.at(torch.tensor([4, 1, 10]))
    assert torch.equal(now["samples"][0], first.columns["samples"][4])
    assert torch.equal(now["samples"][1], second.columns["samples"][1])
    assert (now["samples"][2] == -1).all()
    assert now["rates"].tolist() == [0.01, 0.01, 0]


def test_views_show_the_images_as_the_plain_path_does(small: PreparedImages) -> None:
    the_job = job(**AUGMENTED)
    lanes = feeds(the_job, lanes=2)
    lanes.put(1, drawn(small, the_job))
    now = lanes.at(torch.tensor([10, 2]))
    views = views_of(now, hole_side=3)
    assert views is not None
    samples = now["samples"].clamp(min=0).flatten().long()
    ours = views.blanked(small.normalised(views.of(small.train_images, samples)))[8:12]
    first_epoch = next(epochs(the_job, small, generator()))
    assert torch.equal(ours, first_epoch[16:20].pixels(small))


def test_without_augmentation_there_are_no_views(small: PreparedImages) -> None:
    lanes = feeds(job())
    lanes.put(0, drawn(small, job()))
    assert views_of(lanes.at(torch.zeros(3, dtype=torch.int64)), hole_side=0) is None
