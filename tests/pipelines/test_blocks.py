"""Which proxies of a log serve which run, and what training them took."""

from pathlib import Path

import pytest

from leanset.pipelines.blocks import blocks_of, described
from leanset.provenance import total
from leanset.store import Store
from tests.pipelines.examples import log, trained


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def test_each_run_has_a_block_of_its_own_and_its_work_alone(store: Store) -> None:
    entry = log(store, 5)
    blocks = blocks_of(entry, 2, "own")
    assert [block.log.snapshot(5).features[:, 0, 0].tolist() for block in blocks] == [
        [5, 15], [25, 35],
    ]  # fmt: skip
    assert [block.works for block in blocks] == [trained(entry, 0, 1), trained(entry, 2, 3)]
    # 3 s and 4 s of two proxies of five epochs
    assert (total(blocks[1].works).seconds, total(blocks[1].works).proxy_epochs) == (7, 10)


@pytest.mark.parametrize(
    ("runs", "proxies", "folds"), [(6, "own", False), (2, "shared", False), (2, "own", True)]
)
def test_all_runs_share_all_proxies_where_there_are_too_few_or_that_is_asked_for_or_folds(
    store: Store, runs: int, proxies: str, folds: bool
) -> None:
    entry = log(store, 5, folds=folds)
    (block,) = blocks_of(entry, runs, proxies)  # type: ignore[arg-type]
    assert block.log.proxies == 5
    assert block.works == trained(entry, 0, 1, 2, 3, 4)


def test_proxies_have_one_name_however_they_are_divided(store: Store) -> None:
    entry = log(store, 4)
    names = [
        {name for block in blocks_of(entry, runs, "own") for name in block.works}
        for runs in (1, 2, 4)
    ]
    assert names[0] == names[1] == names[2]


def test_the_name_of_a_block_says_which_it_is_of_how_many_of_which_log(store: Store) -> None:
    entry, other = log(store, 4), log(store, 2)
    names = [
        block.name
        for of, runs in ((entry, 1), (entry, 2), (entry, 4), (other, 2))
        for block in blocks_of(of, runs, "own")
    ]
    assert len(set(names)) == len(names) == 1 + 2 + 4 + 2
    # what scores from logs are stored under
    assert names[1] == f"log {entry.key.digest}, block 0 of 2"


def test_a_person_is_told_how_many_proxies_serve_a_run_and_what_sharing_leaves_out(
    store: Store,
) -> None:
    entry = log(store, 5)
    assert described(blocks_of(entry, 2, "own"), 2) == "2 × 2 proxies of 5 epochs"
    assert described(blocks_of(entry, 1, "own"), 1) == "1 × 5 proxies of 5 epochs"
    assert described(blocks_of(entry, 3, "shared"), 3) == (
        "1 × 5 proxies of 5 epochs; all 3 runs share it, so their spread leaves the proxies' part "
        "out"
    )
