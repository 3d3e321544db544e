"""What the runs of a variant select from, out of the entries of the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leanset.errors import LeansetError
from leanset.pipelines.blocks import blocks_of
from leanset.pipelines.stored import clustering_of, replicate, scores_of
from leanset.provenance import Work, Works, work_behind
from leanset.selectors import Materials, Needs
from leanset.store import Entry
from leanset.sweep import Cell, replicates
from leanset.training.log.snapshot import Moment, Snapshot


def materials_of_runs(
    labels: NDArray[np.int64],
    needs: Needs,
    artifacts: Mapping[str, list[Entry]],
    cells: Sequence[Cell],
    runs: int,
    memory: int,
) -> list[tuple[Materials, Works]]:
    """What each of the first runs of a variant selects from, and the work that is behind it.

    Runs that share proxies also share what is read of them, which is in memory only once.

    Args:
        labels: ``int64 [N]``, of the training split.
        needs: of the variant's rule.
        artifacts: by the names of their datasets.
        cells: of the whole sweep, by which proxies are dealt out to runs.
        runs: how many runs to gather for.
        memory: bytes that a selection may take.

    Raises:
        LeansetError: a log does not hold what the rule reads, or a value of it is not finite.
    """
    watched = {
        moment: _watched(
            moment,
            artifacts[f"log_{moment.log}"],
            max(runs, replicates(cells, f"log_{moment.log}")),
            runs,
            validation=needs.validation,
        )
        for moment in needs.moments
    }
    return [
        _of_run(
            labels,
            needs,
            artifacts,
            {moment: replicate(seen, run) for moment, seen in watched.items()},
            run,
            memory,
        )
        for run in range(runs)
    ]


@dataclass(frozen=True)
class _Watched:
    """What a block of proxies said at one moment, and what training it took."""

    training: Snapshot
    validation: Snapshot | None
    works: Works


def _watched(
    moment: Moment, log: list[Entry], served: int, runs: int, *, validation: bool
) -> list[_Watched]:
    (recorded,) = log
    try:
        return [
            _Watched(
                block.log.snapshot(moment.epoch),
                block.log.validation_snapshot(moment.epoch) if validation else None,
                block.works,
            )
            for block in blocks_of(recorded, served, "own")[:runs]
        ]
    except LeansetError as error:
        raise LeansetError(str(error), where=f"log {moment.log}") from error


def _of_run(
    labels: NDArray[np.int64],
    needs: Needs,
    artifacts: Mapping[str, list[Entry]],
    watched: Mapping[Moment, _Watched],
    run: int,
    memory: int,
) -> tuple[Materials, Works]:
    def replicates_of(kind: str, names: Sequence[str]) -> dict[str, Entry]:
        return {name: replicate(artifacts[f"{kind}_{name}"], run) for name in names}

    clusterings = replicates_of("clustering", needs.clusterings)
    scores = replicates_of("score", needs.scores)
    embeddings = replicates_of("embedding", needs.embeddings)
    works: dict[str, Work] = {}
    for entry in (*clusterings.values(), *scores.values(), *embeddings.values()):
        works |= work_behind(entry)
    for seen in watched.values():
        works |= seen.works
    noise = artifacts.get("label_noise")
    materials = Materials(
        labels=labels,
        clusterings={name: clustering_of(entry) for name, entry in clusterings.items()},
        scores={name: scores_of(entry) for name, entry in scores.items()},
        wrong=noise[0]["wrong"] if noise else None,
        embeddings={name: entry["values"] for name, entry in embeddings.items()},
        snapshots={moment: seen.training for moment, seen in watched.items()},
        validation={
            moment: seen.validation
            for moment, seen in watched.items()
            if seen.validation is not None
        },
        memory=memory,
    )
    return materials, works
