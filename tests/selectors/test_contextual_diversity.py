import math

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.selectors.examples import chosen

from leanset.errors import LeansetError
from leanset.selectors.base import Materials, Needs
from leanset.selectors.contextual_diversity import ContextualDiversity, outputs_and_logarithms
from leanset.selectors.grouped import Balance
from leanset.training.log.snapshot import Moment, Snapshot

LAST = Moment("short")


def diversity(balance: Balance = "none") -> ContextualDiversity:
    return ContextualDiversity(method="contextual_diversity", log="short", balance=balance)


def said(outputs: NDArray[np.float64], labels: list[int] | None = None) -> Materials:
    """Materials of a log whose proxies' softmax outputs are ``[R, N, C]``."""
    given = np.array([0] * outputs.shape[1] if labels is None else labels, dtype=np.int64)
    errors = outputs - np.eye(outputs.shape[2])[given]
    nothing = np.zeros((*outputs.shape[:2], 1), dtype=np.float32)
    return Materials(given, snapshots={LAST: Snapshot(given, errors.astype(np.float32), nothing)})


def outputs_of(proxies: int, samples: int, classes: int, seed: int = 0) -> NDArray[np.float64]:
    return np.random.default_rng(seed).dirichlet(np.full(classes, 0.3), (proxies, samples))


def divergence(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """KL(p ‖ q) + KL(q ‖ p), added up over proxies, as two sums of logarithms of ratios."""
    total = 0.0
    for p_of, q_of in zip(one, other, strict=True):
        p, q = np.maximum(p_of, 1e-6), np.maximum(q_of, 1e-6)
        for a, b in zip(p / p.sum(), q / q.sum(), strict=True):
            total += a * math.log(a / b) + b * math.log(b / a)
    return total


def plain(outputs: NDArray[np.float64], keep: int, first: int) -> list[int]:
    picked = [first]
    while len(picked) < keep:
        left = [i for i in range(outputs.shape[1]) if i not in picked]
        nearest = [min(divergence(outputs[:, i], outputs[:, j]) for j in picked) for i in left]
        picked.append(left[int(np.argmax(nearest))])
    return picked


def test_certain_of_different_classes_is_farther_than_unsure() -> None:
    # (0.9, 0.1) and (0.1, 0.9): 0.8 ln 9 twice, 3.52; either and (0.5, 0.5): 0.4 ln 9 = 0.88
    three = said(np.array([[[0.9, 0.1], [0.5, 0.5], [0.1, 0.9]]]))
    for seed in range(20):
        first, second = diversity().pick(2, three, np.random.default_rng(seed)).tolist()
        # from the middle one both ends are equally far
        assert second == {0: 2, 2: 0}.get(first, second) != 1
    outputs, logs = outputs_and_logarithms(three.snapshots[LAST])
    assert ((outputs[0] - outputs[2]) * (logs[0] - logs[2])).sum() == pytest.approx(
        1.6 * math.log(9)
    )


@pytest.mark.parametrize("proxies", [1, 3])
def test_it_is_a_plain_double_loop_step_by_step(proxies: int) -> None:
    outputs = outputs_of(proxies, 40, 4)
    rng = np.random.default_rng(5)
    order = diversity().pick(15, said(outputs), rng)
    assert order.tolist() == plain(outputs, 15, first=int(order[0]))


def test_labels_do_not_move_a_choice_among_all() -> None:
    outputs = outputs_of(2, 60, 5)
    labels = np.random.default_rng(1).integers(0, 5, 60).tolist()
    assert chosen(diversity(), 12, said(outputs)) == chosen(diversity(), 12, said(outputs, labels))
    assert not diversity().uses_labels()


def test_an_output_of_zero_is_far_and_not_infinitely_far() -> None:
    sure = np.array([[[1.0, 0.0], [0.0, 1.0], [0.0, 1.0], [1.0, 0.0]]])
    outputs, logs = outputs_and_logarithms(said(sure, [0, 0, 1, 1]).snapshots[LAST])
    assert np.isfinite(logs).all()
    # 2 · (1 − 2·10⁻⁶) · ln 10⁶
    assert ((outputs[0] - outputs[1]) * (logs[0] - logs[1])).sum() == pytest.approx(27.63, abs=0.01)
    # whichever way the label's own output was stored, the same output is the same point
    assert outputs[1] == pytest.approx(outputs[2], abs=1e-7)


def test_with_class_balance_every_class_is_there() -> None:
    materials = said(outputs_of(1, 60, 3), [0] * 50 + [1] * 7 + [2] * 3)
    for seed in range(5):
        kept = chosen(diversity("proportional"), 6, materials, seed)
        assert {materials.labels[sample] for sample in kept} == {0, 1, 2}
        assert len(set(kept)) == 6


def test_the_same_said_of_all_fills_the_budget_by_the_seed() -> None:
    same = said(np.full((2, 15, 3), 1 / 3))
    for keep in (1, 6, 15):
        assert len(set(chosen(diversity(), keep, same))) == keep
    assert chosen(diversity(), 6, same) == chosen(diversity(), 6, same)
    assert chosen(diversity(), 6, same) != chosen(diversity(), 6, same, 1)


def test_a_prediction_that_is_not_finite_is_refused_and_the_log_named() -> None:
    materials = said(outputs_of(2, 9, 3))
    materials.snapshots[LAST].errors[1, 4, 0] = np.nan
    with pytest.raises(LeansetError, match="the first is sample 4") as error:
        chosen(diversity(), 2, materials)
    assert "predictions of log short" in str(error.value)


def test_it_reads_one_moment_of_a_log() -> None:
    assert diversity().needs() == Needs(moments=(LAST,))
    third = ContextualDiversity(method="contextual_diversity", log="short", epoch=3)
    assert third.needs() == Needs(moments=(Moment("short", 3),))


def test_its_demand_counts_outputs_and_logarithms_of_all_proxies() -> None:
    demand = diversity().demand(10, said(outputs_of(2, 100, 5)))
    assert demand.products == 100 * 10 * 2 * (2 * 5)
    assert demand.memory > 100 * 2 * 5 * (4 + 8 + 8)
