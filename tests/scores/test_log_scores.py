"""Every score that is read from logits, on five samples whose values are worked out."""

from math import log, sqrt
from typing import Any

import numpy as np
import pytest
from tests.scores.examples import LABELS, P, log_of, scored

from leanset.scores import METHODS, LogScore
from leanset.scores.base import ChosenEpochScore

LOG = log_of(np.log(P), LABELS)


def entropy(*p: float) -> float:
    return -sum(each * log(each) for each in p)


SURE, LIKELY, TORN = entropy(0.8, 0.1, 0.1), entropy(0.6, 0.2, 0.2), entropy(0.5, 0.25, 0.25)

# Δ of (.6 .2 .2) → (.8 .1 .1), (.2 .6 .2) → (.5 .25 .25), → (.25 .5 .25), (.4 .4 .2) → (.2 .6 .2)
SURER = 0.8 * log(0.8 / 0.6) + 2 * 0.1 * log(2)
TURNED = 0.5 * log(2.5) + 0.25 * log(0.6 / 0.25) + 0.25 * log(0.25 / 0.2)
LESS_SURE = 2 * 0.25 * log(0.25 / 0.2) + 0.5 * log(0.6 / 0.5)
DECIDED = 0.2 * log(2) + 0.6 * log(1.5)

EXAMPLES: list[tuple[str, dict[str, Any], list[float]]] = [
    # after epoch 3, p - y of A and of B: (-.2 .1 .1) twice; (.2 -.4 .2) and (.5 -.75 .25);
    # (.8 .1 -.9) twice; (-.75 .5 .25) and (-.5 .25 .25); (.2 -.4 .2) twice
    (
        "el2n",
        {},
        [
            sqrt(0.06),
            (sqrt(0.24) + sqrt(0.875)) / 2,
            sqrt(1.46),
            (sqrt(0.875) + sqrt(0.375)) / 2,
            sqrt(0.24),
        ],
    ),
    # after epoch 2: (-.2 .1 .1) and (-.4 .2 .2); (.6 -.8 .2) and (.2 -.4 .2); (.8 .1 -.9) and
    # (.6 .2 -.8); (-.8 .6 .2) and (-.5 .25 .25); (.4 -.6 .2) and (.2 -.4 .2)
    (
        "el2n",
        {"epoch": 2},
        [
            (sqrt(0.06) + sqrt(0.24)) / 2,
            (sqrt(1.04) + sqrt(0.24)) / 2,
            (sqrt(1.46) + sqrt(1.04)) / 2,
            (sqrt(1.04) + sqrt(0.375)) / 2,
            (sqrt(0.56) + sqrt(0.24)) / 2,
        ],
    ),
    # log of p_y over the largest other p, epoch by epoch of A, then of B: 3 8 8, 3 3 8;
    # 3 1/3 3, 3 3 1/2; 1/8 1/8 1/8, 1/3 1/3 1/8; 1/3 1/3 1/2, 1/3 2 2; 1 1 3, 1 3 3
    (
        "aum",
        {},
        [
            -(3 * log(3) + 3 * log(8)) / 6,
            -(3 * log(3) - log(2)) / 6,
            (4 * log(8) + 2 * log(3)) / 6,
            (3 * log(3) - log(2)) / 6,
            -3 * log(3) / 6,
        ],
    ),
    # p_y: .6 .8 .8, .6 .6 .8; .6 .2 .6, .6 .6 .25; .1 .1 .1, .2 .2 .1; .2 .2 .25, .2 .5 .5;
    # .4 .4 .6, .4 .6 .6
    ("doubt", {}, [1 - 4.2 / 6, 1 - 2.85 / 6, 1 - 0.8 / 6, 1 - 1.85 / 6, 1 - 3 / 6]),
    (
        "loss",
        {},
        [
            -log(0.6**3 * 0.8**3) / 6,
            -log(0.6**4 * 0.2 * 0.25) / 6,
            -log(0.1**4 * 0.2**2) / 6,
            -log(0.2**3 * 0.25 * 0.5**2) / 6,
            -log(0.4**3 * 0.6**3) / 6,
        ],
    ),
    # right or wrong after each epoch: +++, +++: none; +-+, ++-: one each; ---, ---: T + 1 = 4;
    # ---, -++: 4 and none; --+, -++ (a tie is wrong): none
    ("forgetting", {}, [0, 1, 4, 2, 0]),
    # predicted: 000, 000; 101, 110; 000, 000; 111, 100; 001, 011 (of a tie the first)
    ("flip", {}, [0, 1.5, 0, 0.5, 1]),
    # wrong after epoch 3: none; B; both; A; none
    ("pred_sum", {}, [0, 1, 2, 1, 0]),
    # after epoch 1 both are wrong of 2, of 3, and of 4, where the label ties with another class
    ("pred_sum", {"epoch": 1}, [0, 0, 2, 2, 2]),
    # of two numbers the deviation is their distance / √2: (.3 + .35 + .05), (.25 + .25 + 0)
    ("ensemble_std", {}, [0, 0.7 / sqrt(2), 0, 0.5 / sqrt(2), 0]),
    # after epoch 1 the proxies differ on sample 2 only: (.2 + .1 + .1)
    ("ensemble_std", {"epoch": 1}, [0, 0, 0.4 / sqrt(2), 0, 0]),
    # after epoch 3 (.8 .1 .1) twice; (.2 .6 .2) and (.5 .25 .25); (.8 .1 .1) twice;
    # (.25 .5 .25) and (.5 .25 .25); (.2 .6 .2) twice
    ("entropy", {}, [SURE, (LIKELY + TORN) / 2, SURE, TORN, LIKELY]),
    ("least_confidence", {}, [0.2, 0.45, 0.2, 0.5, 0.4]),
    # 1 - .7; 1 - .4 and 1 - .25; 1 - .7; 1 - .25; 1 - .4
    ("margin", {}, [0.3, 0.675, 0.3, 0.75, 0.6]),
    # after epoch 1: 1 - .4; 1 - .4; 1 - .7 and 1 - .4; 1 - .4; 1 - 0
    ("margin", {"epoch": 1}, [0.6, 0.6, 0.45, 0.6, 1]),
    # of three numbers of which two are equal, and the third is g from them, the deviation is g/√3;
    # g of A and of B: .2 .2; .4 .35; 0 .1; .05 .3; .2 .2
    (
        "dyn_unc",
        {"window": 3},
        [0.2 / sqrt(3), 0.375 / sqrt(3), 0.05 / sqrt(3), 0.175 / sqrt(3), 0.2 / sqrt(3)],
    ),
    # windows of two epochs, distance / √2: .2 0, 0 .2; .4 .4, 0 .35; 0 0, 0 .1; 0 .05, .3 0;
    # 0 .2, .2 0
    (
        "dyn_unc",
        {"window": 2},
        [
            0.4 / 4 / sqrt(2),
            1.15 / 4 / sqrt(2),
            0.1 / 4 / sqrt(2),
            0.35 / 4 / sqrt(2),
            0.4 / 4 / sqrt(2),
        ],
    ),
    # g/√3 times 1 less the mean of p_y: .8/3 1/3; 1.6/3 1.55/3; - 2.5/3; 2.35/3 1.8/3; 1.6/3 1.4/3
    (
        "dual",
        {"window": 3},
        [
            0.2 * (0.8 + 1) / 6 / sqrt(3),
            (0.4 * 1.6 + 0.35 * 1.55) / 6 / sqrt(3),
            0.1 * 2.5 / 6 / sqrt(3),
            (0.05 * 2.35 + 0.3 * 1.8) / 6 / sqrt(3),
            0.2 * (1.6 + 1.4) / 6 / sqrt(3),
        ],
    ),
    # one window of two changes, each half their distance from their mean: distance / √2, times .9.
    # Of 0 both proxies change once; of 1 A changes by .8 log 3 to and fro, and B once; of 2 B; ...
    (
        "tdds",
        {"window": 3},
        [
            0.9 * SURER / sqrt(2),
            0.9 * TURNED / 2 / sqrt(2),
            0.9 * SURER / 2 / sqrt(2),
            0.9 * (LESS_SURE + TURNED) / 2 / sqrt(2),
            0.9 * DECIDED / sqrt(2),
        ],
    ),
    ("tdds", {"window": 3, "alpha": 0.5}, [
        0.5 * SURER / sqrt(2),
        0.5 * TURNED / 2 / sqrt(2),
        0.5 * SURER / 2 / sqrt(2),
        0.5 * (LESS_SURE + TURNED) / 2 / sqrt(2),
        0.5 * DECIDED / sqrt(2),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "settings", "expected"),
    EXAMPLES,
    ids=[" ".join([method, *map(str, settings.values())]) for method, settings, _ in EXAMPLES],
)
def test_a_score_of_five_samples_is_the_one_worked_out(
    method: str, settings: dict[str, Any], expected: list[float]
) -> None:
    values = scored(LOG, method, **settings)
    assert values.dtype == np.float32
    assert values.tolist() == pytest.approx(expected, rel=1e-5, abs=1e-6)


def test_every_score_of_logits_has_a_worked_example() -> None:
    of_logits = {
        method
        for method, score in METHODS.items()
        if issubclass(score, LogScore) and not issubclass(score, ChosenEpochScore)
    }
    assert of_logits - {"confident_learning"} == {method for method, *_ in EXAMPLES}


# --- windows that slide, against sums written out epoch by epoch


def some_log(epochs: int) -> np.ndarray:
    """Logits of two proxies and five samples of three classes."""
    return np.random.default_rng(0).normal(0, 2, (2, epochs, 5, 3)).astype(np.float32)


def probabilities(logits: np.ndarray) -> np.ndarray:
    exponentials = np.exp(logits.astype(np.float64))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize(("epochs", "length"), [(4, 4), (7, 4), (9, 2)])
def test_windows_slide_by_one_epoch_and_count_alike(epochs: int, length: int) -> None:
    logits = some_log(epochs)
    p_true = probabilities(logits)[:, :, np.arange(5), LABELS]
    wavering, dual = [], []
    for proxy in p_true:
        for start in range(epochs - length + 1):
            window = proxy[start : start + length]
            wavering.append(window.std(axis=0, ddof=1))
            dual.append(wavering[-1] * (1 - window.mean(axis=0)))
    log = log_of(logits, LABELS)
    np.testing.assert_allclose(
        scored(log, "dyn_unc", window=length), np.mean(wavering, axis=0), rtol=1e-5
    )
    np.testing.assert_allclose(scored(log, "dual", window=length), np.mean(dual, axis=0), rtol=1e-5)


@pytest.mark.parametrize(("epochs", "length"), [(4, 4), (7, 4), (9, 3)])
def test_of_the_windows_of_tdds_the_last_weighs_most(epochs: int, length: int) -> None:
    p = probabilities(some_log(epochs))
    expected = np.zeros(5)
    for proxy in p:
        for start in range(epochs - length + 1):
            changes = np.array(
                [
                    np.abs(proxy[t + 1] * np.log(proxy[t + 1] / proxy[t])).sum(axis=-1)
                    for t in range(start, start + length - 1)
                ]
            )
            unsteadiness = np.linalg.norm(changes - changes.mean(axis=0), axis=0)
            expected += 0.7 * 0.3 ** (epochs - length - start) * unsteadiness / len(p)
    values = scored(log_of(some_log(epochs), LABELS), "tdds", window=length, alpha=0.7)
    np.testing.assert_allclose(values, expected, rtol=1e-5)


# --- precision


@pytest.mark.parametrize("method", ["doubt", "loss", "least_confidence", "margin", "el2n"])
def test_samples_whose_p_is_1_in_single_precision_are_still_told_apart(method: str) -> None:
    # the label is 17, 18, ... ahead of the other class, so 1 - p is below 5e-8
    logits = np.zeros((1, 1, 5, 2))
    logits[..., 0] = np.arange(17, 22)
    values = scored(log_of(logits, np.zeros(5, dtype=np.int64)), method)
    assert (np.diff(values) < 0).all()
    # margin is 1 - (p1 - p2), both of which count the other class; el2n is √2 times it
    once = {"margin": 2, "el2n": sqrt(2)}.get(method, 1)
    np.testing.assert_allclose(values, once * np.exp(-np.arange(17.0, 22)), rtol=1e-5)
