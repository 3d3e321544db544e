from itertools import permutations
from typing import Literal

import numpy as np
import pytest
from pydantic import ValidationError
from tests.selectors.examples import chosen, scored, times_chosen

from leanset.selectors import Weighted

End = Literal["hardest", "easiest"]


def weighted(keep: End, temperature: float) -> Weighted:
    return Weighted(method="weighted", score="s", keep=keep, temperature=temperature)


@pytest.mark.parametrize(("keep", "favoured"), [("hardest", 1), ("easiest", 0)])
def test_one_draw_follows_the_weights(keep: End, favoured: int) -> None:
    # two samples: z = -1 and 1, weights e⁻¹ and e at temperature 1, so that the favoured one is
    # drawn with probability e / (e + e⁻¹) = 0.881: 705 of 800, deviation 9.2
    counts = times_chosen(weighted(keep, 1.0), 1, scored([3.0, 5.0]), seeds=800)
    assert 668 < counts[favoured] < 742
    # at temperature 2 the weights are e^±½ and the probability 0.731: 585, deviation 12.5
    counts = times_chosen(weighted(keep, 2.0), 1, scored([3.0, 5.0]), seeds=800)
    assert 535 < counts[favoured] < 635


def test_pairs_are_drawn_as_one_by_one_without_replacement() -> None:
    values = np.array([0.0, 1.0, 3.0])
    weights = np.exp((values - values.mean()) / values.std())
    p = weights / weights.sum()
    expected = dict.fromkeys(((0, 1), (0, 2), (1, 2)), 0.0)
    for first, second in permutations(range(3), 2):
        pair = (min(first, second), max(first, second))
        expected[pair] += p[first] * p[second] / (1 - p[first])
    drawn = [
        tuple(chosen(weighted("hardest", 1.0), 2, scored(values.tolist()), s)) for s in range(1000)
    ]
    for pair, probability in expected.items():
        # four deviations of a binomial count of 1,000
        assert abs(drawn.count(pair) - 1000 * probability) < 4 * np.sqrt(
            1000 * probability * (1 - probability)
        )


def test_a_low_temperature_is_the_ranked_rule() -> None:
    ten = scored([float(i) for i in range(10)])
    for temperature in (1e-3, 1e-300):
        assert chosen(weighted("hardest", temperature), 3, ten) == [7, 8, 9]
        assert chosen(weighted("easiest", temperature), 3, ten) == [0, 1, 2]


@pytest.mark.parametrize("temperature", [1e6, 1e308])
def test_a_high_temperature_is_a_uniform_draw(temperature: float) -> None:
    ten = scored([float(i) for i in range(10)])
    counts = times_chosen(weighted("hardest", temperature), 4, ten, seeds=400)
    # 160 of 400, deviation √(400·⅖·⅗) = 9.8
    assert counts.min() > 120
    assert counts.max() < 200


@pytest.mark.parametrize("temperature", [1e-300, 1.0])
def test_equal_scores_have_equal_weights(temperature: float) -> None:
    counts = times_chosen(weighted("hardest", temperature), 2, scored([0.1] * 6), seeds=300)
    # a third of 300, deviation 8.2
    assert counts.min() > 65
    assert counts.max() < 135


@pytest.mark.parametrize("temperature", [0.0, -1.0, np.inf, np.nan])
def test_a_temperature_is_positive_and_finite(temperature: float) -> None:
    with pytest.raises(ValidationError, match="temperature"):
        weighted("hardest", temperature)


def test_the_end_has_to_be_named() -> None:
    with pytest.raises(ValidationError, match="'hardest' or 'easiest'"):
        Weighted.model_validate(
            {"method": "weighted", "score": "s", "keep": "auto", "temperature": 1.0}
        )
