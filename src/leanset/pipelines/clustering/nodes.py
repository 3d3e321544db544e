"""Nodes of clustering."""

from __future__ import annotations

import logging

from leanset.clustering import KMeans
from leanset.config import SweepSettings
from leanset.provenance import as_fact, work_behind
from leanset.seeds import clustering_seed
from leanset.store import Built, Entry, Key, Store
from leanset.sweep import cells_of, replicates
from leanset.tables import Table

logger = logging.getLogger(__name__)


def cluster(
    embedding: list[Entry],
    plan: Table,
    store: Store,
    kmeans: KMeans,
    sweep: SweepSettings,
    *,
    name: str,
    at_least: int,
) -> list[Entry]:
    """Fit the clustering once for each run that selects from it, or take fits from the store."""
    (embedded,) = embedding
    fits = [
        _fit(embedded, store, kmeans, clustering_seed(sweep.seed, run))
        for run in range(max(replicates(cells_of(plan), f"clustering_{name}"), at_least))
    ]
    logger.info("clustering %s: %s clusters, fitted for %s runs.", name, kmeans.clusters, len(fits))
    return fits


def _fit(embedded: Entry, store: Store, kmeans: KMeans, seed: int) -> Entry:
    key = Key.of(
        "clustering",
        embedding=embedded.key.digest,
        settings=kmeans.model_dump(exclude={"embedding"}),
        seed=seed,
        version=kmeans.version,
    )

    def build() -> Built:
        clustering = kmeans.fit(embedded["values"], seed)
        return Built(
            clustering.arrays(),
            {
                "settings": kmeans.model_dump(),
                "seed": seed,
                "behind": as_fact(work_behind(embedded)),
            },
        )

    return store.get_or_build(key, build)
