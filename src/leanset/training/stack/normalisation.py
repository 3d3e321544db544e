"""Batch norm of many networks at once, each with the statistics of its own present samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

_PIXELS = (3, 4)


@dataclass(frozen=True)
class Presence:
    """Who is in the batch of each lane.

    Attributes:
        sizes: ``[R, 1]``, how many samples; 0 in an idle lane.
        share: ``[R, B]``, one over the size for a sample that is present, otherwise 0.
    """

    sizes: Tensor
    share: Tensor

    @classmethod
    def of(cls, present: Tensor, dtype: torch.dtype) -> Presence:
        """From ``bool [R, B]``."""
        mask = present.to(dtype)
        sizes = mask.sum(1, keepdim=True)
        return cls(sizes, mask / sizes.clamp(min=1))


def normalise(
    maps: Tensor, weight: Tensor, bias: Tensor, share: Tensor, epsilon: float
) -> tuple[Tensor, Tensor, Tensor]:
    """Ioffe and Szegedy 2015, algorithm 1, over the samples that are present.

    Absent samples are normalised too, but count for nothing.

    Args:
        maps: ``[R, B, C, H, W]``.
        weight: scales, ``[R, C]``.
        bias: shifts, ``[R, C]``.
        share: ``[R, B]``, what each sample counts in its lane's means; 0 for the absent.
        epsilon: ε.

    Returns:
        The normalised maps; mean and biased variance, ``[R, C]``, through which no gradient
        flows, both 0 in a lane where nobody is present.
    """
    normalised, mean, variance = _Normalise.apply(maps, weight, bias, share, epsilon)  # type: ignore[no-untyped-call]
    return normalised, mean, variance


class _Normalise(torch.autograd.Function):
    """Normalisation with its gradients written out.

    Autograd would keep and write each intermediate; here the maps are read and written as rarely
    as the formulas allow.
    """

    @staticmethod
    def forward(
        ctx: Any, maps: Tensor, weight: Tensor, bias: Tensor, share: Tensor, epsilon: float
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Normalise, scale and shift."""
        share = share[:, :, None]
        # of each sample by itself, then together: one pass over the maps, and no cancellation
        of_each, mean_of_each = torch.var_mean(maps, dim=_PIXELS, correction=0)
        mean = (mean_of_each * share).sum(1)
        variance = ((of_each + (mean_of_each - mean[:, None]).square()) * share).sum(1)
        precision = (variance + epsilon).rsqrt()
        scale = weight * precision
        normalised = torch.addcmul(_spread(bias - mean * scale), maps, _spread(scale))
        ctx.save_for_backward(maps, weight, mean, precision, share)
        ctx.mark_non_differentiable(mean, variance)
        ctx.set_materialize_grads(False)
        return normalised, mean, variance

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor, Tensor, None, None]:
        """The gradients of maps, weight and bias."""
        maps, weight, mean, precision, share = ctx.saved_tensors
        gradient = gradients[0]
        of_bias = gradient.sum(_PIXELS).sum(1)
        # the sum of gradient · (maps - mean), from which all else follows
        centred = (gradient * maps).sum(_PIXELS).sum(1) - mean * of_bias
        of_maps = None
        if ctx.needs_input_grad[0]:
            # through the statistics every present sample's maps get slope · maps + offset
            scale = weight * precision
            pixels = maps.shape[-2] * maps.shape[-1]
            slope = -scale * precision.square() * centred / pixels
            offset = -scale * of_bias / pixels - slope * mean
            of_maps = torch.addcmul(
                (offset[:, None] * share)[..., None, None],
                maps,
                (slope[:, None] * share)[..., None, None],
            ).addcmul_(gradient, _spread(scale))
        return of_maps, centred * precision, of_bias, None, None


def update_running(
    running: tuple[Tensor, Tensor],
    of_batch: tuple[Tensor, Tensor],
    values: Tensor,
    momentum: float,
) -> None:
    """Move running means and variances towards a batch's, in lanes where anybody is present.

    Args:
        running: mean and variance, ``[R, C]``; moved in place.
        of_batch: mean and biased variance, ``[R, C]``.
        values: ``[R, 1]``, how many values each lane's statistics are over.
        momentum: how far.
    """
    far = momentum * values.clamp(max=1)
    mean, variance = of_batch
    running[0].lerp_(mean, far)
    running[1].lerp_(variance * (values / (values - 1).clamp(min=1)), far)


def _spread(of_channels: Tensor) -> Tensor:
    """``[R, C]`` made to meet maps ``[R, B, C, H, W]``."""
    return of_channels[:, None, :, None, None]
