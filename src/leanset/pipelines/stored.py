"""Between the store's entries and the types of the core."""

from collections.abc import Sequence
from typing import TypeVar

from leanset.clustering import Clustering
from leanset.images import ImageSet
from leanset.selectors import SampleScores
from leanset.store import Built, Entry, Key, Store
from leanset.training.log import TrainingLog

_Artifact = TypeVar("_Artifact")


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


def replicate(replicates: Sequence[_Artifact], run: int) -> _Artifact:
    """The replicate of an artifact that belongs to a run, or the one that all runs share."""
    return replicates[run] if len(replicates) > 1 else replicates[0]
