import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from leanset.training import Fresh, Order, Shuffled, Weighted


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def weights(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


ORDERS = st.one_of(
    st.just(Shuffled()),
    st.integers(1, 12).map(Fresh),
    st.integers(1, 40).map(lambda draws: Weighted(weights(*range(12)), draws)),
    st.just(Weighted(weights(*range(12)))),
)
"""Orders for a subset of twelve."""


@settings(deadline=None)
@given(ORDERS, st.integers(0, 1000))
def test_an_epoch_is_as_long_as_it_says_and_shows_samples_of_the_subset(
    order: Order, seed: int
) -> None:
    positions = order.draw(12, generator(seed))
    assert positions.dtype == torch.int64
    assert positions.shape == (order.length(12),)
    assert set(positions.tolist()) <= set(range(12))


@settings(deadline=None)
@given(ORDERS, st.integers(0, 1000))
def test_one_seed_draws_one_epoch(order: Order, seed: int) -> None:
    assert torch.equal(order.draw(12, generator(seed)), order.draw(12, generator(seed)))


@pytest.mark.parametrize("order", [Shuffled(), Fresh(50), Weighted(np.ones(100, np.float32))])
def test_each_epoch_and_each_seed_draws_anew(order: Order) -> None:
    drawing = generator()
    first, second = order.draw(100, drawing), order.draw(100, drawing)
    assert not torch.equal(first, second)
    assert not torch.equal(first, order.draw(100, generator(1)))


# --- shuffled


@pytest.mark.parametrize("n", [1, 2, 1000])
def test_a_shuffled_epoch_shows_every_sample_once(n: int) -> None:
    assert sorted(Shuffled().draw(n, generator()).tolist()) == list(range(n))
    assert Shuffled().length(n) == n


# --- fresh


def test_a_fresh_epoch_shows_distinct_samples_as_many_as_the_budget() -> None:
    drawing = generator()
    epochs = [Fresh(30).draw(100, drawing).tolist() for _ in range(20)]
    assert all(len(epoch) == len(set(epoch)) == 30 for epoch in epochs)
    assert len({frozenset(epoch) for epoch in epochs}) == 20


def test_every_sample_of_the_pool_is_drawn_fresh_equally_often() -> None:
    drawing = generator()
    epochs = torch.cat([Fresh(3).draw(10, drawing) for _ in range(2000)])
    counts = torch.bincount(epochs, minlength=10)
    # 600 each; without replacement within an epoch they scatter less than independent draws
    assert int((counts - 600).abs().max()) < 75


def test_a_fresh_epoch_of_the_whole_pool_is_a_shuffle() -> None:
    assert torch.equal(Fresh(10).draw(10, generator()), Shuffled().draw(10, generator()))


# --- weighted


def test_weighted_draws_follow_the_weights() -> None:
    proportions = np.array([1, 2, 3, 4, 10]) / 20
    order = Weighted(proportions.astype(np.float32) * 7, draws=20_000)
    counts = torch.bincount(order.draw(5, generator()), minlength=5)
    assert chisquare(counts.numpy(), 20_000 * proportions).pvalue > 0.01


def test_only_the_proportions_of_the_weights_count() -> None:
    small, large = weights(1, 2, 5), weights(1024, 2048, 5120)
    drawn = [Weighted(each, 1000).draw(3, generator()) for each in (small, large)]
    assert torch.equal(*drawn)


@pytest.mark.parametrize(
    "of_samples", [(0, 1, 0, 0, 2, 0), (1, 0), (0, 1), (0, 0, 1e-30, 0), (3e38, 3e38, 0)]
)
def test_a_sample_without_weight_is_never_drawn(of_samples: tuple[float, ...]) -> None:
    order = Weighted(weights(*of_samples), draws=5000)
    drawn = set(order.draw(len(of_samples), generator()).tolist())
    assert drawn == {position for position, weight in enumerate(of_samples) if weight > 0}


def test_a_chance_on_the_border_belongs_to_the_next_sample_that_has_a_weight(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # the running sums are 0, 0, 1, 3, 3, 4, 4, and a chance is a share of 4
    chances = torch.tensor([0, 0.1, 0.25, 0.5, 0.75, 0.9, 1 - 2**-53], dtype=torch.float64)
    monkeypatch.setattr(torch, "rand", lambda *_, **__: chances)
    order = Weighted(weights(0, 0, 1, 2, 0, 1, 0))
    assert order.draw(7, generator()).tolist() == [2, 2, 3, 3, 5, 5, 5]


def test_draws_are_independent_so_samples_repeat() -> None:
    drawn = Weighted(np.ones(1000, np.float32)).draw(1000, generator())
    # of 1,000 draws from 1,000 some 632 are distinct
    assert 580 < len(set(drawn.tolist())) < 680


def test_as_many_are_drawn_as_are_asked_for_or_else_the_size_of_the_subset() -> None:
    assert Weighted(weights(1, 1)).length(2) == 2
    assert Weighted(weights(1, 1), draws=7).length(2) == 7
    assert len(Weighted(weights(1, 1), draws=7).draw(2, generator())) == 7


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ((1, -1e-9), "finite and not negative"),
        ((1, float("nan")), "finite and not negative"),
        ((1, float("inf")), "finite and not negative"),
        ((0, 0), "at least one sampling weight is above zero"),
        ((), "at least one sampling weight is above zero"),
    ],
)
def test_weights_that_mean_nothing_are_refused(wrong: tuple[float, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Weighted(weights(*wrong))
