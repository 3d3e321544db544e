"""Run records: what a finished training led to, kept in the store so that it is done only once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np

from leanset.images import ImageSet
from leanset.store import Built, Entry, Key, Store
from leanset.training import EpochRecord, Job, RunResult, TrainingSettings, train_runs

if TYPE_CHECKING:
    from filelock import BaseFileLock

_ARRAYS = ("predicted", "history", "state")

_AT_ONCE = 256
"""Runs claimed together; each is an open file."""


class RunRecords:
    """The finished runs in a store, by the key of their job."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, job: Job) -> RunResult | None:
        """The result of an earlier training of this job, with its weights if it asks for them."""
        entry = self._store.find(run_record(job.key))
        if entry is None:
            return None
        state = None
        if job.keep_state:
            model = self._store.find(model_key(job.key))
            if model is None:
                return None
            state = model.arrays
        history = tuple(
            EpochRecord(epoch, float(loss), float(accuracy))
            for epoch, (loss, accuracy) in enumerate(entry["history"], start=1)
        )
        predicted = entry["predicted"].astype(np.int64)
        return RunResult(predicted=predicted, history=history, state=state, **entry.facts)

    def keep(self, result: RunResult) -> None:
        """Write a finished run down at once; of two writers the first wins.

        Raises:
            ValueError: the run failed; a failed run is tried again, not kept.
        """
        if result.failure:
            raise ValueError(f"run {result.key} failed ({result.failure}) and cannot be kept")
        if result.state is not None:
            self._store.put(model_key(result.key), Built(result.state, {}))
        self._store.put(run_record(result.key), _record(result))

    def model(self, key: str) -> Entry:
        """The weights of a run that was kept with them.

        Raises:
            LeansetError: they are missing or damaged.
        """
        return self._store.get(model_key(key))

    def claim(self, jobs: Sequence[Job]) -> dict[str, BaseFileLock]:
        """The locks of those runs that no other process is at, by the key of the job.

        Where another is at all of them, that of the first, after the other is done with it.
        """
        keys = list(dict.fromkeys(job.key for job in jobs))
        locks = {key: self._store.locks.claim(run_record(key)) for key in keys}
        claimed = {key: lock for key, lock in locks.items() if lock is not None}
        return claimed or {keys[0]: self._store.locks.wait_for(run_record(keys[0]))}


def results_of(
    jobs: Sequence[Job], images: ImageSet, records: RunRecords, settings: TrainingSettings
) -> Iterator[tuple[RunResult, bool]]:
    """The result of every job and whether it was recorded before; a new one is kept at once.

    Recorded results come first, the others as they finish; last come those that another sweep was
    training meanwhile.
    """
    wanted: list[Job] = []
    for job in jobs:
        record = records.find(job)
        if record:
            yield record, True
        else:
            wanted.append(job)
    while wanted:
        locks = records.claim(wanted[:_AT_ONCE])
        mine = [job for job in wanted if job.key in locks]
        wanted = [job for job in wanted if job.key not in locks]
        yield from _claimed(mine, locks, images, records, settings)


def _claimed(
    jobs: Sequence[Job],
    locks: Mapping[str, BaseFileLock],
    images: ImageSet,
    records: RunRecords,
    settings: TrainingSettings,
) -> Iterator[tuple[RunResult, bool]]:
    """The results of jobs that are ours, each let go of as soon as it is kept."""
    with ExitStack() as held:
        for lock in locks.values():
            held.callback(lock.release)
        # another sweep may have finished some between our look and our claim
        found = {job.key: record for job in jobs if (record := records.find(job))}
        for key, record in found.items():
            locks[key].release()
            yield record, True
        for result in train_runs(images, [job for job in jobs if job.key not in found], settings):
            if not result.failure:
                records.keep(result)
            locks[result.key].release()
            yield result, False


def run_record(run: str) -> Key:
    """Where the record of a run lies."""
    return Key("run", run)


def model_key(run: str) -> Key:
    """Where the weights of a run lie."""
    return Key.of("model", run=run)


def _record(result: RunResult) -> Built:
    facts = {name: value for name, value in asdict(result).items() if name not in _ARRAYS}
    history = np.array([(record.loss, record.accuracy) for record in result.history])
    classes = np.min_scalar_type(int(result.predicted.max()))
    return Built({"predicted": result.predicted.astype(classes), "history": history}, facts)
