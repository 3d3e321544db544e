"""Between the store's entries and the types of the core."""

from leanset.clustering import Clustering
from leanset.images import ImageSet
from leanset.store import Built, Entry, Key, Store


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
