"""The ensemble's probabilities: a worked example and an oracle, in stretches of any length."""

import numpy as np
import pytest

from leanset.errors import LeansetError
from leanset.training.log import TrainingLog, ensemble
from leanset.training.log.ensemble import ensemble_probabilities


def log(logits: np.ndarray) -> TrainingLog:
    labels = np.zeros(logits.shape[2], dtype=np.int64)
    return TrainingLog(labels, (), np.zeros(len(logits)), {"logits": logits.astype(np.float16)})


def test_a_worked_example() -> None:
    # one sample, two proxies, two epochs, two classes; logits (log 3, 0) are 3/4 and 1/4
    high = [[np.log(3), 0]]
    low, even = [[0, np.log(3)]], [[0, 0]]
    p = ensemble_probabilities(log(np.array([[high, even], [high, low]])))
    # class 0: (3/4 + 1/2 + 3/4 + 1/4) / 4 = 9/16
    assert p.dtype == np.float32
    assert p.tolist() == [[pytest.approx(9 / 16, abs=1e-3), pytest.approx(7 / 16, abs=1e-3)]]


@pytest.mark.parametrize("numbers", [1, 70, 2**22])
def test_it_is_the_mean_of_softmax_whatever_the_stretches(
    numbers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ensemble, "_NUMBERS", numbers)
    logits = np.random.default_rng(0).normal(0, 5, (2, 3, 17, 4)).astype(np.float16)
    powers = np.exp(logits.astype(np.float64))
    expected = (powers / powers.sum(axis=-1, keepdims=True)).mean(axis=(0, 1))
    np.testing.assert_allclose(ensemble_probabilities(log(logits)), expected, atol=1e-6)


def test_a_log_without_logits_is_refused() -> None:
    scalars = TrainingLog(
        np.zeros(3, dtype=np.int64), (), np.zeros(1), {"el2n": np.zeros((1, 2, 3), np.float32)}
    )
    with pytest.raises(LeansetError, match=r"holds no logits, only el2n\. Above 100 classes"):
        ensemble_probabilities(scalars)
