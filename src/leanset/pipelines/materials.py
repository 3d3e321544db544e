"""What the runs of a variant select from, out of the entries of the store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from leanset.errors import LeansetError
from leanset.pipelines.blocks import Block, blocks_of
from leanset.pipelines.stored import clustering_of, replicate, scores_of
from leanset.provenance import Work, Works, work_behind
from leanset.selectors import Materials, Needs
from leanset.store import Entry
from leanset.sweep import Cell, replicates
from leanset.training.log.snapshot import Moment, Snapshot


@dataclass(frozen=True)
class Watched:
    """What a block of proxies said at one moment, of either split; read once."""

    moment: Moment
    block: Block

    @cached_property
    def training(self) -> Snapshot:
        """Of the training split."""
        return self._told(self.block.log.snapshot)

    @cached_property
    def validation(self) -> Snapshot:
        """Of the validation split."""
        return self._told(self.block.log.validation_snapshot)

    def _told(self, look: Callable[[int | None], Snapshot]) -> Snapshot:
        try:
            return look(self.moment.epoch)
        except LeansetError as error:
            raise LeansetError(str(error), where=f"log {self.moment.log}") from error


@dataclass(frozen=True)
class Source:
    """What one run selects from, which is read only if something is to be selected.

    Attributes:
        labels: ``int64 [N]``, of the training split.
        needs: of the variant's rule.
        entries: the run's replicates, by the names of their datasets.
        watched: what the run's proxies said.
        noise: which labels were made wrong on purpose, where that was done.
        memory: bytes that a selection may take.
    """

    labels: NDArray[np.int64]
    needs: Needs
    entries: Mapping[str, Entry]
    watched: Mapping[Moment, Watched]
    noise: Entry | None
    memory: int

    @property
    def contents(self) -> dict[str, str]:
        """Which content each artifact has, by the name of its dataset."""
        contents = {name: entry.key.digest for name, entry in self.entries.items()}
        contents |= {f"log_{moment.log}": seen.block.name for moment, seen in self.watched.items()}
        return contents | ({"label_noise": self.noise.key.digest} if self.noise else {})

    @property
    def works(self) -> Works:
        """The work that is behind them."""
        works: dict[str, Work] = {}
        for entry in self.entries.values():
            works |= work_behind(entry)
        for seen in self.watched.values():
            works |= seen.block.works
        return works

    @property
    def wrong(self) -> NDArray[np.bool_] | None:
        """Which labels were made wrong on purpose, ``bool [N]``."""
        return None if self.noise is None else self.noise["wrong"]

    @cached_property
    def materials(self) -> Materials:
        """All of it, read once.

        Raises:
            LeansetError: a log does not hold what the rule reads, or a value is not finite.
        """
        needs, entries = self.needs, self.entries
        return Materials(
            labels=self.labels,
            clusterings={
                name: clustering_of(entries[f"clustering_{name}"]) for name in needs.clusterings
            },
            scores={name: scores_of(entries[f"score_{name}"]) for name in needs.scores},
            wrong=self.wrong,
            embeddings={name: entries[f"embedding_{name}"]["values"] for name in needs.embeddings},
            snapshots={moment: seen.training for moment, seen in self.watched.items()},
            validation={
                moment: seen.validation for moment, seen in self.watched.items() if needs.validation
            },
            memory=self.memory,
        )


def sources_of_runs(
    labels: NDArray[np.int64],
    needs: Needs,
    artifacts: Mapping[str, list[Entry]],
    cells: Sequence[Cell],
    runs: int,
    memory: int,
) -> list[Source]:
    """What each of the first runs of a variant selects from.

    Runs that share proxies also share what is read of them, which is in memory only once.

    Args:
        labels: ``int64 [N]``, of the training split.
        needs: of the variant's rule.
        artifacts: by the names of their datasets.
        cells: of the whole sweep, by which proxies are dealt out to runs.
        runs: how many runs to gather for.
        memory: bytes that a selection may take.
    """
    watched = {
        moment: _watched(
            moment,
            artifacts[f"log_{moment.log}"],
            max(runs, replicates(cells, f"log_{moment.log}")),
            runs,
        )
        for moment in needs.moments
    }
    named = [
        *(f"clustering_{name}" for name in needs.clusterings),
        *(f"score_{name}" for name in needs.scores),
        *(f"embedding_{name}" for name in needs.embeddings),
    ]
    (noise,) = artifacts.get("label_noise", [None])
    return [
        Source(
            labels,
            needs,
            {name: replicate(artifacts[name], run) for name in named},
            {moment: replicate(seen, run) for moment, seen in watched.items()},
            noise,
            memory,
        )
        for run in range(runs)
    ]


def _watched(moment: Moment, log: list[Entry], served: int, runs: int) -> list[Watched]:
    (recorded,) = log
    return [Watched(moment, block) for block in blocks_of(recorded, served, "own")[:runs]]
