"""Embeddings: ``float32 [N, D]`` of the training split, one class per method."""

from typing import Annotated, Any, TypeAlias

from pydantic import Discriminator, TypeAdapter

from leanset.embeddings.base import ImageEmbedding
from leanset.embeddings.network import NetworkFeatures
from leanset.embeddings.pca import Pca
from leanset.embeddings.pixels import Pixels
from leanset.embeddings.precomputed import PrecomputedEmbedding

Embedding: TypeAlias = Annotated[
    Pixels | Pca | NetworkFeatures | PrecomputedEmbedding, Discriminator("method")
]
"""Every embedding method; a new one is a class in its own file and a name in this line."""

_ADAPTER: TypeAdapter[Embedding] = TypeAdapter(Embedding)


def parse_embedding(block: Any) -> Embedding:
    """The embedding that a block of parameters describes."""
    return _ADAPTER.validate_python(block)


__all__ = [
    "Embedding",
    "ImageEmbedding",
    "NetworkFeatures",
    "Pca",
    "Pixels",
    "PrecomputedEmbedding",
    "parse_embedding",
]
