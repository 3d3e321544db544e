"""Stages: the steps of a network on packed maps that know their own way back."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, islice
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from leanset.kernels.packing import pack, unpack


class Forward(NamedTuple):
    """What a stage made: its outputs, and what else its way back needs."""

    outputs: Tensor
    kept: tuple[Tensor, ...] = ()


class Stage(Protocol):
    """A step from packed maps ``float32 [packs, ..., 64]`` to packed maps, without autograd.

    The last pack is filled up with columns that are no samples. What they hold is without meaning,
    but their gradient is zero, in and out.
    """

    @property
    def parameters(self) -> tuple[Tensor | None, ...]:
        """The tensors that get gradients."""

    def forward(self, maps: Tensor, samples: int, *, keep: bool) -> Forward:
        """The outputs, and what ``backward`` needs if it is to be kept."""

    def backward(
        self, upstream: Tensor, maps: Tensor, passed: Forward, *, need_maps: bool
    ) -> tuple[Tensor | None, ...]:
        """The gradients of the maps, if they are needed, and of ``parameters``.

        ``upstream``, the gradient of the outputs, is contiguous.
        """


def run_stages(stages: Sequence[Stage], maps: Tensor, samples: int) -> Tensor:
    """Stages one after another, and their outputs unpacked: ``[samples, ...]``."""
    maps = maps.contiguous()
    if torch.is_grad_enabled():
        parameters = chain.from_iterable(stage.parameters for stage in stages)
        values: Tensor = _Stages.apply(maps, samples, stages, *parameters)  # type: ignore[no-untyped-call]
        return values
    for stage in stages:
        maps = stage.forward(maps, samples, keep=False).outputs
    return unpack(maps, samples)


class _Stages(Function):
    """Stages as a single node of autograd, because a node costs as much as a small kernel."""

    @staticmethod
    def forward(
        ctx: Any, maps: Tensor, samples: int, stages: Sequence[Stage], *parameters: Tensor | None
    ) -> Tensor:
        passed = [Forward(maps)]
        for stage in stages:
            passed.append(stage.forward(passed[-1].outputs, samples, keep=True))
        # parameters too, so that autograd refuses to go back once they were changed
        ctx.save_for_backward(
            *chain.from_iterable((made.outputs, *made.kept) for made in passed), *parameters
        )
        ctx.stages, ctx.kept = stages, [len(made.kept) for made in passed]
        return unpack(passed[-1].outputs, samples)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *upstreams: Tensor) -> tuple[Tensor | None, ...]:
        tensors = iter(ctx.saved_tensors)
        passed = [Forward(next(tensors), tuple(islice(tensors, kept))) for kept in ctx.kept]
        (upstream,) = upstreams
        gradient: Any = pack(upstream, passed[-1].outputs.shape[-1])
        gradients: list[Tensor | None] = []
        for place, stage in reversed(list(enumerate(ctx.stages))):
            need_maps = place > 0 or ctx.needs_input_grad[0]
            gradient, *own = stage.backward(
                gradient, passed[place].outputs, passed[place + 1], need_maps=need_maps
            )
            gradients = own + gradients
        return gradient, None, None, *gradients
