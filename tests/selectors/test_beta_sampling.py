from collections.abc import Sequence
from itertools import permutations

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.stats import beta
from tests.selectors.examples import chosen, scores_of, times_chosen

from leanset.errors import LeansetError
from leanset.selectors import BetaSampling, Materials, Needs


def sampling(c_d: float = 5.5) -> BetaSampling:
    return BetaSampling(method="beta_sampling", score="dual", doubt="doubt", c_d=c_d)


def doubted(score: Sequence[float], mean_probability: Sequence[float]) -> Materials:
    doubt = [1 - p for p in mean_probability]
    return Materials(
        np.zeros(len(score), dtype=np.int64),
        scores={"dual": scores_of(score, True), "doubt": scores_of(doubt, True)},
    )


def test_pairs_are_drawn_with_the_weights_of_the_paper() -> None:
    # the last sample has no weight and is never drawn, but counts
    score, p = np.array([0.2, 0.1, 0.3, 0.1, 0.0]), np.array([0.5, 0.8, 0.6, 0.9, 0.7])
    # three of five are pruned and all are anchors: μ = 0.7, b = 15 · 0.3 · (1 - 0.6²) = 2.88
    weight = score * beta.pdf(p, 16 - 2.88, 2.88)
    share = weight / weight.sum()
    expected = {(a, b): 0.0 for a in range(4) for b in range(a + 1, 4)}
    for first, second in permutations(range(4), 2):
        pair = (min(first, second), max(first, second))
        expected[pair] += share[first] * share[second] / (1 - share[first])
    drawn = [tuple(chosen(sampling(2.0), 2, doubted(score, p), seed)) for seed in range(1500)]
    for pair, probability in expected.items():
        # four deviations of a binomial count of 1,500
        assert abs(drawn.count(pair) - 1500 * probability) < 4 * np.sqrt(
            1500 * probability * (1 - probability)
        )


def test_the_anchor_is_the_mean_probability_of_the_ten_highest_scores() -> None:
    # 15 of 30 pruned and ten anchors of p = 0.5: b = 15 · 0.5 · (1 - 0.5^5.5) = 7.334, a = 8.666,
    # and the density at 0.5 is so much above that at 0.95 that the unsure five are kept beside the
    # anchors; with the mean of all, μ = 0.725, the two densities would be equal
    score = [2.0] * 10 + [1.0] * 20
    p = [0.5] * 10 + [0.5] * 5 + [0.95] * 15
    unsure, sure = beta.pdf([0.5, 0.95], 8.666, 7.334)
    assert unsure > 1e4 * sure
    for seed in range(20):
        assert chosen(sampling(), 15, doubted(score, p), seed) == list(range(15))


def test_the_more_is_pruned_the_easier_are_the_samples() -> None:
    p = np.linspace(0.05, 0.95, 400)
    materials = doubted([1.0] * 400, p)
    means = [
        np.mean([p[chosen(sampling(), keep, materials, seed)].mean() for seed in range(5)])
        for keep in (300, 80, 8)
    ]
    assert means[0] < means[1] < means[2]
    # at 98 % pruned, b = 15 (1 - μ) (1 - 0.98^5.5) is below 1.6 whatever μ, the mode above 0.95
    assert means[2] > 0.8


def test_samples_of_no_weight_fill_the_budget_by_chance() -> None:
    materials = doubted([0.0] * 6 + [1.0, 1.0], [0.5] * 8)
    counts = times_chosen(sampling(), 4, materials, seeds=300)
    assert counts[6:].tolist() == [300, 300]
    # two of the six others: 100 of 300, deviation 8.2
    assert counts[:6].min() > 65
    assert counts[:6].max() < 135


def test_a_score_of_nothing_but_zeros_is_a_uniform_draw() -> None:
    counts = times_chosen(sampling(), 2, doubted([0.0] * 6, [0.5] * 6), seeds=300)
    assert counts.min() > 65
    assert counts.max() < 135


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_probabilities_at_the_ends_do_no_harm(p: float) -> None:
    for keep in (1, 2, 19, 20):
        assert len(chosen(sampling(), keep, doubted([1.0] * 20, [p] * 19 + [0.5]))) == keep


def test_a_negative_score_is_refused() -> None:
    with pytest.raises(LeansetError, match=r"by the score dual, which is -0\.5 somewhere"):
        chosen(sampling(), 1, doubted([1.0, -0.5], [0.5, 0.5]))


def test_a_doubt_that_is_no_probability_is_refused() -> None:
    with pytest.raises(LeansetError, match=r"takes the score doubt for 1 - p, but it runs from 0"):
        chosen(sampling(), 1, doubted([1.0, 1.0], [1.0, -0.4]))


def test_it_needs_both_scores() -> None:
    assert sampling().needs() == Needs(scores=("dual", "doubt"))
    assert not sampling().uses_labels()


def test_a_doubt_that_is_not_a_number_is_refused_with_its_name() -> None:
    with pytest.raises(LeansetError, match="score doubt: 1 of 2 samples"):
        chosen(sampling(), 1, doubted([1.0, 1.0], [0.5, np.nan]))


@pytest.mark.parametrize("c_d", [0.0, -1.0, np.inf])
def test_the_exponent_is_positive_and_finite(c_d: float) -> None:
    with pytest.raises(ValidationError, match="c_d"):
        sampling(c_d)
