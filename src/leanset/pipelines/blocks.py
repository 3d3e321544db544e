"""Blocks of a training log's proxies: one for each run, or one that all runs share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from leanset.pipelines.stored import log_of
from leanset.provenance import Work, Works
from leanset.store import Entry
from leanset.training.log import TrainingLog


@dataclass(frozen=True)
class Block:
    """The proxies that one replicate of something is made from.

    Attributes:
        name: says which proxies of which log they are, for the key of what is made from them.
        log: holds them and no others.
        works: what training each of them took, under a name that no other proxy has.
    """

    name: str
    log: TrainingLog
    works: Works


def blocks_of(recorded: Entry, runs: int, proxies: Literal["own", "shared"]) -> list[Block]:
    """The blocks of a log that ``runs`` runs get: one for each, or a single one."""
    whole = log_of(recorded)
    count = 1 if proxies == "shared" else whole.replicates(runs)
    return [_block(recorded, whole.block(run, count), run, count) for run in range(count)]


def _block(recorded: Entry, log: TrainingLog, run: int, count: int) -> Block:
    name = f"log {recorded.key.digest}"
    first = run * log.proxies
    works = {
        f"proxy {first + number} of {name}": Work(seconds, log.epochs)
        for number, seconds in enumerate(log.seconds.tolist())
    }
    return Block(f"{name}, block {run} of {count}", log, works)


def described(blocks: Sequence[Block], runs: int) -> str:
    """How many proxies serve how many runs, for a person."""
    log = blocks[0].log
    division = f"{len(blocks)} × {log.proxies} proxies of {log.epochs} epochs"
    if runs > 1 and len(blocks) == 1:
        return f"{division}; all {runs} runs share it, so their spread leaves the proxies' part out"
    return division
