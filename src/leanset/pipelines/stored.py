"""Between the store's entries and the types of the core."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from leanset.clustering import Clustering
from leanset.images import ImageSet
from leanset.provenance import Work, Works, work_behind
from leanset.selectors import Materials, Needs, SampleScores
from leanset.store import Built, Entry, Key, Store
from leanset.training.log import TrainingLog


def stored_images(store: Store, images: ImageSet) -> Entry:
    """The entry that holds an image set."""
    facts = {"name": images.name, "class_names": list(images.class_names), "hash": images.hash}
    return store.get_or_build(Key.of("images", **facts), lambda: Built(images.arrays(), facts))


def images_of(entries: list[Entry]) -> ImageSet:
    """The image set of an artifact, its arrays mapped from disk."""
    (entry,) = entries
    return ImageSet.from_arrays(
        entry.arrays, entry.facts["name"], tuple(entry.facts["class_names"])
    )


def hash_of(entries: list[Entry]) -> str:
    """The hash of an image set, without reading its pixels again."""
    (entry,) = entries
    return str(entry.facts["hash"])


def clustering_of(entry: Entry) -> Clustering:
    """One replicate of a clustering."""
    return Clustering.from_arrays(entry.arrays)


def log_of(entry: Entry) -> TrainingLog:
    """A training log."""
    return TrainingLog.from_arrays(entry.arrays, entry.facts)


def scores_of(entry: Entry) -> SampleScores:
    """One replicate of a score."""
    return SampleScores(entry["values"], bool(entry.facts["uses_labels"]))


def replicate(entries: list[Entry], run: int) -> Entry:
    """The replicate of an artifact that belongs to a run, or the one that all runs share."""
    return entries[run] if len(entries) > 1 else entries[0]


def materials_of(
    labels: NDArray[np.int64], needs: Needs, artifacts: Mapping[str, list[Entry]], run: int
) -> tuple[Materials, Works]:
    """What run ``run`` selects from, whatever its budget, and the work that is behind it."""
    clusterings = {
        name: replicate(artifacts[f"clustering_{name}"], run) for name in needs.clusterings
    }
    scores = {name: replicate(artifacts[f"score_{name}"], run) for name in needs.scores}
    noise = artifacts.get("label_noise")
    works: dict[str, Work] = {}
    for entry in (*clusterings.values(), *scores.values()):
        works |= work_behind(entry)
    materials = Materials(
        labels=labels,
        clusterings={name: clustering_of(entry) for name, entry in clusterings.items()},
        scores={name: scores_of(entry) for name, entry in scores.items()},
        wrong=noise[0]["wrong"] if noise else None,
    )
    return materials, works
