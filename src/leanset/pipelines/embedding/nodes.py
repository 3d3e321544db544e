"""Nodes of embedding."""

from __future__ import annotations

import logging
from typing import Any

from leanset.embeddings import parse_embedding
from leanset.pipelines.stored import hash_of, images_of
from leanset.store import Built, Entry, Key, Store

logger = logging.getLogger(__name__)


def embed(image_set: list[Entry], store: Store, settings: dict[str, Any]) -> list[Entry]:
    """Make one embedding of the training images, or take it from the store."""
    embedding = parse_embedding(settings)
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
