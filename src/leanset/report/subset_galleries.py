"""What one subset of a variant kept and what it dropped, as pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from leanset.clustering import Clustering
from leanset.config import Arm
from leanset.report.galleries import Album, Difficulty, Gallery, first_of
from leanset.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd

PER_CARD = 4
"""How many galleries a card has at most."""


def shown_subset(subsets: pd.DataFrame) -> dict[str, Any]:
    """The row of a variant's table of subsets that its pictures are of.

    The first run at the smallest budget, where rules differ most.
    """
    return rows_of(subsets.sort_values(["kept", "run"]).head(1))[0]


def subset_galleries(
    arm: Arm,
    row: Mapping[str, Any],
    album: Album,
    clusterings: Mapping[str, Clustering],
    count: int,
) -> tuple[Gallery, ...]:
    """At most ``PER_CARD`` galleries of at most ``count`` samples; none if that is 0.

    Samples that were kept and dropped are drawn at random. Beside them stand the hardest of both,
    where a score says what is hard, or else the ends of the clustering that the rule reads.

    Args:
        arm: the variant.
        row: of its table of subsets.
        album: to choose from.
        clusterings: by dataset, the replicate of the row's run.
        count: pictures in each gallery.
    """
    if count == 0:
        return ()
    kept = np.zeros(len(album), dtype=np.bool_)
    kept[np.asarray(row["indices"], dtype=np.int64)] = True
    return (*_drawn(album, kept, count), *_compared(arm, album, kept, clusterings, count))


def _compared(
    arm: Arm,
    album: Album,
    kept: NDArray[np.bool_],
    clusterings: Mapping[str, Clustering],
    count: int,
) -> Iterator[Gallery]:
    if album.difficulty is not None:
        yield from _hardest(album, album.difficulty, kept, count)
        return
    for name in arm.artifacts:
        if name in clusterings:
            yield from _ends(album, kept, name, clusterings[name], count)
            return


def _drawn(album: Album, kept: NDArray[np.bool_], count: int) -> Iterator[Gallery]:
    for title, part in (("Kept", kept), ("Dropped", ~kept)):
        size = int(part.sum())
        told = f"drawn at random from {size:,}" if size else "none"
        yield Gallery(title, told, album.show(first_of(album.shuffled, part, count), kept))


def _hardest(
    album: Album, difficulty: Difficulty, kept: NDArray[np.bool_], count: int
) -> Iterator[Gallery]:
    told = f"highest {difficulty.score}, hardest first"
    for title, part in (("Hardest kept", kept), ("Hardest dropped", ~kept)):
        chosen = first_of(difficulty.hardest_first, part, count)
        if len(chosen):
            yield Gallery(title, told, album.show(chosen, kept))


def _ends(
    album: Album, kept: NDArray[np.bool_], name: str, clustering: Clustering, count: int
) -> Iterator[Gallery]:
    chance = np.empty(len(album), dtype=np.int64)
    chance[album.shuffled] = np.arange(len(album))
    by_distance = np.lexsort((chance, clustering.distance))
    told = f"of all {len(album):,}, by {name.removeprefix('clustering_')}"
    for title, ordered in (
        ("Nearest to their centroid", by_distance),
        ("Furthest from their centroid", by_distance[::-1]),
    ):
        yield Gallery(title, told, album.show(ordered[:count], kept), mixed=True)
