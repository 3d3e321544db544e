import numpy as np

from leanset.selectors import Materials, Random, Rs2


def test_rs2_selects_the_pool_that_each_epoch_draws_from() -> None:
    labels = np.array([0, 1, 1, 0, 2])
    chosen = Rs2(method="rs2").select(2, Materials(labels), np.random.default_rng(0))
    assert chosen.tolist() == [0, 1, 2, 3, 4]


def test_of_the_rules_only_rs2_redraws() -> None:
    assert Rs2.redraws
    assert not Random.redraws
    assert not Rs2(method="rs2").uses_labels()
