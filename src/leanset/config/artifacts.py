"""Which named artifacts something is made from, directly or through others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from leanset.clustering import KMeans
from leanset.scores import Score


@dataclass(frozen=True)
class Artifacts:
    """Names of artifacts, each kind in alphabetical order."""

    scores: tuple[str, ...] = ()
    logs: tuple[str, ...] = ()
    clusterings: tuple[str, ...] = ()
    embeddings: tuple[str, ...] = ()

    @classmethod
    def behind(
        cls,
        scores: Iterable[str],
        clusterings: Iterable[str],
        known_scores: Mapping[str, Score],
        known_clusterings: Mapping[str, KMeans],
    ) -> Artifacts:
        """Some scores and clusterings, and all that they are made from."""
        scores = set(scores)
        sources = [known_scores[name].sources() for name in scores]
        fitted = {*clusterings, *(source.clustering for source in sources if source.clustering)}
        embedded = {known_clusterings[name].embedding for name in fitted}
        embedded |= {source.embedding for source in sources if source.embedding}
        return cls(
            scores=tuple(sorted(scores)),
            logs=tuple(sorted({source.log for source in sources if source.log})),
            clusterings=tuple(sorted(fitted)),
            embeddings=tuple(sorted(embedded)),
        )

    def datasets(self) -> tuple[str, ...]:
        """The names of their datasets."""
        return (
            *(f"score_{name}" for name in self.scores),
            *(f"log_{name}" for name in self.logs),
            *(f"clustering_{name}" for name in self.clusterings),
            *(f"embedding_{name}" for name in self.embeddings),
        )
