"""Training the proxies of a training log."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from leanset.disks import writing
from leanset.errors import LeansetError
from leanset.images import ImageSet, Split
from leanset.models import build_model, input_size
from leanset.seeds import numpy_generator, torch_generator
from leanset.store import Built
from leanset.training.engine import train_runs
from leanset.training.job import Job, RunResult
from leanset.training.log.finished import FinishedProxies, TrainedProxy
from leanset.training.log.folds import stratified_folds
from leanset.training.log.recording import Recording
from leanset.training.log.training_log import MOST_CLASSES, OF_VALIDATION, LogSettings
from leanset.training.recipe import Recipe, TrainingSettings

LOG_VERSION = 1
"""Part of every log's key; raised when the same trainings would be written down otherwise."""

logger = logging.getLogger(__name__)


def proxy_recipe(recipe: Recipe, settings: LogSettings) -> Recipe:
    """The recipe as proxies are trained by it: the log's epochs, whatever they are trained on."""
    return recipe.model_copy(update={"epochs": settings.epochs, "compute": "equal_epochs"})


def record_log(
    images: ImageSet,
    recipe: Recipe,
    settings: LogSettings,
    seeds: Sequence[int],
    fold_seed: int,
    training: TrainingSettings,
    folder: Path,
) -> Built:
    """Train a proxy from each seed and record what it says of every sample that is not tested on.

    Args:
        images: the proxies are trained on all of its training split, or with folds on all of it
            but a fold each.
        recipe: its augmentation is trained with, but not recorded with.
        settings: of the log; as many proxies as there are seeds.
        seeds: a training seed for each proxy.
        fold_seed: draws the folds, if the settings ask for them.
        training: where to train.
        folder: where the arrays are written, and mapped from; empty, or what is left there of the
            same log by a process that was killed, whose finished proxies are not trained again.

    Raises:
        LeansetError: a proxy failed.
    """
    recipe = proxy_recipe(recipe, settings)
    fold = _folds(images, settings, fold_seed)
    finished = FinishedProxies(folder)
    trained = finished.read()
    if not trained:
        _create_arrays(folder, _layout(images, recipe, settings))
    jobs = [
        _job(proxy, seed, np.flatnonzero(fold != proxy), recipe, settings, folder)
        for proxy, seed in zip(range(settings.proxies), seeds, strict=True)
        if proxy not in trained
    ]
    for result in train_runs(images, jobs, training):
        _require_success(result, settings)
        trained[int(result.key)] = TrainedProxy.of(result)
        finished.note(int(result.key), trained[int(result.key)])
        logger.info("%s of %s proxies are trained.", len(trained), settings.proxies)
    arrays = {
        file.stem: np.load(file, mmap_mode="r", allow_pickle=False)
        for file in sorted(folder.glob("*.npy"))
    }
    facts = _facts(settings, recipe, seeds, [trained[proxy] for proxy in sorted(trained)])
    return Built({**_of_samples(images, settings, fold), **arrays}, facts)


def _job(
    proxy: int,
    seed: int,
    indices: NDArray[np.int64],
    recipe: Recipe,
    settings: LogSettings,
    folder: Path,
) -> Job:
    """The training of one proxy, which fills its rows of the arrays in the folder."""
    recording = Recording(str(folder.resolve()), proxy, settings.features_at)
    return Job(str(proxy), indices, recipe, seed, recording=recording)


def recorded_validation(images: ImageSet, settings: LogSettings) -> Split | None:
    """The validation split, where a log also holds what its proxies say of it."""
    return images.validation if settings.features_at else None


def _of_samples(
    images: ImageSet, settings: LogSettings, fold: NDArray[np.int64]
) -> dict[str, NDArray[np.int64]]:
    """What there is to know of the samples, whatever the proxies say of them."""
    of_samples = {"labels": images.train.labels}
    if settings.folds:
        of_samples["fold"] = fold
    held_back = recorded_validation(images, settings)
    if held_back is not None:
        of_samples[f"{OF_VALIDATION}labels"] = held_back.labels
    return of_samples


def _folds(images: ImageSet, settings: LogSettings, seed: int) -> NDArray[np.int64]:
    """Which proxy is trained without each sample, ``int64 [N]``; none is proxy −1."""
    if not settings.folds:
        return np.full(len(images.train), -1)
    return stratified_folds(images.train.labels, settings.proxies, numpy_generator(seed))


def _layout(
    images: ImageSet, recipe: Recipe, settings: LogSettings
) -> dict[str, tuple[DTypeLike, tuple[int, ...]]]:
    """Dtype and shape of each array, one row for each proxy."""
    always = (settings.proxies, settings.epochs, len(images.train))
    if images.classes <= MOST_CLASSES:
        layout: dict[str, tuple[DTypeLike, tuple[int, ...]]] = {
            "logits": (np.float16, (*always, images.classes))
        }
    else:
        from leanset.training.log.predictions import SCALARS

        layout = dict.fromkeys(SCALARS, (np.float32, always))
    chosen = (settings.proxies, len(settings.features_at))
    if settings.features_at:
        width = _feature_width(images, recipe.model)
        for split, samples in (("", images.train), (OF_VALIDATION, images.validation)):
            if samples is not None:
                layout[f"{split}features"] = np.float32, (*chosen, len(samples), width)
                layout[f"{split}errors"] = np.float32, (*chosen, len(samples), images.classes)
    if settings.gradient_norms:
        layout["gradient_norms"] = np.float32, (*chosen, len(images.train))
    return layout


def _feature_width(images: ImageSet, model: str) -> int:
    """How many numbers the classifier of a network sees."""
    channels, height, width = images.train.images.shape[1:]
    side = input_size(model)
    shape = (channels, side or height, side or width)
    classifier = build_model(model, shape, images.classes, torch_generator(0)).layers[-1]
    return next(classifier.parameters()).shape[1]


def _create_arrays(folder: Path, layout: dict[str, tuple[DTypeLike, tuple[int, ...]]]) -> None:
    """Write files of the right size for the workers to fill.

    Raises:
        LeansetError: the disk has no room for them.
    """
    for name, (dtype, shape) in layout.items():
        path = folder / f"{name}.npy"
        array: NDArray[Any] = np.lib.format.open_memmap(path, mode="w+", dtype=dtype, shape=shape)
        del array
        # a map on a full disk would kill the worker that writes to it, without a word
        with writing(path), path.open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)


def _require_success(result: RunResult, settings: LogSettings) -> None:
    if result.failure:
        raise LeansetError(
            f"proxy {int(result.key) + 1} of {settings.proxies} failed ({result.failure}).",
            where=f"a training log by the recipe {settings.recipe}",
            remedy="Mend the cause and run it again; those that are trained are kept.",
        )


def _facts(
    settings: LogSettings, recipe: Recipe, seeds: Sequence[int], proxies: Sequence[TrainedProxy]
) -> dict[str, Any]:
    """How the log came about and what it cost, the lists in the order of the proxies."""
    # an epoch is a pass over the whole split: what proxies of folds leave out adds up to one
    passes = settings.proxies - 1 if settings.folds else settings.proxies
    return {
        "settings": settings.model_dump(mode="json"),
        "recipe": recipe.model_dump(mode="json"),
        "seeds": list(seeds),
        "epochs_trained": passes * settings.epochs,
        "samples_seen": sum(proxy.samples_seen for proxy in proxies),
        "seconds_train": [proxy.seconds_train for proxy in proxies],
        "seconds_recording": [proxy.seconds_recording for proxy in proxies],
        "concurrency": proxies[0].concurrency,
        "device": proxies[0].device,
    }
