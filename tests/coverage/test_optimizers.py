import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from leanset.coverage import threads
from leanset.coverage.facility_location import Cover
from leanset.coverage.optimizers import Batched, Lazy, Optimizer, Stochastic, Task
from leanset.coverage.similarity import Cosine, Euclidean, SimilarityName
from tests.coverage.examples import (
    GRID,
    MEMORIES,
    NAMES,
    NARROW,
    ROOMY,
    Floats,
    assert_greedy,
    best_of_all,
    clustered,
    covered_by,
    matrix_of,
    normal,
    objective_of,
    tolerance,
)

BATCHED, LAZY = Batched(), Lazy(name="lazy")
ALL_LOOKED_AT = Stochastic(name="stochastic", epsilon=1e-12)
GREEDY = [BATCHED, LAZY, ALL_LOOKED_AT]

GUARANTEE = 1 - 1 / np.e


def cover_of(
    optimizer: Optimizer,
    name: SimilarityName,
    points: Floats,
    keep: int,
    memory: int = ROOMY,
    seed: int = 0,
) -> Cover:
    objective = objective_of(name, points, memory)
    return optimizer.maximise(objective, keep, memory, np.random.default_rng(seed))


@pytest.mark.parametrize("optimizer", GREEDY)
@settings(max_examples=50)
@given(points=GRID, memory=MEMORIES, data=st.data())
def test_greedy_reaches_most_of_the_best_there_is(
    optimizer: Optimizer, points: Floats, memory: int, data: st.DataObject
) -> None:
    keep = data.draw(st.integers(1, len(points)))
    for name in NAMES:
        matrix, floor = matrix_of(name, points), objective_of(name, points).similarity.floor
        chosen = cover_of(optimizer, name, points, keep, memory).chosen.tolist()
        assert len(set(chosen)) == len(chosen) == keep
        best = best_of_all(lambda some: covered_by(matrix, floor, some), len(points), keep)  # noqa: B023
        reached = covered_by(matrix, floor, chosen)
        assert reached >= GUARANTEE * best - tolerance(matrix, floor)


@pytest.mark.parametrize("epsilon", [0.2, 0.4])
@pytest.mark.parametrize("name", NAMES)
def test_stochastic_reaches_its_part_of_the_best_on_average(
    name: SimilarityName, epsilon: float
) -> None:
    points = normal(9, 2)
    matrix, floor = matrix_of(name, points), objective_of(name, points).similarity.floor
    optimizer = Stochastic(name="stochastic", epsilon=epsilon)
    covers = [cover_of(optimizer, name, points, 3, seed=seed) for seed in range(100)]
    assert all(len(set(cover.chosen.tolist())) == 3 for cover in covers)
    reached = [covered_by(matrix, floor, cover.chosen.tolist()) for cover in covers]
    best = best_of_all(lambda some: covered_by(matrix, floor, some), 9, 3)
    assert np.mean(reached) >= (GUARANTEE - epsilon) * best
    # what it looks at is drawn
    assert len({tuple(cover.chosen) for cover in covers}) > 1


@pytest.mark.parametrize("memory", [ROOMY, 10_000, NARROW])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("optimizer", GREEDY)
def test_every_greedy_choice_is_that_of_the_plain_one(
    optimizer: Optimizer, name: SimilarityName, memory: int
) -> None:
    for points, keep in ((normal(80, 6), 30), (clustered(80, 8), 16)):
        assert_greedy(name, points, cover_of(optimizer, name, points, keep, memory).chosen.tolist())


@pytest.mark.parametrize("name", NAMES)
def test_all_greedy_ways_choose_the_same_while_nothing_ties(name: SimilarityName) -> None:
    points = normal(200, 6, seed=3)
    first, *others = [
        cover_of(optimizer, name, points, 15, memory).chosen.tolist()
        for optimizer in GREEDY
        for memory in (ROOMY, 50_000, NARROW)
    ]
    assert all(other == first for other in others)


@pytest.mark.parametrize("optimizer", [*GREEDY, Stochastic(name="stochastic")])
@settings(max_examples=30)
@given(points=GRID, memory=MEMORIES, data=st.data())
def test_copies_and_constant_points_break_no_cover(
    optimizer: Optimizer, memory: int, points: Floats, data: st.DataObject
) -> None:
    for places in (np.concatenate([points, points]), np.repeat(points[:1], 12, axis=0)):
        keep = data.draw(st.integers(1, len(places)))
        for name in NAMES:
            cover = cover_of(optimizer, name, places, keep, memory)
            assert len(set(cover.chosen.tolist())) == len(cover.chosen) == keep
            assert cover.sizes.sum() == len(places)
            assert cover.sizes.min() >= 1


@pytest.mark.parametrize("memory", [ROOMY, NARROW])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("optimizer", GREEDY)
def test_of_identical_points_each_is_chosen_equally_often(
    optimizer: Optimizer, name: SimilarityName, memory: int
) -> None:
    points = np.repeat(normal(1, 5), 8, axis=0)
    chosen = [cover_of(optimizer, name, points, 2, memory, seed).chosen for seed in range(320)]
    # a quarter of 320 is 80, deviation 7.7
    counts = np.bincount(np.concatenate(chosen), minlength=8)
    assert counts.min() > 45
    assert counts.max() < 115
    # and each comes first as often as it comes second: 40, deviation 5.9
    firsts = np.bincount([of[0] for of in chosen], minlength=8)
    assert firsts.min() > 12
    assert firsts.max() < 68


@pytest.mark.parametrize("optimizer", [*GREEDY, Stochastic(name="stochastic")])
def test_the_same_seed_chooses_the_same(optimizer: Optimizer) -> None:
    # all points twice, so that much is left to chance
    points = np.tile(normal(50, 3), (2, 1))
    chosen = [
        cover_of(optimizer, "cosine", points, 20, seed=seed).chosen.tolist() for seed in (1, 1, 2)
    ]
    assert chosen[0] == chosen[1]
    assert chosen[0] != chosen[2]


@pytest.mark.parametrize("optimizer", GREEDY)
def test_the_number_of_threads_changes_no_choice(
    optimizer: Optimizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    points, chosen = normal(1100, 4), []
    for cores in (1, 3):
        monkeypatch.setattr(threads, "usable_cores", lambda cores=cores: cores)
        chosen.append(cover_of(optimizer, "euclidean", points, 5).chosen.tolist())
    assert chosen[0] == chosen[1]


@pytest.mark.parametrize("optimizer", [*GREEDY, Stochastic(name="stochastic")])
@pytest.mark.parametrize("similarity", [Cosine, Euclidean])
def test_pairs_that_do_not_fit_take_less_memory_and_more_work(
    similarity: type[Cosine | Euclidean], optimizer: Optimizer
) -> None:
    # 4 · 1000² bytes are six tenths of 6,666,667
    fits, tight = (
        optimizer.demand(Task(similarity, points=1000, width=8, keep=100, memory=memory))
        for memory in (6_666_667, 6_666_666)
    )
    assert fits.memory > 4_000_000 > tight.memory
    assert tight.products >= fits.products
    assert tight.passes > fits.passes


def test_a_smaller_epsilon_takes_longer() -> None:
    task = Task(Cosine, points=1000, width=8, keep=100, memory=NARROW)
    quick, slow = (
        Stochastic(name="stochastic", epsilon=epsilon).demand(task) for epsilon in (0.1, 0.01)
    )
    # ln 100 is twice ln 10
    assert slow.passes == pytest.approx(2 * quick.passes)
    assert slow.products == pytest.approx(2 * quick.products)


def test_lists_take_memory_that_bounds_do_not() -> None:
    task = Task(Cosine, points=1000, width=8, keep=100, memory=ROOMY)
    # at most a twentieth of all pairs, each of 8 bytes
    assert BATCHED.demand(task).memory - LAZY.demand(task).memory == 400_000


def test_an_optimizer_is_known_by_its_name() -> None:
    known = TypeAdapter(Optimizer)
    assert known.validate_python({"name": "batched"}) == BATCHED
    assert known.validate_python({"name": "lazy"}) == LAZY
    assert known.validate_python({"name": "stochastic", "epsilon": 0.2}) == Stochastic(
        name="stochastic", epsilon=0.2
    )
    with pytest.raises(ValidationError, match="'batched', 'lazy', 'stochastic'"):
        known.validate_python({"name": "naive"})


@pytest.mark.parametrize("epsilon", [0.0, 1.0, -0.1])
def test_an_epsilon_that_is_no_part_of_one_is_refused(epsilon: float) -> None:
    with pytest.raises(ValidationError, match="epsilon"):
        Stochastic(name="stochastic", epsilon=epsilon)
