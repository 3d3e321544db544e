"""Nodes of ingestion."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

from leanset.clustering import parse_clusterer
from leanset.config import DatasetSettings, Known, SweepSettings, VariantSettings
from leanset.embeddings import parse_embedding
from leanset.images import ImageSet
from leanset.noise import NoisyLabels, parse_noise
from leanset.pipelines.stored import hash_of, stored_images
from leanset.scores import parse_score
from leanset.seeds import noise_seed, numpy_generator, sampling_seed, validation_seed
from leanset.store import Built, Entry, Key, Store
from leanset.sweep import plan_sweep, plan_table
from leanset.tables import Table

logger = logging.getLogger(__name__)


def read_images(folder: Path, dataset: DatasetSettings, sweep: SweepSettings) -> ImageSet:
    """Read and verify the raw files; draw a smaller training split and one for validation."""
    train, test = dataset.source.read(folder)
    if dataset.train_samples is not None:
        train = train.sampled(dataset.train_samples, numpy_generator(sampling_seed(sweep.seed)))
    validation = None
    if dataset.validation:
        size = dataset.validation_samples(len(train))
        train, validation = train.parted(size, numpy_generator(validation_seed(sweep.seed)))
    return ImageSet(dataset.name, dataset.class_names, train, test, validation)


def mislabel(
    images: ImageSet, noise: dict[str, Any], sweep: SweepSettings
) -> tuple[ImageSet, NoisyLabels]:
    """Make some labels of the training split wrong, in memory: the files are not touched."""
    settings = parse_noise(noise)
    rng = numpy_generator(noise_seed(sweep.seed))
    noisy = settings.inject(images.train.labels, images.class_names, rng)
    logger.info(
        "%s noise: %s of %s training labels are wrong now.",
        settings.kind, f"{int(noisy.wrong.sum()):,}", f"{len(noisy.wrong):,}",
    )  # fmt: skip
    return replace(images, train=images.train.relabelled(noisy.labels)), noisy


def keep_truth(
    image_set: list[Entry],
    images: ImageSet,
    noisy: NoisyLabels,
    store: Store,
) -> list[Entry]:
    """Store which labels were made wrong, and what they were."""
    arrays = {"wrong": noisy.wrong, "true_labels": images.train.labels}
    facts = {"wrong_labels": int(noisy.wrong.sum())}
    key = Key.of("noise", image_set=hash_of(image_set))
    return [store.get_or_build(key, lambda: Built(arrays, facts))]


def accept_images(
    images: ImageSet,
    store: Store,
    sweep: SweepSettings,
    clusterings: dict[str, Any],
    scores: dict[str, Any],
    embeddings: dict[str, Any],
    **variants: Any,
) -> tuple[list[Entry], Table]:
    """Check the settings against the images, then store the images and plan the sweep."""
    known = Known(
        {name: parse_clusterer(block) for name, block in clusterings.items()},
        {name: parse_score(block) for name, block in scores.items()},
        {name: parse_embedding(block) for name, block in embeddings.items()},
    )
    pruned = {name: VariantSettings.model_validate(block) for name, block in variants.items()}
    cells = plan_sweep(sweep, pruned, known, len(images.train))
    entry = stored_images(store, images)
    logger.info(
        "%s: %s training and %s test images%s, %s classes; planned: %s cells, %s runs.",
        images.name, f"{len(images.train):,}", f"{len(images.test):,}",
        f", {len(images.validation):,} for validation" if images.validation else "",
        images.classes,
        len(cells), sum(cell.runs for cell in cells),
    )  # fmt: skip
    return [entry], plan_table(cells)
