"""Which named artifacts something is made from, directly or through others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leanset.clustering import Clusterer
from leanset.embeddings import Embedding
from leanset.scores import Score
from leanset.selectors import Needs


@dataclass(frozen=True)
class Artifacts:
    """Names of artifacts, each kind in alphabetical order."""

    scores: tuple[str, ...] = ()
    logs: tuple[str, ...] = ()
    clusterings: tuple[str, ...] = ()
    embeddings: tuple[str, ...] = ()

    def datasets(self) -> tuple[str, ...]:
        """The names of their datasets."""
        return (
            *(f"score_{name}" for name in self.scores),
            *(f"log_{name}" for name in self.logs),
            *(f"clustering_{name}" for name in self.clusterings),
            *(f"embedding_{name}" for name in self.embeddings),
        )


@dataclass(frozen=True)
class Known:
    """The named artifacts that there are to be made."""

    clusterings: Mapping[str, Clusterer]
    scores: Mapping[str, Score]
    embeddings: Mapping[str, Embedding]

    def behind(self, *needs: Needs) -> Artifacts:
        """What is needed, and all that it is made from."""
        scores = {name for need in needs for name in need.scores}
        sources = [self.scores[name].sources() for name in scores]
        fitted = {name for need in needs for name in need.clusterings}
        fitted |= {source.clustering for source in sources if source.clustering}
        embedded = {name for need in needs for name in need.embeddings}
        embedded |= {source.embedding for source in sources if source.embedding}
        embedded |= {self.clusterings[name].embedding for name in fitted}
        logs = {moment.log for need in needs for moment in need.moments}
        logs |= {source.log for source in sources if source.log}
        logs |= {log for name in embedded if (log := self.embeddings[name].source_log())}
        return Artifacts(
            scores=tuple(sorted(scores)),
            logs=tuple(sorted(logs)),
            clusterings=tuple(sorted(fitted)),
            embeddings=tuple(sorted(embedded)),
        )
