"""Stages that multiply by a parameter and remember what they were asked for."""

import pytest
import torch
from torch import Tensor

from leanset.kernels.packing import pack
from leanset.kernels.stage import Forward, run_stages


class Scaled:
    """Maps times a parameter."""

    def __init__(self, factor: float) -> None:
        self.factor = torch.tensor([float(factor)], requires_grad=True)
        self.needed: list[bool] = []
        self.kept: list[bool] = []

    @property
    def parameters(self) -> tuple[Tensor | None, ...]:
        return self.factor, None

    def forward(self, maps: Tensor, samples: int, *, keep: bool) -> Forward:  # noqa: ARG002
        self.kept.append(keep)
        return Forward(maps * self.factor.detach(), (maps.clone(),) if keep else ())

    def backward(
        self, upstream: Tensor, maps: Tensor, passed: Forward, *, need_maps: bool
    ) -> tuple[Tensor | None, ...]:
        self.needed.append(need_maps)
        assert upstream.is_contiguous()
        assert torch.equal(passed.kept[0], maps)
        by_factor = (upstream * maps).sum()[None]
        return upstream * self.factor.detach() if need_maps else None, by_factor, None


def values(samples: int = 3) -> Tensor:
    return torch.arange(1.0, samples * 2 + 1).view(samples, 2)


def test_stages_follow_each_other_there_and_back() -> None:
    stages, leaf = (Scaled(2), Scaled(3), Scaled(5)), values().requires_grad_()
    outputs = run_stages(stages, pack(leaf), 3)
    assert torch.equal(outputs, values() * 30)
    outputs.sum().backward()
    assert torch.equal(leaf.grad, torch.full((3, 2), 30.0))
    # the sum of the values is 21
    assert [stage.factor.grad.item() for stage in stages] == [21 * 15, 21 * 10, 21 * 6]


def test_the_first_stage_is_not_asked_for_a_gradient_that_nobody_wants() -> None:
    stages = Scaled(2), Scaled(3)
    run_stages(stages, pack(values()), 3).sum().backward()
    assert [stage.needed for stage in stages] == [[False], [True]]
    run_stages(stages, pack(values().requires_grad_()), 3).sum().backward()
    assert [stage.needed for stage in stages] == [[False, True], [True, True]]


def test_without_a_graph_nothing_is_kept() -> None:
    stage = Scaled(2)
    with torch.no_grad():
        outputs = run_stages([stage], pack(values(70)), 70)
    assert torch.equal(outputs, values(70) * 2)
    assert stage.kept == [False]


def test_a_graph_can_be_gone_back_through_twice_but_not_after_a_change() -> None:
    stage = Scaled(2)
    outputs = run_stages([stage], pack(values()), 3).sum()
    (first,) = torch.autograd.grad(outputs, stage.factor, retain_graph=True)
    (second,) = torch.autograd.grad(outputs, stage.factor, retain_graph=True)
    assert torch.equal(first, second)
    with torch.no_grad():
        stage.factor.mul_(2)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        outputs.backward()
