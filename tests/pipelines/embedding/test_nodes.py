"""Embeddings that are read from a log, one for each block of its proxies."""

from pathlib import Path
from typing import Any

import pytest

from leanset.errors import LeansetError
from leanset.pipelines.embedding.nodes import embed_from_log
from leanset.provenance import work_before
from leanset.store import Entry, Store
from leanset.sweep import Cell
from tests.pipelines.examples import SAMPLES, cell, log, plan, sweep, trained


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def embedded(
    entry: Entry, store: Store, *cells: Cell, runs: int = 5, listed: bool = False, **changes: Any
) -> list[Entry]:
    block = {"method": "network", "log": "g"} | changes
    return embed_from_log(
        [entry], plan(*cells), store, block, sweep(runs), name="features", listed=listed
    )


def test_each_run_has_the_features_of_its_own_proxies_side_by_side(store: Store) -> None:
    entry = log(store, 5)
    first, second = embedded(entry, store, cell(2, "embedding_features"))
    # two proxies for each run, of two features each, after epoch 5
    assert first["values"].tolist() == [[5, 5, 15, 15]] * SAMPLES
    assert second["values"].tolist() == [[25, 25, 35, 35]] * SAMPLES
    assert work_before(first) == trained(entry, 0, 1)
    assert work_before(second) == trained(entry, 2, 3)


def test_the_features_are_those_of_the_epoch_that_is_asked_for(store: Store) -> None:
    (start,) = embedded(log(store, 1), store, epoch=0)
    (end,) = embedded(log(store, 1), store, epoch=5)
    assert start["values"].tolist() == [[0, 0]] * SAMPLES
    assert end["values"].tolist() == [[5, 5]] * SAMPLES


@pytest.mark.parametrize("changes", [{"proxies": "shared"}, {"log_folds": True}, {"runs": 6}])
def test_all_runs_share_all_proxies_where_that_is_asked_for_or_cannot_be_otherwise(
    store: Store, changes: dict[str, Any]
) -> None:
    entry = log(store, 5, folds=changes.pop("log_folds", False))
    reads = cell(changes.pop("runs", 2), "embedding_features")
    (one,) = embedded(entry, store, reads, **changes)
    assert one["values"].shape == (SAMPLES, 10)
    assert work_before(one) == trained(entry, 0, 1, 2, 3, 4)


def test_behind_a_score_that_the_sweep_lists_it_is_made_for_the_runs_of_the_sweep(
    store: Store,
) -> None:
    entry = log(store, 5)
    assert len(embedded(entry, store, runs=4)) == 1
    assert len(embedded(entry, store, runs=4, listed=True)) == 4
    assert len(embedded(entry, store, cell(5, "embedding_features"), runs=4, listed=True)) == 5


def test_it_is_made_once_whatever_the_name_of_the_log(store: Store) -> None:
    entry = log(store, 4)
    (first,) = embedded(entry, store)
    (again,) = embedded(entry, store, log="other", proxies="shared")
    assert first.key == again.key
    keys = {first.key} | {
        made.key
        for made in (
            *embedded(entry, store, epoch=0),
            *embedded(entry, store, cell(2, "embedding_features")),
            *embedded(log(store, 2), store),
        )
    }
    assert len(keys) == 5


def test_what_the_log_does_not_hold_is_told_with_the_name_of_the_embedding(store: Store) -> None:
    with pytest.raises(LeansetError, match=r"^embedding features: of epoch 3 the training log"):
        embedded(log(store, 2), store, epoch=3)
