"""Embeddings: ``float32 [N, D]`` made from the images, one class per method."""

from typing import Annotated, Any, TypeAlias

from pydantic import Discriminator, TypeAdapter

from leanset.embeddings.pca import Pca
from leanset.embeddings.pixels import Pixels

Embedding: TypeAlias = Annotated[Pixels | Pca, Discriminator("method")]
"""Every embedding method; a new one is a class in its own file and a name in this line."""

_ADAPTER: TypeAdapter[Embedding] = TypeAdapter(Embedding)


def parse_embedding(block: Any) -> Embedding:
    """The embedding that a block of parameters describes."""
    return _ADAPTER.validate_python(block)
