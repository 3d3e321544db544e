"""Nodes of embedding."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path
from typing import Any, cast

from leanset.config import DatasetSettings, SweepSettings
from leanset.embeddings import (
    ImageEmbedding,
    NetworkFeatures,
    PrecomputedEmbedding,
    parse_embedding,
)
from leanset.errors import LeansetError
from leanset.pipelines import precomputed
from leanset.pipelines.blocks import Block, blocks_of, described
from leanset.pipelines.stored import hash_of, images_of
from leanset.provenance import as_fact
from leanset.store import Built, Entry, Key, Store
from leanset.sweep import cells_of, runs_of
from leanset.tables import Table
from leanset.training.log.snapshot import side_by_side

logger = logging.getLogger(__name__)


def embed(image_set: list[Entry], store: Store, settings: dict[str, Any]) -> list[Entry]:
    """Make one embedding of the training images, or take it from the store."""
    embedding = cast("ImageEmbedding", parse_embedding(settings))
    key = Key.of(
        "embedding",
        image_set=hash_of(image_set),
        settings=embedding.model_dump(),
        version=embedding.version,
    )

    def build() -> Built:
        values = embedding.embed(images_of(image_set).train.images)
        return Built({"values": values}, {"settings": embedding.model_dump()})

    entry = store.get_or_build(key, build)
    logger.info("embedding %s: %s numbers per image.", embedding.method, entry["values"].shape[1])
    return [entry]


def embed_precomputed(
    image_set: list[Entry],
    dataset: DatasetSettings,
    folder: Path,
    store: Store,
    settings: PrecomputedEmbedding,
) -> list[Entry]:
    """Take the rows of the training images out of a file, or out of the store if they are there."""
    digest = settings.digest(folder)
    key = Key.of(
        "embedding",
        image_set=hash_of(image_set),
        precomputed=digest,
        settings=precomputed.settings_behind(settings),
        version=settings.version,
    )

    def build() -> Built:
        behind = as_fact(precomputed.work_elsewhere(settings, digest))
        facts = {"settings": settings.model_dump(), "behind": behind}
        rows = precomputed.rows_on_disk(image_set, dataset)
        return Built({"values": settings.embed(folder, rows)}, facts)

    entry = store.get_or_build(key, build)
    logger.info(
        "embedding precomputed: %s numbers per image, %s.",
        entry["values"].shape[1], precomputed.described(settings),
    )  # fmt: skip
    return [entry]


def embed_from_log(
    log: list[Entry],
    plan: Table,
    store: Store,
    settings: dict[str, Any],
    sweep: SweepSettings,
    *,
    name: str,
    listed: bool,
) -> list[Entry]:
    """Take what a log's proxies see of the training images, once for each block of proxies.

    ``listed`` is whether a score that the sweep lists is made from it.
    """
    (recorded,), embedding = log, NetworkFeatures.model_validate(settings)
    runs = runs_of(cells_of(plan), f"embedding_{name}", sweep, listed=listed)
    blocks = blocks_of(recorded, runs, embedding.proxies)
    entries = [
        store.get_or_build(_key(embedding, block), partial(_built, embedding, block, name))
        for block in blocks
    ]
    logger.info(
        "embedding %s: %s numbers per image, from %s.",
        name, entries[0]["values"].shape[1], described(blocks, runs),
    )  # fmt: skip
    return entries


def _key(embedding: NetworkFeatures, block: Block) -> Key:
    """The log is known by its content, not by its name."""
    settings = embedding.model_dump(exclude={"log", "proxies"})
    return Key.of("embedding", source=block.name, settings=settings, version=embedding.version)


def _built(embedding: NetworkFeatures, block: Block, name: str) -> Built:
    try:
        features = block.log.snapshot(embedding.epoch).features
    except LeansetError as error:
        raise LeansetError(str(error), where=f"embedding {name}") from error
    facts = {"settings": embedding.model_dump(), "behind": as_fact(block.works)}
    return Built({"values": side_by_side(features)}, facts)
