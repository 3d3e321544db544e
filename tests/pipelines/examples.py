"""Entries of a small store, and the plan of a sweep that reads them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from leanset.clustering import Clustering
from leanset.config import SweepSettings
from leanset.provenance import Work
from leanset.store import Built, Entry, Key, Store
from leanset.sweep import Cell, plan_table

SAMPLES = 4
LABELS = np.array([0, 1, 1, 0])
HELD_BACK = np.array([1, 0, 1])


def own(entry: Entry) -> dict[str, Work]:
    """The work of one entry alone."""
    return {f"{entry.key.kind} {entry.key.digest}": Work(entry.seconds)}


def score(store: Store, value: float, uses_labels: bool = True, **facts: Any) -> Entry:
    """A score that is the same everywhere."""
    built = Built(
        {"values": np.full(SAMPLES, value, dtype=np.float32)}, {"uses_labels": uses_labels, **facts}
    )
    return store.get_or_build(Key.of("score", value=value), lambda: built)


def clustering(store: Store, distance: float, **facts: Any) -> Entry:
    """A clustering of all samples equally far from their centroid; both lie on the first axis."""
    centroids = np.array([[1, 0, 0], [2, 0, 0]], dtype=np.float32)
    fitted = Clustering(np.array([0, 0, 1, 1]), np.full(SAMPLES, distance), centroids)
    built = Built(fitted.arrays(), facts)
    return store.get_or_build(Key.of("clustering", distance=distance), lambda: built)


def embedding(store: Store, value: float, **facts: Any) -> Entry:
    """Three numbers for each sample: the value, its number and what is left of its label."""
    values = np.column_stack([np.full(SAMPLES, value), np.arange(SAMPLES), value * LABELS])
    built = Built({"values": values.astype(np.float32)}, facts)
    return store.get_or_build(Key.of("embedding", value=value), lambda: built)


def log(
    store: Store, proxies: int, *, validation: bool = False, folds: bool = False, **changes: Any
) -> Entry:
    """A log of five epochs; proxy r took r + 1 s, and all its features are 10 · r + chosen epoch.

    More was recorded before the training and after epoch 5.
    """
    epoch_of_proxy = 10 * np.arange(proxies)[:, None] + np.array([0, 5])
    seen = np.broadcast_to(epoch_of_proxy[..., None, None], (proxies, 2, SAMPLES, 2))
    arrays: dict[str, Any] = {
        "labels": LABELS,
        "logits": np.zeros((proxies, 5, SAMPLES, 2), dtype=np.float16),
        "features": seen.astype(np.float32),
        "errors": seen.astype(np.float32) / 100,
    }
    if validation:
        arrays["validation_labels"] = HELD_BACK
        arrays["validation_features"] = arrays["features"][:, :, :3] + 1000
        arrays["validation_errors"] = arrays["errors"][:, :, :3] + 1000
    if folds:
        arrays["fold"] = np.arange(SAMPLES) % proxies
    facts = {
        "settings": {"features_at": [0, 5]},
        "seconds_train": list(range(1, proxies + 1)),
        "seconds_recording": [0] * proxies,
    }
    key = Key.of("log", proxies=proxies, validation=validation, folds=folds, changed=[*changes])
    return store.get_or_build(key, lambda: Built(arrays | changes, facts))


def trained(entry: Entry, *proxies: int) -> dict[str, Work]:
    """The work of training some proxies of a log."""
    return {
        f"proxy {proxy} of log {entry.key.digest}": Work(float(proxy + 1), 5) for proxy in proxies
    }


def cell(runs: int, *artifacts: str, variant: str = "mine") -> Cell:
    """A cell of so many runs that is selected from some datasets."""
    return Cell(variant, "lenet5", "10", 10, runs, artifacts)


def plan(*cells: Cell) -> pd.DataFrame:
    """The plan of a sweep of some cells."""
    return plan_table(cells)


def sweep(runs: int = 5, scores: Sequence[str] = ()) -> SweepSettings:
    """A sweep of so many runs that lists some scores."""
    return SweepSettings(
        seed=1, variants="all", budgets=(10,), runs=runs, recipe="lenet5", scores=tuple(scores)
    )
