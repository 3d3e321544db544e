from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from leanset.seeds import torch_generator
from leanset.training import Fresh, Job, Order, Recipe, Shuffled, Weighted
from leanset.training.batches import Batch, epochs
from leanset.training.prepared import PreparedImages
from leanset.training.recipe.augmentation import Augmentation

ALL = {"flip": True, "crop_padding": 2, "cutout": 3}
"""An augmentation of every kind."""


def images(samples: int = 1000) -> PreparedImages:
    """Noise in two colours, 5×6 pixels."""
    pixels = torch.randint(256, (samples, 2, 5, 6), dtype=torch.uint8, generator=torch_generator(0))
    labels = torch.zeros(samples, dtype=torch.int64)
    mean, deviation = torch.full((2, 1, 1), 100.0), torch.full((2, 1, 1), 50.0)
    return PreparedImages(pixels, labels, pixels[:1], labels[:1], mean, deviation, classes=2)


def job(indices: Any, order: Order | None = None, loss_weights: Any = None, **recipe: Any) -> Job:
    sgd = {"name": "sgd", "learning_rate": 0.1}
    block = {"model": "mlp", "optimizer": sgd, "batch_size": 32, "epochs": 1} | recipe
    return Job(
        "job",
        np.asarray(indices),
        Recipe.model_validate(block),
        training_seed=0,
        order=order or Shuffled(),
        loss_weights=loss_weights,
    )


def fed(the_job: Job, available: int = 1000, seed: int = 0) -> list[Batch]:
    return list(epochs(the_job, images(available), torch_generator(seed)))


def batches(the_job: Job, available: int = 1000) -> Iterator[Batch]:
    """What each optimiser step is fed."""
    for epoch in fed(the_job, available):
        yield from epoch.split(the_job.recipe.batch_size)


def same(left: Batch, right: Batch) -> bool:
    """Whether two stretches of presentations are equal in all that they say."""

    def told(batch: Batch) -> list[object]:
        views = batch.views and [batch.views.mirrored, batch.views.shift, batch.views.hole]
        tensors = [batch.samples, batch.weights, *(views or [])]
        return [None if each is None else each.tolist() for each in tensors]

    return told(left) == told(right)


# --- how long


def test_equal_epochs_pass_over_the_subset_so_many_times() -> None:
    epochs_fed = fed(job(range(100), epochs=3))
    assert len(epochs_fed) == 3
    for epoch in epochs_fed:
        assert sorted(epoch.samples.tolist()) == list(range(100))
        assert [len(batch) for batch in epoch.split(32)] == [32, 32, 32, 4]


def test_equal_steps_go_on_until_a_pass_over_all_would_be_through() -> None:
    # 32 steps for 1,000 samples in batches of 32, four for each pass over 100 of them
    the_job = job(range(100), compute="equal_steps")
    assert [len(epoch) for epoch in fed(the_job)] == [100] * 8
    assert len(list(batches(the_job))) == 32


def test_equal_steps_end_amid_an_epoch_with_a_whole_batch() -> None:
    # three steps for each pass over 90: after ten passes two steps of the 32 are left
    the_job = job(range(90), compute="equal_steps")
    epochs_fed = fed(the_job)
    assert [len(epoch) for epoch in epochs_fed] == [90] * 10 + [64]
    assert len(set(epochs_fed[-1].samples.tolist())) == 64
    assert len(list(batches(the_job))) == 32


def test_equal_steps_of_the_whole_split_are_equal_epochs() -> None:
    by_steps = fed(job(range(100), epochs=3, compute="equal_steps"), available=100)
    by_epochs = fed(job(range(100), epochs=3), available=100)
    assert len(by_steps) == len(by_epochs) == 3
    assert all(map(same, by_steps, by_epochs))


@settings(deadline=None)
@given(
    subset=st.integers(1, 60),
    more=st.integers(0, 60),
    batch_size=st.integers(1, 70),
    count=st.integers(1, 4),
    compute=st.sampled_from(["equal_epochs", "equal_steps"]),
    drawn=st.one_of(st.none(), st.integers(1, 80)),
)
def test_there_are_as_many_batches_as_the_job_has_steps(
    subset: int, more: int, batch_size: int, count: int, compute: str, drawn: int | None
) -> None:
    available = subset + more
    order = Shuffled() if drawn is None else Weighted(np.ones(subset, np.float32), drawn)
    the_job = job(range(subset), order, batch_size=batch_size, epochs=count, compute=compute)
    passed = the_job.shown if compute == "equal_epochs" else available
    assert the_job.shown == (drawn or subset)
    steps = len(list(batches(the_job, available)))
    assert steps == the_job.steps(available) == count * int(np.ceil(passed / batch_size))
    for epoch in fed(the_job, available)[:-1]:
        assert len(epoch) == the_job.shown


# --- what


def test_an_epoch_shows_samples_of_the_subset_in_the_order_drawn() -> None:
    subset = np.array([7, 3, 900, 42])
    (epoch,) = fed(job(subset), seed=5)
    assert (
        epoch.samples.tolist() == subset[torch.randperm(4, generator=torch_generator(5))].tolist()
    )
    assert epoch.samples.dtype == torch.int64


def test_a_fresh_order_shows_another_part_of_the_pool_each_epoch() -> None:
    first, second = fed(job(range(1000), Fresh(50), epochs=2))
    assert len(set(first.samples.tolist())) == len(set(second.samples.tolist())) == 50
    assert set(first.samples.tolist()) != set(second.samples.tolist())


def test_fresh_epochs_take_the_steps_of_their_budget_and_not_of_their_pool() -> None:
    assert len(list(batches(job(range(1000), Fresh(50), epochs=3)))) == 3 * 2
    assert len(list(batches(job(range(1000), Fresh(50), compute="equal_steps")))) == 32


def test_sampling_weights_belong_to_the_samples_of_the_subset() -> None:
    order = Weighted(np.array([0, 1, 0, 1], dtype=np.float32), draws=200)
    (epoch,) = fed(job([10, 20, 30, 40], order))
    assert set(epoch.samples.tolist()) == {20, 40}


@pytest.mark.parametrize(
    "order", [Shuffled(), Fresh(40), Weighted(np.arange(90, dtype=np.float32))]
)
def test_loss_weights_stay_with_their_samples(order: Order) -> None:
    subset = np.arange(900, 990)
    weights = np.linspace(0, 2, 90, dtype=np.float32)
    of_sample = dict(zip(subset.tolist(), weights.tolist(), strict=True))
    the_job = job(subset, order, loss_weights=weights, compute="equal_steps")
    shown = 0
    for batch in batches(the_job):
        assert batch.weights is not None
        assert batch.weights.dtype == torch.float32
        assert batch.weights.tolist() == [of_sample[each] for each in batch.samples.tolist()]
        shown += len(batch)
    assert shown > 500


def test_without_weights_and_augmentation_there_are_none() -> None:
    (epoch,) = fed(job(range(100)))
    assert epoch.weights is None
    assert epoch.views is None


def test_arrays_that_must_not_be_written_are_read() -> None:
    subset, weights = np.arange(100), np.ones(100, dtype=np.float32)
    for array in (subset, weights):
        array.flags.writeable = False
    (epoch,) = fed(job(subset, loss_weights=weights))
    assert sorted(epoch.samples.tolist()) == list(range(100))


def test_the_feed_leaves_the_subset_as_it_was() -> None:
    subset, weights = np.arange(100), np.ones(100, dtype=np.float32)
    fed(job(subset, loss_weights=weights, augmentation=ALL, epochs=2))
    assert subset.tolist() == list(range(100))
    assert weights.tolist() == [1] * 100


# --- seeds


@pytest.mark.parametrize("order", [Shuffled(), Fresh(40), Weighted(np.ones(100, np.float32))])
def test_one_seed_gives_one_feed_and_another_seed_another(order: Order) -> None:
    the_job = job(
        range(100), order, np.linspace(0, 2, 100, dtype=np.float32), augmentation=ALL, epochs=2
    )
    first, again, other = fed(the_job, seed=1), fed(the_job, seed=1), fed(the_job, seed=2)
    assert all(map(same, first, again))
    assert not any(map(same, first, other))


def test_an_epoch_draws_its_order_and_then_its_views() -> None:
    generator = torch_generator(3)
    for epoch in fed(job(range(100), augmentation=ALL, epochs=2), seed=3):
        samples = torch.randperm(100, generator=generator)
        views = Augmentation.model_validate(ALL).draw(100, 5, 6, generator)
        assert same(epoch, Batch(samples, None, views))


def test_loss_weights_draw_nothing() -> None:
    weights = np.ones(100, dtype=np.float32)
    plain, weighted = fed(job(range(100), epochs=2)), fed(job(range(100), None, weights, epochs=2))
    for one, other in zip(plain, weighted, strict=True):
        assert torch.equal(one.samples, other.samples)


# --- a batch


def test_a_batch_is_a_stretch_of_all_that_an_epoch_says() -> None:
    weights = np.linspace(0, 2, 100, dtype=np.float32)
    (epoch,) = fed(job(range(100), None, weights, augmentation=ALL))
    part = epoch[10:14]
    assert len(part) == 4
    assert part.samples.tolist() == epoch.samples.tolist()[10:14]
    assert part.weights is not None
    assert epoch.weights is not None
    assert part.weights.tolist() == epoch.weights.tolist()[10:14]
    assert part.views is not None
    assert epoch.views is not None
    assert part.views.shift.tolist() == epoch.views.shift.tolist()[10:14]


def test_without_augmentation_the_network_sees_the_normalised_samples() -> None:
    (epoch,) = fed(job(range(100)))
    pixels = epoch[:7].pixels(images())
    expected = (images().train_images[epoch.samples[:7]].float() - 100) / 50
    assert torch.equal(pixels, expected)


def test_the_network_sees_views_normalised_and_then_blanked() -> None:
    (epoch,) = fed(job(range(100), augmentation=ALL))
    batch, all_images = epoch[:50], images()
    assert batch.views is not None
    seen = batch.pixels(all_images)
    assert seen.dtype == torch.float32
    whole = (batch.views.of(all_images.train_images, batch.samples).float() - 100) / 50
    assert torch.equal(seen, batch.views.blanked(whole))
    assert int((seen != whole).any(dim=(1, 2, 3)).sum()) == 50


def test_a_batch_moves_to_another_device_as_a_whole() -> None:
    weights = np.ones(100, dtype=np.float32)
    (epoch,) = fed(job(range(100), None, weights, augmentation=ALL))
    moved = epoch.to(torch.device("meta"))
    assert moved.weights is not None
    assert moved.views is not None
    devices = {moved.samples.device, moved.weights.device, moved.views.hole.device}
    assert devices == {torch.device("meta")}
    (plain,) = fed(job(range(100)))
    assert plain.to(torch.device("meta")).views is None
