"""Nodes of scoring."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from leanset.config import DatasetSettings, SweepSettings
from leanset.pipelines import precomputed
from leanset.pipelines.blocks import blocks_of, described
from leanset.pipelines.stored import clustering_of, hash_of, images_of, replicate
from leanset.provenance import Works, as_fact, work_behind
from leanset.scores import LogScore, PrecomputedScore, ScoreBase, parse_score
from leanset.scores.class_median_distance import ClassMedianDistance
from leanset.scores.prototype_distance import PrototypeDistance
from leanset.scores.scoring import score_log
from leanset.store import Built, Entry, Key, Store
from leanset.sweep import cells_of, runs_of
from leanset.tables import Table

logger = logging.getLogger(__name__)


def score_from_log(
    log: list[Entry],
    plan: Table,
    store: Store,
    settings: dict[str, Any],
    sweep: SweepSettings,
    *,
    name: str,
) -> list[Entry]:
    """Score the samples by what a log's proxies said of them, once for each block of proxies."""
    (recorded,), score = log, cast("LogScore", parse_score(settings))
    runs = runs_of(cells_of(plan), f"score_{name}", sweep, listed=name in sweep.scores)
    blocks = blocks_of(recorded, runs, score.proxies)
    logger.info("score %s: from %s.", name, described(blocks, runs))
    return [
        store.get_or_build(
            _key(score, block.name),
            partial(_built, score, block.works, partial(score_log, block.log, score, name)),
        )
        for block in blocks
    ]


def score_from_clustering(
    clustering: list[Entry], embedding: list[Entry], store: Store, settings: dict[str, Any]
) -> list[Entry]:
    """Score the samples by each replicate of a clustering."""
    score = PrototypeDistance.model_validate(settings)
    return [
        store.get_or_build(
            _key(score, f"clustering {fit.key.digest}"),
            partial(
                _built,
                score,
                work_behind(fit),
                partial(score.score, clustering_of(fit), replicate(embedding, run)["values"]),
            ),
        )
        for run, fit in enumerate(clustering)
    ]


def score_from_embedding(
    embedding: list[Entry], image_set: list[Entry], store: Store, settings: dict[str, Any]
) -> list[Entry]:
    """Score the samples by their labels and each replicate of their embedding."""
    score = ClassMedianDistance.model_validate(settings)
    labels = images_of(image_set).train.labels
    return [
        store.get_or_build(
            _key(score, f"embedding {embedded.key.digest}, labels of {hash_of(image_set)}"),
            partial(
                _built,
                score,
                work_behind(embedded),
                partial(score.score, embedded["values"], labels),
            ),
        )
        for embedded in embedding
    ]


def score_precomputed(
    image_set: list[Entry],
    dataset: DatasetSettings,
    folder: Path,
    store: Store,
    settings: PrecomputedScore,
    *,
    name: str,
) -> list[Entry]:
    """Take the scores of the training images out of a file; all runs share them."""
    digest = settings.digest(folder)
    key = Key.of(
        "score",
        image_set=hash_of(image_set),
        precomputed=digest,
        settings=precomputed.settings_behind(settings),
        version=settings.version,
    )
    before = precomputed.work_elsewhere(settings, digest)
    logger.info("score %s: %s.", name, precomputed.described(settings))

    def build() -> Built:
        rows = precomputed.rows_on_disk(image_set, dataset)
        return _built(settings, before, lambda: settings.score(folder, rows))

    return [store.get_or_build(key, build)]


def _key(score: ScoreBase, source: str) -> Key:
    """The artifact a score is made from is known by its content, not by its name."""
    named = {"log", "proxies", "clustering", "embedding"}
    settings = score.model_dump(exclude=named)
    return Key.of("score", source=source, settings=settings, version=score.version)


def _built(
    score: ScoreBase | PrecomputedScore, before: Works, values: Callable[[], NDArray[np.float32]]
) -> Built:
    facts = {
        "settings": score.model_dump(),
        "kind": score.kind,
        "uses_labels": score.uses_labels,
        "behind": as_fact(before),
    }
    return Built({"values": values()}, facts)
