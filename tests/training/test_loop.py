"""The plain path, on real digits with networks small enough for a moment's training."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy
from torch.optim.lr_scheduler import CosineAnnealingLR
from torch.optim.optimizer import register_optimizer_step_pre_hook

from leanset.images import ImageSet
from leanset.models import build_model
from leanset.models.base import Network
from leanset.seeds import torch_generator
from leanset.training import Fresh, Job, Order, Recipe, Shuffled, Weighted
from leanset.training.batches import epochs
from leanset.training.evaluation import Forward, evaluate
from leanset.training.job import DivergedError
from leanset.training.loop import TrainingLoop
from leanset.training.prepared import PreparedImages, prepare
from leanset.training.run import train_one

SEED = 7

SGD = {"name": "sgd", "learning_rate": 0.2}
MOMENTUM = {"name": "sgd", "learning_rate": 0.05, "momentum": 0.9}
NESTEROV = MOMENTUM | {"nesterov": True, "weight_decay": 5e-4}
ADAM = {"name": "adam", "learning_rate": 0.01}
ADAMW = {"name": "adamw", "learning_rate": 0.01, "weight_decay": 0.05}


@pytest.fixture(scope="module")
def images(digits: ImageSet) -> PreparedImages:
    return prepare(digits, None, torch.device("cpu"))


@pytest.fixture(autouse=True)
def _reproducibly(one_thread: None) -> None:
    """Every test here trains."""


@pytest.fixture
def rates() -> Iterator[list[float]]:
    """The learning rate at each step that any optimiser takes."""
    seen: list[float] = []
    handle = register_optimizer_step_pre_hook(
        lambda optimizer, *_: seen.append(optimizer.param_groups[0]["lr"])
    )
    yield seen
    handle.remove()


def job(
    samples: Any = 300,
    order: Order | None = None,
    loss_weights: Any = None,
    recording: Any = None,
    **recipe: Any,
) -> Job:
    block = {"model": "mlp", "optimizer": ADAM, "batch_size": 64, "epochs": 2} | recipe
    return Job(
        "job",
        np.arange(samples) if isinstance(samples, int) else np.asarray(samples),
        Recipe.model_validate(block),
        training_seed=SEED,
        order=order or Shuffled(),
        loss_weights=loss_weights,
        keep_state=True,
        recording=recording,
    )


def run(images: PreparedImages, the_job: Job) -> TrainingLoop:
    generator = torch_generator(SEED)
    model = build_model(the_job.recipe.model, images.shape, images.classes, generator)
    loop = TrainingLoop(model, images, the_job, generator)
    loop.run()
    return loop


def state(loop: TrainingLoop) -> list[bytes]:
    return [value.numpy().tobytes() for value in loop.model.state_dict().values()]


def accuracy(loop: TrainingLoop, images: PreparedImages) -> float:
    predicted, _ = evaluate(loop.forward, images)
    return float((predicted == images.test_labels.numpy()).mean())


# --- it trains


@pytest.mark.parametrize(
    ("optimizer", "schedule"),
    [
        (SGD, {"name": "constant"}),
        (MOMENTUM, {"name": "one_cycle"}),
        (NESTEROV, {"name": "cosine", "warmup": 0.1}),
        (ADAM, {"name": "one_cycle"}),
        (ADAMW, {"name": "cosine"}),
    ],
    ids=["sgd", "momentum", "nesterov", "adam", "adamw"],
)
def test_every_optimiser_learns_to_read_digits(
    images: PreparedImages, optimizer: dict[str, Any], schedule: dict[str, Any]
) -> None:
    loop = run(images, job(1100, optimizer=optimizer, schedule=schedule, epochs=6))
    assert accuracy(loop, images) > 0.8
    assert loop.history[-1].loss < loop.history[0].loss / 2


def written_out(images: PreparedImages, the_job: Job, kind: type, **settings: Any) -> Network:
    """The same in plain PyTorch: first the weights are drawn, then each epoch's permutation."""
    generator = torch_generator(SEED)
    model = build_model("mlp", images.shape, images.classes, generator).train()
    optimizer = kind(model.parameters(), foreach=False, fused=False, **settings)
    scheduler = CosineAnnealingLR(optimizer, T_max=the_job.steps(1100))
    weights = torch.ones(1100)
    if the_job.loss_weights is not None:
        weights[torch.from_numpy(the_job.indices)] = torch.from_numpy(the_job.loss_weights)
    for _ in range(the_job.recipe.epochs):
        shuffled = torch.from_numpy(the_job.indices)[
            torch.randperm(len(the_job.indices), generator=generator)
        ]
        for samples in shuffled.split(64):
            losses = cross_entropy(
                model(images.normalised(images.train_images[samples])),
                images.train_labels[samples],
                label_smoothing=0.1,
                reduction="none",
            )
            optimizer.zero_grad()
            (weights[samples] * losses).mean().backward()
            optimizer.step()
            scheduler.step()
    return model


@pytest.mark.parametrize(
    ("optimizer", "kind"),
    [
        (SGD, torch.optim.SGD),
        (MOMENTUM, torch.optim.SGD),
        (NESTEROV, torch.optim.SGD),
        (ADAM, torch.optim.Adam),
        (ADAMW, torch.optim.AdamW),
    ],
)
@pytest.mark.parametrize("weighted", [False, True])
def test_a_training_is_what_plain_pytorch_does(
    images: PreparedImages, optimizer: dict[str, Any], kind: type, weighted: bool
) -> None:
    samples = np.arange(1000, 700, -1)
    the_job = job(
        samples,
        loss_weights=np.linspace(0, 2, 300, dtype=np.float32) if weighted else None,
        optimizer=optimizer,
        schedule={"name": "cosine"},
        label_smoothing=0.1,
        epochs=3,
    )
    plain = {key: value for key, value in optimizer.items() if key != "name"}
    plain["lr"] = plain.pop("learning_rate")
    expected = written_out(images, the_job, kind, **plain).state_dict()
    result = train_one(images, the_job, concurrency=1)
    assert result.state is not None
    for name, value in expected.items():
        np.testing.assert_allclose(result.state[name], value.numpy(), atol=1e-5, err_msg=name)


@pytest.mark.parametrize(
    "schedule",
    [
        {"name": "constant"},
        {"name": "cosine"},
        {"name": "cosine", "warmup": 0.3},
        {"name": "one_cycle", "rise": 0.25},
    ],
)
@pytest.mark.parametrize("compute", ["equal_epochs", "equal_steps"])
def test_each_step_has_the_rate_of_the_schedule_over_all_steps(
    images: PreparedImages, rates: list[float], schedule: dict[str, Any], compute: str
) -> None:
    the_job = job(150, schedule=schedule, compute=compute, optimizer=NESTEROV)
    loop = run(images, the_job)
    # two epochs of three batches, or of the eighteen of the whole split
    steps = {"equal_epochs": 6, "equal_steps": 36}[compute]
    expected = [0.05 * the_job.recipe.schedule.factor(step, steps) for step in range(steps)]
    assert rates == pytest.approx(expected)
    assert loop.steps == steps


# --- what is counted


def test_equal_steps_take_the_steps_of_the_whole_split(
    images: PreparedImages, rates: list[float]
) -> None:
    whole = run(images, job(1100, compute="equal_steps"))
    part = run(images, job(90, compute="equal_steps"))
    assert whole.steps == part.steps == 2 * 18
    assert len(rates) == 2 * 36
    assert len(whole.history) == 2
    assert len(part.history) == 18
    assert whole.samples_seen == 2 * 1100
    assert part.samples_seen == 18 * 90


def test_the_last_epoch_of_equal_steps_is_told_of_what_it_showed(images: PreparedImages) -> None:
    # 20 steps in batches of 55 over the whole split; after six epochs of three steps two are left
    still = {"name": "sgd", "learning_rate": 1e-30}
    the_job = job(130, compute="equal_steps", epochs=1, batch_size=55, optimizer=still)
    loop = run(images, the_job)
    assert loop.steps == 20
    assert loop.samples_seen == 6 * 130 + 2 * 55
    assert [record.epoch for record in loop.history] == [1, 2, 3, 4, 5, 6, 7]
    generator = torch_generator(SEED)
    build_model("mlp", images.shape, 10, generator)
    *_, last = epochs(the_job, images, generator)
    with torch.no_grad():
        logits = loop.model(last.pixels(images))
    labels = images.train_labels[last.samples]
    assert loop.history[-1].loss == pytest.approx(float(cross_entropy(logits, labels)), rel=1e-5)
    right = float((logits.argmax(1) == labels).float().mean())
    assert loop.history[-1].accuracy == pytest.approx(right)


def test_the_samples_shown_are_marked(images: PreparedImages) -> None:
    subset = [3, 14, 15, 92, 653]
    loop = run(images, job(subset))
    assert loop.seen.nonzero().flatten().tolist() == subset
    assert loop.samples_seen == 10


def test_fresh_epochs_see_more_distinct_samples_than_the_budget(images: PreparedImages) -> None:
    the_job = job(1100, Fresh(100), epochs=5)
    loop = run(images, the_job)
    assert loop.samples_seen == 500
    assert 100 < int(loop.seen.sum()) < 500
    generator = torch_generator(SEED)
    build_model("mlp", images.shape, 10, generator)
    fed = torch.cat([epoch.samples for epoch in epochs(the_job, images, generator)])
    assert loop.seen.nonzero().flatten().tolist() == fed.unique().tolist()
    assert train_one(images, the_job, concurrency=1).unique_samples == int(loop.seen.sum())


def test_sampling_weights_show_only_what_they_weigh_as_often_as_is_asked(
    images: PreparedImages,
) -> None:
    weights = np.array([1, 0, 2] * 100, dtype=np.float32)
    loop = run(images, job(300, Weighted(weights, draws=1100)))
    assert loop.steps == 2 * 18
    assert loop.samples_seen == 2 * 1100
    assert not loop.seen[1:300:3].any()
    assert loop.seen[:300].sum() == 200


def test_a_result_tells_what_the_loop_counted(images: PreparedImages) -> None:
    the_job = job(100, compute="equal_steps")
    loop, result = run(images, the_job), train_one(images, the_job, concurrency=3)
    assert result.failure is None
    assert (result.steps, result.samples_seen) == (loop.steps, loop.samples_seen)
    assert result.unique_samples == 100
    assert result.history == tuple(loop.history)
    assert result.seconds_recording == 0
    assert (result.device, result.concurrency) == ("cpu", 3)


# --- loss weights


def test_a_class_whose_losses_weigh_nothing_is_not_learnt(images: PreparedImages) -> None:
    labels = images.train_labels.numpy()
    weights = (labels != 3).astype(np.float32)
    loop = run(images, job(1100, loss_weights=weights / weights.mean(), epochs=8))
    predicted, _ = evaluate(loop.forward, images)
    assert set(predicted.tolist()) == set(range(10)) - {3}


def test_the_labels_of_samples_without_weight_change_nothing(images: PreparedImages) -> None:
    weights = np.ones(300, dtype=np.float32)
    weights[::3] = 0
    wrong = images.train_labels.clone()
    wrong[:300:3] = 9 - wrong[:300:3]
    states = {
        tuple(state(run(some, job(300, loss_weights=weights))))
        for some in (images, replace(images, train_labels=wrong))
    }
    assert len(states) == 1


def test_weights_of_one_train_as_no_weights_do(images: PreparedImages) -> None:
    plain = run(images, job(300)).model.state_dict()
    weighted = run(images, job(300, loss_weights=np.ones(300, np.float32))).model.state_dict()
    for name, value in plain.items():
        torch.testing.assert_close(weighted[name], value, atol=1e-5, rtol=0, msg=name)


def test_the_history_is_of_weighted_losses_and_of_all_samples_accuracy(
    images: PreparedImages,
) -> None:
    # at a rate of next to nothing the network stays as it was drawn
    weights = np.linspace(0, 2, 100, dtype=np.float32)
    still = {"name": "sgd", "learning_rate": 1e-30}
    loop = run(images, job(100, loss_weights=weights, optimizer=still, label_smoothing=0.2))
    with torch.no_grad():
        logits = loop.model(images.normalised(images.train_images[:100]))
    labels = images.train_labels[:100]
    losses = cross_entropy(logits, labels, label_smoothing=0.2, reduction="none")
    for record in loop.history:
        assert record.loss == pytest.approx(float(losses.numpy() @ weights) / 100, rel=1e-5)
        assert record.accuracy == pytest.approx(float((logits.argmax(1) == labels).float().mean()))


# --- what the network sees


def test_augmented_images_are_what_is_learnt(images: PreparedImages) -> None:
    # a hole as large as the image leaves nothing to tell one image from another
    blind = run(images, job(300, augmentation={"cutout": 16}, epochs=4))
    assert blind.history[-1].accuracy < 0.2
    some = run(images, job(300, augmentation={"flip": True, "crop_padding": 1}, epochs=4))
    plain = run(images, job(300, epochs=4))
    assert 0.2 < some.history[-1].accuracy < plain.history[-1].accuracy


def test_the_test_split_is_never_augmented(images: PreparedImages) -> None:
    the_job = job(300, augmentation={"flip": True, "crop_padding": 2, "cutout": 4})
    loop, result = run(images, the_job), train_one(images, the_job, concurrency=1)
    with torch.no_grad():
        logits = loop.model(images.normalised(images.test_images))
    assert (logits.argmax(1).numpy() == result.predicted).all()


def test_the_images_are_as_they_were_after_an_augmented_training(images: PreparedImages) -> None:
    before = images.train_images.clone()
    run(images, job(100, augmentation={"flip": True, "crop_padding": 2, "cutout": 4}))
    assert torch.equal(images.train_images, before)


def test_one_seed_trains_one_network_from_fresh_augmented_weighted_samples(
    images: PreparedImages,
) -> None:
    def trained() -> TrainingLoop:
        weights = np.linspace(0, 2, 1100, dtype=np.float32)
        views = {"flip": True, "crop_padding": 2, "cutout": 4}
        return run(images, job(1100, Fresh(100), weights, augmentation=views))

    first, again = trained(), trained()
    assert state(first) == state(again)
    assert first.history == again.history


# --- in between


@dataclass
class Witness:
    """Stands in for a recording and notes what it is shown."""

    at_start: bool = False
    epochs: list[int] = field(default_factory=list)
    training: list[bool] = field(default_factory=list)
    same: list[bool] = field(default_factory=list)

    def write(self, epoch: int, model: Network, forward: Forward, images: PreparedImages) -> None:
        self.epochs.append(epoch)
        self.training.append(model.training)
        pixels = images.normalised(images.test_images[:5])
        self.same.append(torch.equal(forward(pixels), model(pixels)))


@pytest.mark.parametrize(("at_start", "epochs"), [(False, [1, 2, 3]), (True, [0, 1, 2, 3])])
def test_a_recording_is_shown_the_network_after_each_epoch_as_it_is_evaluated(
    images: PreparedImages, at_start: bool, epochs: list[int]
) -> None:
    witness = Witness(at_start)
    watched = run(images, job(300, recording=witness, epochs=3))
    assert witness.epochs == epochs
    assert witness.training == [False] * len(epochs)
    assert witness.same == [True] * len(epochs)
    assert watched.seconds_recording > 0
    assert state(watched) == state(run(images, job(300, epochs=3)))


def test_before_the_training_a_recording_is_shown_the_network_that_was_drawn(
    images: PreparedImages,
) -> None:
    drawn = build_model("mlp", images.shape, 10, torch_generator(SEED)).state_dict()

    class First(Witness):
        def write(self, epoch: int, model: Network, *_: object) -> None:
            if epoch == 0:
                state = model.state_dict()
                self.same.append(all(torch.equal(state[name], drawn[name]) for name in drawn))

    witness = First(at_start=True)
    run(images, job(300, recording=witness))
    assert witness.same == [True]


def test_the_time_of_a_recording_is_told_apart_from_that_of_the_training(
    images: PreparedImages, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr("time.perf_counter", lambda: clock[0])

    class Slow(Witness):
        def write(self, *_: object) -> None:
            clock[0] += 10

    result = train_one(images, job(300, recording=Slow(), epochs=3), concurrency=1)
    assert result.seconds_recording == 30
    assert result.seconds_train == result.seconds_evaluate == 0


def test_the_network_is_ready_for_evaluation_before_and_after(images: PreparedImages) -> None:
    generator = torch_generator(SEED)
    model = build_model("mlp", images.shape, 10, generator)
    loop = TrainingLoop(model, images, job(), generator)
    assert not loop.model.training
    loop.run()
    assert not loop.model.training


def test_a_diverging_loss_ends_the_training_and_names_its_epoch(images: PreparedImages) -> None:
    # the whole subset in one batch: the first epoch's loss is seen before the first step's harm
    beyond = {"name": "sgd", "learning_rate": 1e38}
    with pytest.raises(DivergedError, match=r"^the training loss is (nan|inf) after epoch 2$"):
        run(images, job(64, optimizer=beyond, epochs=5))


@pytest.mark.parametrize("weight", ["nan", "inf"])
def test_a_loss_weight_that_is_no_number_ends_the_training(
    images: PreparedImages, weight: str
) -> None:
    weights = np.ones(300, dtype=np.float32)
    weights[17] = float(weight)
    with pytest.raises(DivergedError, match=r"after epoch 1$"):
        run(images, job(300, loss_weights=weights))
