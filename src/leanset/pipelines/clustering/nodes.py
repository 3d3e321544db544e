"""Nodes of clustering."""

from __future__ import annotations

import logging

from leanset.clustering import KMeans
from leanset.config import SweepSettings
from leanset.pipelines.stored import replicate
from leanset.provenance import as_fact, work_behind
from leanset.seeds import clustering_seed
from leanset.store import Built, Entry, Key, Store
from leanset.sweep import cells_of, runs_of
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
    listed: bool,
) -> list[Entry]:
    """Fit the clustering once for each run that selects from it, or take fits from the store.

    Each is fitted on the replicate of the embedding that belongs to the run. ``listed`` is whether
    a score that the sweep lists is made from it.
    """
    runs = runs_of(cells_of(plan), f"clustering_{name}", sweep, listed=listed)
    fits = [
        _fit(replicate(embedding, run), store, kmeans, clustering_seed(sweep.seed, run))
        for run in range(runs)
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
