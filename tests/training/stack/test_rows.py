import torch

from leanset.training.stack.rows import Rows

from .plain import CPU

TENSORS = {"weight": torch.arange(6.0).view(2, 3), "bias": torch.tensor([7.0, 8.0])}


def test_a_network_is_one_row_its_tensors_one_after_the_other() -> None:
    rows = Rows(TENSORS, 3, torch.float64, CPU)
    rows.put(1, TENSORS)
    assert rows.flat.dtype == torch.float64
    assert rows.flat.tolist() == [[0] * 8, [0, 1, 2, 3, 4, 5, 7, 8], [0] * 8]


def test_the_named_tensors_are_views_so_a_formula_over_all_rows_moves_them() -> None:
    rows = Rows(TENSORS, 2, torch.float32, CPU)
    rows.put(0, TENSORS)
    rows.flat += 1
    assert rows.named["weight"].shape == (2, 2, 3)
    assert torch.equal(rows.of(0)["weight"], TENSORS["weight"] + 1)
    assert torch.equal(rows.of(0)["bias"], TENSORS["bias"] + 1)
    assert torch.equal(rows.of(1)["bias"], torch.ones(2))


def test_a_network_without_such_tensors_has_empty_rows() -> None:
    rows = Rows({}, 4, torch.float32, CPU)
    rows.put(2, {})
    assert rows.flat.shape == (4, 0)
    assert rows.of(2) == {}
