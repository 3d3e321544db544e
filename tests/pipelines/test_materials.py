"""What the runs of a variant select from, and the work that is behind it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from leanset.errors import LeansetError
from leanset.pipelines.materials import sources_of_runs
from leanset.provenance import Work, Works, as_fact, total
from leanset.selectors import Materials, Needs
from leanset.store import Built, Entry, Key, Store
from leanset.sweep import Cell
from leanset.training.log.snapshot import Moment
from tests.pipelines.examples import (
    HELD_BACK,
    LABELS,
    SAMPLES,
    cell,
    clustering,
    embedding,
    log,
    own,
    score,
    trained,
)

MEMORY = 10**7
LAST, START = Moment("g"), Moment("g", 0)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def gathered(
    needs: Needs,
    artifacts: Mapping[str, list[Entry]],
    runs: int = 1,
    cells: Sequence[Cell] = (),
) -> list[tuple[Materials, Works]]:
    sources = sources_of_runs(LABELS, needs, artifacts, cells, runs, MEMORY)
    return [(source.materials, source.works) for source in sources]


def test_what_a_run_selects_from_is_known_by_its_content(store: Store) -> None:
    wrong = Key.of("noise", of="this")
    artifacts = {
        "score_own": [score(store, 1.0), score(store, 2.0)],
        "embedding_shared": [embedding(store, 8.0)],
        "log_g": [log(store, 2)],
        "label_noise": [store.get_or_build(wrong, lambda: Built({"wrong": LABELS > 0}, {}))],
    }
    needs = Needs(scores=("own",), embeddings=("shared",), moments=(START, LAST))
    cells = [cell(2, "log_g")]
    _, second = sources_of_runs(LABELS, needs, artifacts, cells, 2, MEMORY)
    assert second.contents == {
        "score_own": artifacts["score_own"][1].key.digest,
        "embedding_shared": artifacts["embedding_shared"][0].key.digest,
        "log_g": f"log {artifacts['log_g'][0].key.digest}, block 1 of 2",
        "label_noise": wrong.digest,
    }


def test_nothing_is_read_before_something_is_selected_from_it(store: Store) -> None:
    unreadable = {"log_g": [log(store, 2)]}
    (source,) = sources_of_runs(LABELS, Needs(moments=(Moment("g", 3),)), unreadable, [], 1, MEMORY)
    assert list(source.contents) == ["log_g"]


def test_a_rule_that_needs_nothing_gets_the_labels_and_no_work_is_behind_it() -> None:
    for materials, works in gathered(Needs(), {}, runs=3):
        assert materials.labels.tolist() == [0, 1, 1, 0]
        assert (materials.clusterings, materials.scores, materials.wrong) == ({}, {}, None)
        assert (materials.embeddings, materials.snapshots, materials.validation) == ({}, {}, {})
        assert materials.memory == MEMORY
        assert works == {}


def test_a_run_selects_from_its_own_replicates_and_from_what_is_shared(store: Store) -> None:
    artifacts = {
        "score_own": [score(store, 1.0), score(store, 2.0)],
        "score_shared": [score(store, 9.0, uses_labels=False)],
        "clustering_k2": [clustering(store, 5.0), clustering(store, 6.0)],
        "embedding_own": [embedding(store, 3.0), embedding(store, 4.0)],
        "embedding_shared": [embedding(store, 8.0)],
        "score_unread": [score(store, 7.0)],
    }
    needs = Needs(clusterings=("k2",), scores=("own", "shared"), embeddings=("own", "shared"))
    _, (materials, works) = gathered(needs, artifacts, runs=2)
    assert {name: found.values.tolist() for name, found in materials.scores.items()} == {
        "own": [2.0] * SAMPLES, "shared": [9.0] * SAMPLES,
    }  # fmt: skip
    assert materials.scores["own"].use_labels
    assert not materials.scores["shared"].use_labels
    assert materials.clusterings["k2"].distance.tolist() == [6.0] * SAMPLES
    assert materials.embeddings["own"][:, 0].tolist() == [4.0] * SAMPLES
    assert materials.embeddings["shared"][:, 0].tolist() == [8.0] * SAMPLES
    assert works == {
        **own(artifacts["clustering_k2"][1]),
        **own(artifacts["score_own"][1]),
        **own(artifacts["score_shared"][0]),
        **own(artifacts["embedding_own"][1]),
        **own(artifacts["embedding_shared"][0]),
    }


def test_the_work_behind_two_scores_of_one_log_is_counted_once(store: Store) -> None:
    behind = as_fact({"log d, proxies 0 of 1": Work(60.0, 100)})
    artifacts = {
        "score_a": [score(store, 1.0, behind=behind)],
        "score_b": [score(store, 2.0, behind=behind)],
    }
    ((_, works),) = gathered(Needs(scores=("a", "b")), artifacts)
    took = artifacts["score_a"][0].seconds + artifacts["score_b"][0].seconds
    assert total(works).proxy_epochs == 100
    assert total(works).seconds == pytest.approx(60 + took)


def test_a_clustering_that_is_read_and_that_a_score_is_made_from_is_counted_once(
    store: Store,
) -> None:
    fit = clustering(store, 5.0, behind=as_fact({"embedding e": Work(8.0)}))
    made = score(store, 1.0, behind=as_fact({"embedding e": Work(8.0), **own(fit)}))
    ((_, works),) = gathered(
        Needs(clusterings=("k2",), scores=("typical",)),
        {"clustering_k2": [fit], "score_typical": [made]},
    )
    assert works == {"embedding e": Work(8.0), **own(fit), **own(made)}


def test_which_labels_are_wrong_is_told_where_labels_were_made_wrong(store: Store) -> None:
    wrong = np.array([True, False, False, True])
    noise = store.get_or_build(Key.of("noise", of="this"), lambda: Built({"wrong": wrong}, {}))
    for materials, works in gathered(Needs(), {"label_noise": [noise]}, runs=2):
        assert materials.wrong is not None
        assert materials.wrong.tolist() == wrong.tolist()
        assert works == {}


@pytest.mark.parametrize(
    ("needs", "missing"),
    [
        (Needs(scores=("el2n",)), "score_el2n"),
        (Needs(embeddings=("pixels",)), "embedding_pixels"),
        (Needs(moments=(LAST,)), "log_g"),
    ],
)
def test_what_is_needed_and_not_there_is_no_silent_nothing(needs: Needs, missing: str) -> None:
    with pytest.raises(KeyError, match=missing):
        gathered(needs, {})


# --- what proxies said


def test_a_run_sees_what_its_block_of_proxies_said_at_each_moment(store: Store) -> None:
    entry = log(store, 5)
    runs = gathered(
        Needs(moments=(START, LAST)), {"log_g": [entry]}, runs=2, cells=[cell(2, "log_g")]
    )
    seen = [
        {
            moment: snapshot.features[:, 0, 0].tolist()
            for moment, snapshot in materials.snapshots.items()
        }
        for materials, _ in runs
    ]
    assert seen == [{START: [0, 10], LAST: [5, 15]}, {START: [20, 30], LAST: [25, 35]}]
    assert [works for _, works in runs] == [trained(entry, 0, 1), trained(entry, 2, 3)]
    for materials, _ in runs:
        assert materials.validation == {}
        assert materials.snapshots[LAST].labels.tolist() == LABELS.tolist()


def test_proxies_are_dealt_out_to_the_most_runs_that_read_the_log_in_the_whole_sweep(
    store: Store,
) -> None:
    entry = log(store, 5)
    cells = [
        cell(1, "log_g"), cell(5, "score_el2n", "log_g", variant="other"), cell(9, variant="none"),
    ]  # fmt: skip
    ((materials, works),) = gathered(Needs(moments=(LAST,)), {"log_g": [entry]}, cells=cells)
    assert materials.snapshots[LAST].features[:, 0, 0].tolist() == [5]
    assert works == trained(entry, 0)


@pytest.mark.parametrize(("proxies", "folds"), [(2, False), (4, True)])
def test_runs_that_share_proxies_also_share_what_is_in_memory_of_them(
    store: Store, proxies: int, folds: bool
) -> None:
    entry = log(store, proxies, folds=folds, validation=True)
    needs = Needs(moments=(LAST,), validation=True)
    runs = gathered(needs, {"log_g": [entry]}, runs=3, cells=[cell(3, "log_g")])
    assert len({id(materials.snapshots[LAST]) for materials, _ in runs}) == 1
    assert len({id(materials.validation[LAST]) for materials, _ in runs}) == 1
    assert [works for _, works in runs] == [trained(entry, *range(proxies))] * 3


def test_a_rule_that_looks_at_the_validation_split_sees_what_the_same_proxies_said_of_it(
    store: Store,
) -> None:
    needs = Needs(moments=(START, LAST), validation=True)
    artifacts = {"log_g": [log(store, 2, validation=True)]}
    _, (materials, _) = gathered(needs, artifacts, runs=2, cells=[cell(2, "log_g")])
    assert {
        moment: held_back.features[:, 0, 0].tolist()
        for moment, held_back in materials.validation.items()
    } == {START: [1010], LAST: [1015]}
    assert materials.validation[LAST].labels.tolist() == HELD_BACK.tolist()


def test_the_work_of_a_proxy_that_a_score_was_read_from_too_is_counted_once(store: Store) -> None:
    entry = log(store, 2)
    made = score(store, 1.0, behind=as_fact(trained(entry, 0, 1)))
    needs = Needs(scores=("el2n",), moments=(LAST,))
    ((_, works),) = gathered(needs, {"score_el2n": [made], "log_g": [entry]})
    assert works == {**own(made), **trained(entry, 0, 1)}


def test_what_a_log_does_not_hold_is_told_with_its_name(store: Store) -> None:
    artifacts = {"log_g": [log(store, 2)]}
    with pytest.raises(LeansetError, match=r"^log g: of epoch 3 the training log holds nothing"):
        gathered(Needs(moments=(Moment("g", 3),)), artifacts)
    with pytest.raises(LeansetError, match=r"^log g: .* holds nothing of a validation split"):
        gathered(Needs(moments=(LAST,), validation=True), artifacts)
