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
from leanset.seeds import proxy_seed, torch_generator
from leanset.store import Built
from leanset.training import Job, Recipe, RunResult, TrainingSettings, train_runs
from leanset.training.job import failed
from leanset.training.log import LogSettings, TrainingLog, proxies
from leanset.training.log.gradients import gradient_norms
from leanset.training.log.proxies import proxy_recipe, record_log
from leanset.training.log.scalars import SCALARS
from leanset.training.prepared import prepare

SAMPLES = 330
SEEDS = [proxy_seed(1, proxy) for proxy in range(2)]
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
    return record_log(images, recipe(), SETTINGS, SEEDS, ON_CPU, folder)


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
    loss = log.scalar("loss").mean(axis=2)
    assert (np.diff(loss) < 0).all()
    assert len(set(loss.ravel().tolist())) == 6


@pytest.mark.parametrize("proxy", [0, 1])
def test_workers_write_side_by_side_what_each_proxy_alone_writes(
    built: Built, images: ImageSet, tmp_path: Path, proxy: int
) -> None:
    settings = SETTINGS.model_copy(update={"proxies": 1})
    alone = record_log(images, recipe(), settings, [SEEDS[proxy]], ON_CPU, tmp_path)
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
    built = record_log(many, recipe(model="mlp"), settings, SEEDS[:1], ON_CPU, tmp_path)
    assert built.arrays.keys() == {"labels", *SCALARS}
    for name in SCALARS:
        assert built.arrays[name].shape == (1, 1, SAMPLES)
        assert built.arrays[name].dtype == np.float32
    # before much is learnt, p is near 1/101
    loss = TrainingLog.from_arrays(built.arrays, built.facts).scalar("loss")
    np.testing.assert_allclose(loss, -np.log(built.arrays["p_true"]), rtol=1e-4)
    assert loss.mean() == pytest.approx(np.log(101), abs=0.7)


def test_a_hundred_classes_still_have_logits(images: ImageSet, tmp_path: Path) -> None:
    many = replace(images, class_names=tuple(map(str, range(100))))
    settings = LogSettings(recipe="small", proxies=1, epochs=1)
    built = record_log(many, recipe(model="mlp"), settings, SEEDS[:1], ON_CPU, tmp_path)
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
        record_log(images, recipe(), SETTINGS, SEEDS, ON_CPU, tmp_path)
