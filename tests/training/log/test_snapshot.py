import numpy as np
import pytest

from leanset.training.log.snapshot import LEAST_OUTPUT, Snapshot, side_by_side


def snapshot() -> Snapshot:
    """Two proxies, three samples, two classes; the second proxy is sure of the last sample."""
    errors = [
        [[-0.25, 0.25], [0.5, -0.5], [0.1, -0.1]],
        [[-0.5, 0.5], [0.75, -0.75], [0.0, 0.0]],
    ]
    features = np.arange(12.0).reshape(2, 3, 2)
    return Snapshot(
        np.array([0, 1, 1]), np.array(errors, dtype=np.float32), features.astype(np.float32)
    )


def test_probabilities_are_the_errors_with_one_added_at_the_label() -> None:
    # y = 0: p = (1 − 0.25, 0.25); y = 1: p = (0.5, 1 − 0.5) and (0.1, 0.9)
    assert snapshot().probabilities[0] == pytest.approx(
        np.array([[0.75, 0.25], [0.5, 0.5], [0.1, 0.9]])
    )


def test_outputs_are_never_too_small_for_a_logarithm_and_add_up_to_one() -> None:
    outputs = snapshot().outputs
    assert outputs.min() == pytest.approx(LEAST_OUTPUT, rel=1e-5)
    assert outputs.sum(axis=2) == pytest.approx(np.ones((2, 3)))
    assert outputs[1, 0] == pytest.approx([0.5, 0.5])


def test_gradients_are_the_errors_of_all_proxies_side_by_side() -> None:
    expected = [[-0.25, 0.25, -0.5, 0.5], [0.5, -0.5, 0.75, -0.75], [0.1, -0.1, 0.0, 0.0]]
    assert snapshot().gradients == pytest.approx(np.array(expected))


def test_a_part_of_it_is_in_the_order_asked_for() -> None:
    part = snapshot().at(np.array([2, 0]))
    assert part.labels.tolist() == [1, 0]
    assert (part.errors == snapshot().errors[:, [2, 0]]).all()
    assert (part.features == snapshot().features[:, [2, 0]]).all()


def test_each_sample_has_the_features_of_one_proxy_after_those_of_another() -> None:
    # two proxies, three samples, two features: proxy · 100 + sample · 10 + feature
    seen = np.array(
        [[[0, 1], [10, 11], [20, 21]], [[100, 101], [110, 111], [120, 121]]], dtype=np.float32
    )
    values = side_by_side(seen)
    assert values.dtype == np.float32
    assert values.tolist() == [[0, 1, 100, 101], [10, 11, 110, 111], [20, 21, 120, 121]]


def test_those_of_one_proxy_are_its_features() -> None:
    seen = np.random.default_rng(0).random((1, 5, 3), dtype=np.float32)
    assert side_by_side(seen).tolist() == seen[0].tolist()
