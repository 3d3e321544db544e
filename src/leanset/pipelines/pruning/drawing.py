"""Selections that are made once: the store knows those that were made before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leanset.choices import Choice
from leanset.config import VariantSettings
from leanset.pipelines.materials import Source
from leanset.seeds import selection_seed
from leanset.selectors import Selector
from leanset.store import Key, Store
from leanset.subsets import Subset, draw_subset, subset_built, subset_of
from leanset.sweep import Cell


@dataclass(frozen=True)
class Drawing:
    """One subset, as it is asked for.

    Attributes:
        kept: samples to keep.
        seed: the selection seed.
        source: what it is selected from.
        image_set_hash: of the images, whose labels every rule may read.
    """

    selector: Selector
    kept: int
    seed: int
    source: Source
    image_set_hash: str

    @property
    def key(self) -> Key:
        """Names all that determines the subset; artifacts by their content."""
        return Key.of(
            "subset",
            image_set=self.image_set_hash,
            selector=self.selector.model_dump(mode="json"),
            kept=self.kept,
            seed=self.seed,
            sources=dict(self.source.contents),
            version=self.selector.version,
        )

    def is_known(self, store: Store) -> bool:
        """Whether it was selected before."""
        return store.find(self.key) is not None

    def subset(self, store: Store, classes: int) -> Subset:
        """The subset, selected now if it never was.

        Raises:
            LeansetError: as ``draw_subset``.
        """
        entry = store.get_or_build(
            self.key,
            lambda: subset_built(
                draw_subset(self.selector, self.kept, self.source.materials, self.seed, classes)
            ),
        )
        return subset_of(entry)


def drawings_of(
    rules: Mapping[Cell, Selector], sources: Sequence[Source], sweep_seed: int, image_set_hash: str
) -> dict[Cell, list[Drawing]]:
    """The selections of every cell, one for each of its runs."""
    return {
        cell: [
            Drawing(rule, cell.kept, selection_seed(sweep_seed, run), source, image_set_hash)
            for run, source in enumerate(sources[: cell.runs])
        ]
        for cell, rule in rules.items()
    }


def rules_of(
    cells: Sequence[Cell], variant: VariantSettings, chosen: Mapping[str, Choice]
) -> dict[Cell, Selector]:
    """The rule of each cell: the variant's, or the alternative that was chosen at its budget."""
    return {
        cell: variant.selector.alternatives()[chosen[cell.budget].alternative]
        if cell.budget in chosen
        else variant.selector
        for cell in cells
    }
