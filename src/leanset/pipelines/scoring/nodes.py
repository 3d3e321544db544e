"""Nodes of scoring."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from leanset.config import SweepSettings
from leanset.pipelines.stored import clustering_of, hash_of, images_of, log_of
from leanset.provenance import Work, Works, as_fact, work_behind
from leanset.scores import LogScore, ScoreBase, parse_score
from leanset.scores.class_median_distance import ClassMedianDistance
from leanset.scores.prototype_distance import PrototypeDistance
from leanset.scores.scoring import score_log
from leanset.store import Built, Entry, Key, Store
from leanset.sweep import cells_of, replicates
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
    whole = log_of(recorded)
    runs = max(
        replicates(cells_of(plan), f"score_{name}"), sweep.runs if name in sweep.scores else 1
    )
    count = 1 if score.proxies == "shared" else whole.replicates(runs)
    entries = []
    for run in range(count):
        block = whole.block(run, count)
        first = run * block.proxies
        trained = {
            f"proxy {first + number} of log {recorded.key.digest}": Work(seconds, block.epochs)
            for number, seconds in enumerate(block.seconds.tolist())
        }
        key = _key(score, f"log {recorded.key.digest}, block {run} of {count}")
        build = partial(_built, score, trained, partial(score_log, block, score, name))
        entries.append(store.get_or_build(key, build))
    shared = runs > 1 and count == 1
    logger.info(
        "score %s: from %s proxies of %s epochs%s.", name,
        f"{count} × {whole.proxies // count}", whole.epochs,
        f"; all {runs} runs share it, so their spread leaves the proxies' part out"
        if shared else "",
    )  # fmt: skip
    return entries


def score_from_clustering(
    clustering: list[Entry], embedding: list[Entry], store: Store, settings: dict[str, Any]
) -> list[Entry]:
    """Score the samples by each replicate of a clustering."""
    (embedded,), score = embedding, PrototypeDistance.model_validate(settings)
    return [
        store.get_or_build(
            _key(score, f"clustering {fit.key.digest}"),
            partial(
                _built,
                score,
                work_behind(fit),
                partial(score.score, clustering_of(fit), embedded["values"]),
            ),
        )
        for fit in clustering
    ]


def score_from_embedding(
    embedding: list[Entry], image_set: list[Entry], store: Store, settings: dict[str, Any]
) -> list[Entry]:
    """Score the samples by their embedding and their labels."""
    (embedded,), score = embedding, ClassMedianDistance.model_validate(settings)
    labels = images_of(image_set).train.labels
    key = _key(score, f"embedding {embedded.key.digest}, labels of {hash_of(image_set)}")
    values = partial(score.score, embedded["values"], labels)
    return [store.get_or_build(key, partial(_built, score, work_behind(embedded), values))]


def _key(score: ScoreBase, source: str) -> Key:
    """The artifact a score is made from is known by its content, not by its name."""
    named = {"log", "proxies", "clustering", "embedding"}
    settings = score.model_dump(exclude=named)
    return Key.of("score", source=source, settings=settings, version=score.version)


def _built(score: ScoreBase, before: Works, values: Callable[[], NDArray[np.float32]]) -> Built:
    facts = {
        "settings": score.model_dump(),
        "kind": score.kind,
        "uses_labels": score.uses_labels,
        "behind": as_fact(before),
    }
    return Built({"values": values()}, facts)
