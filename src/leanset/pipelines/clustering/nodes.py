"""Nodes of clustering."""

from __future__ import annotations

import logging
from pathlib import Path

from leanset.clustering import KMeans, PrecomputedClustering
from leanset.config import DatasetSettings, SweepSettings
from leanset.pipelines import precomputed
from leanset.pipelines.stored import hash_of, replicate
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
        settings=kmeans.model_dump(exclude={"method", "embedding"}),
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


def place_precomputed(
    image_set: list[Entry],
    dataset: DatasetSettings,
    embedding: list[Entry],
    folder: Path,
    store: Store,
    settings: PrecomputedClustering,
    *,
    name: str,
) -> list[Entry]:
    """Take the cluster of each training image out of a file, and place it in the embedding.

    There is one assignment, which all runs share, but one clustering for each replicate of the
    embedding, as distances are measured in it.
    """
    placed = [
        _place(image_set, dataset, embedded, folder, store, settings) for embedded in embedding
    ]
    logger.info(
        "clustering %s: %s clusters, the same for all runs, %s.",
        name, len(placed[0]["centroids"]), precomputed.described(settings),
    )  # fmt: skip
    return placed


def _place(
    image_set: list[Entry],
    dataset: DatasetSettings,
    embedded: Entry,
    folder: Path,
    store: Store,
    settings: PrecomputedClustering,
) -> Entry:
    digest, centroids = settings.digest(folder), settings.centroids
    key = Key.of(
        "clustering",
        image_set=hash_of(image_set),
        embedding=embedded.key.digest,
        precomputed=digest,
        centroids=centroids and centroids.digest(folder),
        settings=precomputed.settings_behind(settings),
        version=settings.version,
    )

    def build() -> Built:
        rows = precomputed.rows_on_disk(image_set, dataset)
        clustering = settings.place(folder, rows, embedded["values"])
        behind = work_behind(embedded) | precomputed.work_elsewhere(settings, digest)
        facts = {"settings": settings.model_dump(), "behind": as_fact(behind)}
        return Built(clustering.arrays(), facts)

    return store.get_or_build(key, build)
