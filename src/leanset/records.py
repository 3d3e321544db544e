"""Run records: what a finished training led to, kept in the store so that it is done only once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import partial

import numpy as np

from leanset.images import ImageSet
from leanset.store import Built, Entry, Key, Store
from leanset.training import EpochRecord, Job, RunResult, TrainingSettings, train_runs

_ARRAYS = ("predicted", "history", "state")


class RunRecords:
    """The finished runs in a store, by the key of their job."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, job: Job) -> RunResult | None:
        """The result of an earlier training of this job, with its weights if it asks for them."""
        entry = self._store.find(Key("run", job.key))
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
            self._store.get_or_build(model_key(result.key), partial(Built, result.state, {}))
        self._store.get_or_build(Key("run", result.key), partial(_record, result))

    def model(self, key: str) -> Entry:
        """The weights of a run that was kept with them.

        Raises:
            LeansetError: they are missing or damaged.
        """
        return self._store.get(model_key(key))


def results_of(
    jobs: Sequence[Job], images: ImageSet, records: RunRecords, settings: TrainingSettings
) -> Iterator[tuple[RunResult, bool]]:
    """The result of every job and whether it was recorded before; a new one is kept at once.

    Recorded results come first, the others as they finish.
    """
    found = {job.key: record for job in jobs if (record := records.find(job))}
    for record in found.values():
        yield record, True
    for result in train_runs(images, [job for job in jobs if job.key not in found], settings):
        if not result.failure:
            records.keep(result)
        yield result, False


def model_key(run: str) -> Key:
    """Where the weights of a run lie."""
    return Key.of("model", run=run)


def _record(result: RunResult) -> Built:
    facts = {name: value for name, value in asdict(result).items() if name not in _ARRAYS}
    history = np.array([(record.loss, record.accuracy) for record in result.history])
    classes = np.min_scalar_type(int(result.predicted.max()))
    return Built({"predicted": result.predicted.astype(classes), "history": history}, facts)
