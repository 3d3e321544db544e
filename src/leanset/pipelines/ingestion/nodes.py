"""Nodes of ingestion."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from leanset.clustering import KMeans
from leanset.config import DatasetSettings, SweepSettings, VariantSettings
from leanset.images import ImageSet
from leanset.pipelines.stored import stored_images
from leanset.seeds import numpy_generator, sampling_seed
from leanset.store import Entry, Store
from leanset.sweep import plan_sweep, plan_table
from leanset.tables import Table

logger = logging.getLogger(__name__)


def read_images(folder: Path, dataset: DatasetSettings, sweep: SweepSettings) -> ImageSet:
    """Read and verify the raw files; draw the smaller training split if one is asked for."""
    train, test = dataset.source.read(folder)
    if dataset.train_samples is not None:
        train = train.sampled(dataset.train_samples, numpy_generator(sampling_seed(sweep.seed)))
    return ImageSet(dataset.name, dataset.class_names, train, test)


def accept_images(
    images: ImageSet,
    store: Store,
    sweep: SweepSettings,
    clusterings: dict[str, Any],
    **variants: Any,
) -> tuple[list[Entry], Table]:
    """Check the settings against the images, then store the images and plan the sweep."""
    fitted = {name: KMeans.model_validate(block) for name, block in clusterings.items()}
    pruned = {name: VariantSettings.model_validate(block) for name, block in variants.items()}
    cells = plan_sweep(sweep, pruned, fitted, len(images.train))
    entry = stored_images(store, images)
    logger.info(
        "%s: %s training and %s test images, %s classes; %s cells, %s runs to do.",
        images.name, f"{len(images.train):,}", f"{len(images.test):,}", images.classes,
        len(cells), sum(cell.runs for cell in cells),
    )  # fmt: skip
    return [entry], plan_table(cells)
