"""Training logs of real digits, recorded by two worker processes."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from leanset.errors import LeansetError
from leanset.images import ImageSet, Split
from leanset.models import build_model
from leanset.seeds import fold_seed, proxy_seed, torch_generator
from leanset.store import Built
from leanset.training import Job, Recipe, RunResult, TrainingSettings, train_runs
from leanset.training.job import failed
from leanset.training.log import LogSettings, TrainingLog, proxies
from leanset.training.log.gradients import gradient_norms
from leanset.training.log.predictions import SCALARS
from leanset.training.log.proxies import proxy_recipe, record_log
from leanset.training.prepared import prepare

SAMPLES = 330
SEEDS = [proxy_seed(1, proxy) for proxy in range(2)]
FOLD_SEED = fold_seed(1)
SETTINGS = LogSettings(recipe="small", proxies=2, epochs=3, features_at=(1, 3), gradient_norms=True)

ON_CPU = TrainingSettings(device="cpu", workers=2, keep_models="none")


def recipe(**changes: Any) -> Recipe:
    """A recipe that shows shifted images, while recorded are those that are not."""
    return Recipe.model_validate(
        {
            "model": "lenet5",
            "optimizer": {"name": "adam", "learning_rate": 1e-3},
            "batch_size": 64,
            "epochs": 7,
            "compute": "equal_steps",
            "augmentation": {"crop_padding": 2},
        }
        | changes
    )


@pytest.fixture(scope="module")
def images(digits: ImageSet) -> ImageSet:
    train = Split.whole(digits.train.images[:SAMPLES], digits.train.labels[:SAMPLES])
    return replace(digits, train=train)


@pytest.fixture(scope="module")
def built(images: ImageSet, tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("log")
    return record_log(images, recipe(), SETTINGS, SEEDS, FOLD_SEED, ON_CPU, folder)


def test_every_array_has_its_dtype_and_shape(built: Built) -> None:
    assert {name: (array.dtype, array.shape) for name, array in built.arrays.items()} == {
        "labels": (np.int64, (SAMPLES,)),
        "logits": (np.float16, (2, 3, SAMPLES, 10)),
        "features": (np.float32, (2, 2, SAMPLES, 84)),
        "errors": (np.float32, (2, 2, SAMPLES, 10)),
        "gradient_norms": (np.float32, (2, 2, SAMPLES)),
    }
    assert all(
        isinstance(built.arrays[name], np.memmap) for name in built.arrays.keys() - {"labels"}
    )


def test_what_is_recorded_last_is_what_the_trained_network_says(
    built: Built, images: ImageSet
) -> None:
    # the same training through the door, its weights kept, run by plain torch
    job = Job(
        "again", np.arange(SAMPLES), proxy_recipe(recipe(), SETTINGS), SEEDS[1], keep_state=True
    )
    (result,) = train_runs(images, [job], ON_CPU)
    assert result.state is not None
    prepared = prepare(images, 32, torch.device("cpu"))
    model = build_model("lenet5", prepared.shape, 10, torch_generator(0)).eval()
    model.load_state_dict({name: torch.from_numpy(value) for name, value in result.state.items()})
    pixels = prepared.normalised(prepared.train_images)
    with torch.no_grad():
        logits, features = model(pixels), model.features(pixels)

    np.testing.assert_allclose(built.arrays["logits"][1, -1], logits, rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(built.arrays["features"][1, -1], features, rtol=1e-4, atol=1e-4)
    errors = logits.softmax(1) - torch.eye(10)[prepared.train_labels]
    np.testing.assert_allclose(built.arrays["errors"][1, -1], errors, rtol=1e-4, atol=1e-5)
    norms = gradient_norms(model, pixels, prepared.train_labels)
    np.testing.assert_allclose(built.arrays["gradient_norms"][1, -1], norms, rtol=1e-4)


def test_proxies_differ_and_learn(built: Built) -> None:
    log = TrainingLog.from_arrays(built.arrays, built.facts)
    loss = log.dynamics(slice(None)).scalar("loss").numpy().mean(axis=2)
    assert (np.diff(loss) < 0).all()
    assert len(set(loss.ravel().tolist())) == 6


@pytest.mark.parametrize("proxy", [0, 1])
def test_workers_write_side_by_side_what_each_proxy_alone_writes(
    built: Built, images: ImageSet, tmp_path: Path, proxy: int
) -> None:
    settings = SETTINGS.model_copy(update={"proxies": 1})
    alone = record_log(images, recipe(), settings, [SEEDS[proxy]], FOLD_SEED, ON_CPU, tmp_path)
    assert alone.arrays.keys() == built.arrays.keys()
    for name in alone.arrays.keys() - {"labels"}:
        assert np.array_equal(alone.arrays[name][0], built.arrays[name][proxy]), name


def test_the_facts_say_what_was_done_and_what_it_cost(built: Built) -> None:
    facts = dict(built.facts)
    seconds = [*facts.pop("seconds_train"), *facts.pop("seconds_recording")]
    assert len(seconds) == 4
    assert min(seconds) > 0
    trained = facts.pop("recipe")
    assert (trained["epochs"], trained["compute"]) == (3, "equal_epochs")
    assert facts == {
        "settings": SETTINGS.model_dump(mode="json"),
        "seeds": SEEDS,
        "epochs_trained": 6,
        "samples_seen": 6 * SAMPLES,
        "concurrency": 2,
        "device": "cpu",
    }


def test_above_a_hundred_classes_the_numbers_that_scores_are_made_of_are_recorded(
    images: ImageSet, tmp_path: Path
) -> None:
    many = replace(images, class_names=tuple(map(str, range(101))))
    settings = LogSettings(recipe="small", proxies=1, epochs=1)
    built = record_log(many, recipe(model="mlp"), settings, SEEDS[:1], FOLD_SEED, ON_CPU, tmp_path)
    assert built.arrays.keys() == {"labels", *SCALARS}
    for name in SCALARS:
        assert built.arrays[name].shape == (1, 1, SAMPLES)
        assert built.arrays[name].dtype == np.float32
    # before much is learnt, p is near 1/101
    log = TrainingLog.from_arrays(built.arrays, built.facts)
    loss = log.dynamics(slice(None)).scalar("loss").numpy()
    np.testing.assert_allclose(loss, -np.log1p(-built.arrays["doubt"]), rtol=1e-4)
    assert loss.mean() == pytest.approx(np.log(101), abs=0.7)


def test_a_hundred_classes_still_have_logits(images: ImageSet, tmp_path: Path) -> None:
    many = replace(images, class_names=tuple(map(str, range(100))))
    settings = LogSettings(recipe="small", proxies=1, epochs=1)
    built = record_log(many, recipe(model="mlp"), settings, SEEDS[:1], FOLD_SEED, ON_CPU, tmp_path)
    assert built.arrays["logits"].shape == (1, 1, SAMPLES, 100)


def test_a_proxy_that_fails_fails_the_log_with_its_reason(
    images: ImageSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def second_fails(_: ImageSet, jobs: list[Job], __: TrainingSettings) -> Iterator[RunResult]:
        yield failed(jobs[1], "a worker process died", "cpu", threads=1, concurrency=2)

    monkeypatch.setattr(proxies, "train_runs", second_fails)
    with pytest.raises(
        LeansetError, match=r"recipe small: proxy 2 of 2 failed \(a worker process died\)"
    ):
        record_log(images, recipe(), SETTINGS, SEEDS, FOLD_SEED, ON_CPU, tmp_path)


# --- kills


def interrupted_after(jobs_done: int) -> Any:
    """The engine, until it is interrupted; how many jobs it was asked for is counted."""

    def train(images: ImageSet, jobs: list[Job], settings: TrainingSettings) -> Iterator[RunResult]:
        for number, job in enumerate(jobs):
            if number == jobs_done:
                raise KeyboardInterrupt
            yield from train_runs(images, [job], settings)

    return train


def test_a_log_goes_on_where_it_was_interrupted(
    built: Built, images: ImageSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = (images, recipe(), SETTINGS, SEEDS, FOLD_SEED, ON_CPU, tmp_path)
    monkeypatch.setattr(proxies, "train_runs", interrupted_after(1))
    with pytest.raises(KeyboardInterrupt):
        record_log(*asked)
    monkeypatch.setattr(proxies, "train_runs", interrupted_after(1))  # one is all there is to do
    again = record_log(*asked)
    for name, array in built.arrays.items():
        assert np.array_equal(again.arrays[name], array), name
    assert len(again.facts["seconds_train"]) == 2
    assert again.facts["samples_seen"] == built.facts["samples_seen"]


def test_what_is_left_of_a_log_without_a_finished_proxy_is_begun_anew(
    built: Built, images: ImageSet, tmp_path: Path
) -> None:
    (tmp_path / "logits.npy").write_bytes(b"half of a header")
    (tmp_path / ".proxy-0").write_text("{")
    again = record_log(images, recipe(), SETTINGS, SEEDS, FOLD_SEED, ON_CPU, tmp_path)
    assert np.array_equal(again.arrays["logits"], built.arrays["logits"])


# --- before the training, and of the validation split


WATCHED = LogSettings(recipe="small", proxies=2, epochs=1, features_at=(0, 1))


@pytest.fixture(scope="module")
def watched(images: ImageSet, tmp_path_factory: pytest.TempPathFactory) -> tuple[ImageSet, Built]:
    """Images with 130 samples held back, and what was recorded of them."""
    held_back = Split.whole(images.test.images[:130], images.test.labels[:130])
    divided = replace(images, validation=held_back)
    folder = tmp_path_factory.mktemp("watched")
    return divided, record_log(divided, recipe(), WATCHED, SEEDS, FOLD_SEED, ON_CPU, folder)


def test_a_log_holds_features_and_errors_of_a_validation_split_too(
    watched: tuple[ImageSet, Built],
) -> None:
    images, built = watched
    assert {name: (array.dtype, array.shape) for name, array in built.arrays.items()} == {
        "labels": (np.int64, (SAMPLES,)),
        "logits": (np.float16, (2, 1, SAMPLES, 10)),
        "features": (np.float32, (2, 2, SAMPLES, 84)),
        "errors": (np.float32, (2, 2, SAMPLES, 10)),
        "validation_labels": (np.int64, (130,)),
        "validation_features": (np.float32, (2, 2, 130, 84)),
        "validation_errors": (np.float32, (2, 2, 130, 10)),
    }
    assert images.validation is not None
    log = TrainingLog.from_arrays(built.arrays, built.facts)
    assert log.validation_snapshot(1).labels.tolist() == images.validation.labels.tolist()
    # of what it was not trained on it is less sure, but by far not in the dark
    right = log.validation_snapshot(1).probabilities.argmax(2) == images.validation.labels
    assert 0.2 < right.mean() < 1


@pytest.mark.parametrize("proxy", [0, 1])
def test_before_the_training_the_network_that_the_seed_draws_is_recorded(
    watched: tuple[ImageSet, Built], proxy: int
) -> None:
    images, built = watched
    prepared = prepare(images, 32, torch.device("cpu"))
    model = build_model("lenet5", prepared.shape, 10, torch_generator(SEEDS[proxy])).eval()
    log = TrainingLog.from_arrays(built.arrays, built.facts)
    (held_back, labels), *_ = prepared.validation_batches(130)
    for pixels, of, snapshot in (
        (prepared.train_images, prepared.train_labels, log.snapshot(0)),
        (held_back, labels, log.validation_snapshot(0)),
    ):
        with torch.no_grad():
            features = model.features(prepared.normalised(pixels))
            errors = model(prepared.normalised(pixels)).softmax(1) - torch.eye(10)[of]
        np.testing.assert_allclose(snapshot.features[proxy], features, rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(snapshot.errors[proxy], errors, rtol=1e-4, atol=1e-5)


def test_to_be_recorded_before_changes_nothing_afterwards(
    watched: tuple[ImageSet, Built], images: ImageSet, tmp_path: Path
) -> None:
    _, built = watched
    settings = WATCHED.model_copy(update={"features_at": (1,)})
    without = record_log(images, recipe(), settings, SEEDS, FOLD_SEED, ON_CPU, tmp_path)
    assert without.arrays.keys() == {"labels", "logits", "features", "errors"}
    assert np.array_equal(without.arrays["logits"], built.arrays["logits"])
    assert np.array_equal(without.arrays["features"][:, 0], built.arrays["features"][:, 1])


def test_without_chosen_epochs_nothing_is_recorded_of_a_validation_split(
    watched: tuple[ImageSet, Built], tmp_path: Path
) -> None:
    divided, _ = watched
    plain = LogSettings(recipe="small", proxies=1, epochs=1)
    small = recipe(model="mlp")
    built = record_log(divided, small, plain, SEEDS[:1], FOLD_SEED, ON_CPU, tmp_path)
    assert built.arrays.keys() == {"labels", "logits"}


# --- folds


FOLDED = LogSettings(recipe="small", proxies=3, epochs=2, folds=True)
THREE_SEEDS = [proxy_seed(1, proxy) for proxy in range(3)]


class JobsSeen(Exception):  # noqa: N818 - it ends a recording before anything is trained
    """Carries the jobs that would have been trained."""


def jobs_of(
    images: ImageSet,
    settings: LogSettings,
    seeds: list[int],
    fold_seed: int,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> list[Job]:
    def stop(_: ImageSet, jobs: list[Job], __: TrainingSettings) -> Iterator[RunResult]:
        raise JobsSeen(jobs)

    monkeypatch.setattr(proxies, "train_runs", stop)
    with pytest.raises(JobsSeen) as seen:
        record_log(images, recipe(), settings, seeds, fold_seed, ON_CPU, folder)
    jobs: list[Job] = seen.value.args[0]
    return jobs


def test_each_sample_is_left_out_by_one_proxy_and_each_proxy_leaves_out_as_much_of_each_class(
    images: ImageSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = jobs_of(images, FOLDED, THREE_SEEDS, FOLD_SEED, tmp_path, monkeypatch)
    everything = np.arange(SAMPLES)
    left_out = [np.setdiff1d(everything, job.indices) for job in jobs]
    assert np.array_equal(np.sort(np.concatenate(left_out)), everything)
    histograms = [np.bincount(images.train.labels[out], minlength=10) for out in left_out]
    assert np.ptp(histograms, axis=0).max() <= 1
    assert [len(out) for out in left_out] == [110, 110, 110]


def test_without_folds_every_proxy_is_trained_on_all(
    images: ImageSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = jobs_of(images, SETTINGS, SEEDS, FOLD_SEED, tmp_path, monkeypatch)
    assert all(np.array_equal(job.indices, np.arange(SAMPLES)) for job in jobs)


def test_the_fold_seed_alone_decides_what_a_proxy_leaves_out(
    images: ImageSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shown(seeds: list[int], fold_seed: int) -> list[list[int]]:
        jobs = jobs_of(images, FOLDED, seeds, fold_seed, tmp_path, monkeypatch)
        return [job.indices.tolist() for job in jobs]

    assert shown(THREE_SEEDS, 5) == shown([1, 2, 3], 5)
    assert shown(THREE_SEEDS, 5) != shown(THREE_SEEDS, 6)


def test_a_log_with_folds_says_who_left_out_what_and_is_recorded_on_all_samples(
    images: ImageSet, tmp_path: Path
) -> None:
    small = recipe(model="mlp")
    built = record_log(images, small, FOLDED, THREE_SEEDS, FOLD_SEED, ON_CPU, tmp_path)
    log = TrainingLog.from_arrays(built.arrays, built.facts)
    assert log.fold is not None
    assert log.fold.dtype == np.int64
    assert log.array("logits").shape == (3, 2, SAMPLES, 10)
    # two epochs of three times two thirds of the samples
    assert (built.facts["samples_seen"], built.facts["epochs_trained"]) == (4 * SAMPLES, 4)

    # the same training through the door, without the proxy's own fold
    shown = np.flatnonzero(log.fold != 1)
    job = Job("again", shown, proxy_recipe(small, FOLDED), THREE_SEEDS[1], keep_state=True)
    (result,) = train_runs(images, [job], ON_CPU)
    assert result.state is not None
    prepared = prepare(images, None, torch.device("cpu"))
    model = build_model("mlp", prepared.shape, 10, torch_generator(0)).eval()
    model.load_state_dict({name: torch.from_numpy(value) for name, value in result.state.items()})
    with torch.no_grad():
        logits = model(prepared.normalised(prepared.train_images))
    np.testing.assert_allclose(log.array("logits")[1, -1], logits, rtol=2e-3, atol=2e-3)
