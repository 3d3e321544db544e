"""Which proxies a variant's subsets are matched at."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from leanset.matching import relative_error
from leanset.pipelines.pruning.matching import match_gradients
from leanset.selectors import Needs
from leanset.store import Entry, Store
from leanset.training.log.snapshot import Moment
from tests.pipelines.examples import cell, log, plan

RUNS = 2
SUBSETS = pd.DataFrame(
    [
        {"variant": "mine", "recipe": "mlp", "budget": "2", "kept": 2, "run": run,
         "selection_seed": run, "indices": np.array([0, 1 + run]), "weights": None}
        for run in range(RUNS)
    ]
)  # fmt: skip


def errors(proxies: int) -> np.ndarray:
    """What the proxies said before the training and after epoch 5, of four samples."""
    return np.random.default_rng(proxies).normal(size=(proxies, 2, 4, 2)).astype(np.float32)


def matched(store: Store, proxies: int, *moments: Moment, served: int = RUNS) -> pd.DataFrame:
    """The table of a variant of two runs, in a sweep in which another one has ``served`` runs."""
    recorded: Entry = log(store, proxies, errors=errors(proxies))
    cells = plan(
        cell(RUNS, "log_short"), cell(served, "log_short", variant="other"), cell(9, variant="none")
    )
    variant: Any = SimpleNamespace(selector=SimpleNamespace(needs=lambda: Needs(moments=moments)))
    return match_gradients(SUBSETS, cells, variant, log_short=[recorded])


def expected(proxies: int, rows: slice, place: int, run: int) -> float:
    seen = errors(proxies)[rows, place]
    return relative_error(np.concatenate(list(seen), axis=1), np.array([0, 1 + run]), None)


def test_each_run_has_its_own_proxies_and_is_also_matched_at_those_of_the_next(
    tmp_path: Path,
) -> None:
    table = matched(Store(tmp_path), 4, Moment("short", 0))
    first, second = slice(0, 2), slice(2, 4)
    assert table["error_here"].tolist() == [expected(4, first, 0, 0), expected(4, second, 0, 1)]
    assert table["error_elsewhere"].tolist() == [
        expected(4, second, 0, 0), expected(4, first, 0, 1),
    ]  # fmt: skip


def test_proxies_are_dealt_out_among_all_runs_that_the_sweep_has(tmp_path: Path) -> None:
    # another variant has four runs, so each run has one proxy, in this variant too
    table = matched(Store(tmp_path), 4, Moment("short"), served=4)
    assert table["error_here"].tolist() == [
        expected(4, slice(run, run + 1), 1, run) for run in range(RUNS)
    ]


def test_where_proxies_are_too_few_to_deal_out_there_is_no_elsewhere(tmp_path: Path) -> None:
    table = matched(Store(tmp_path), 1, Moment("short", 5))
    assert table["error_here"].tolist() == [expected(1, slice(1), 1, run) for run in range(RUNS)]
    assert table["error_elsewhere"].isna().all()


def test_a_rule_that_selects_at_two_moments_is_matched_at_both(tmp_path: Path) -> None:
    table = matched(Store(tmp_path), 2, Moment("short", 0), Moment("short", 5))
    assert table["run"].tolist() == [0, 1, 0, 1]
    assert table["error_here"].nunique() == 4


def test_a_log_that_is_not_there_is_no_silent_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="log_long"):
        matched(Store(tmp_path), 2, Moment("long", 0))
