"""Every layer for many networks at once: values ``[R, B, ...]``, weights ``[R, ...]``.

A plain network is the pattern. Its layers say what is computed and with which settings; the
weights come from the stack, by the names that they have in the network's ``state_dict``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import unfold

from leanset.models.residual import Residual
from leanset.models.scale import Scale
from leanset.training.stack.normalisation import Presence, normalise, update_running


@dataclass(frozen=True)
class Weights:
    """What the layers of a stack read besides their input.

    Attributes:
        named: parameters and running statistics by name, ``[R, *shape]``.
        presence: who is in the batch.
    """

    named: Mapping[str, Tensor]
    presence: Presence

    def of(self, path: str, name: str) -> Tensor:
        """A tensor of the layer at ``path``."""
        return self.named[f"{path}.{name}"]


def apply(layer: nn.Module, path: str, values: Tensor, weights: Weights) -> Tensor:
    """What a layer in training mode makes of ``[R, B, ...]``, lane by lane.

    Args:
        layer: a layer of the pattern; its own weights are not looked at.
        path: its name in the network.
        values: its input.
        weights: those of all lanes; running statistics are moved in place.

    Raises:
        TypeError: there is no stacked form of a layer of this type.
    """
    form = _FORMS.get(type(layer))
    if form is None:
        raise TypeError(f"there is no stacked form of {type(layer).__name__}")
    return form(layer, path, values, weights)


def _sample_by_sample(layer: nn.Module, path: str, values: Tensor, weights: Weights) -> Tensor:  # noqa: ARG001
    """A layer without weights that treats each sample alone."""
    result: Tensor = layer(values.flatten(0, 1))
    return result.view(*values.shape[:2], *result.shape[1:])


def _sequential(layer: nn.Sequential, path: str, values: Tensor, weights: Weights) -> Tensor:
    for name, part in layer.named_children():
        values = apply(part, f"{path}.{name}", values, weights)
    return values


def _residual(layer: Residual, path: str, values: Tensor, weights: Weights) -> Tensor:
    body = apply(layer.body, f"{path}.body", values, weights)
    return body + apply(layer.shortcut, f"{path}.shortcut", values, weights)


def _linear(layer: nn.Linear, path: str, values: Tensor, weights: Weights) -> Tensor:
    weight = weights.of(path, "weight").transpose(1, 2)
    if layer.bias is None:
        return torch.bmm(values, weight)
    return torch.baddbmm(weights.of(path, "bias")[:, None], values, weight)


def _convolution(layer: nn.Conv2d, path: str, values: Tensor, weights: Weights) -> Tensor:
    """The product of the weights ``[R, O, K]`` and every patch of every image ``[R, B, K, L]``."""
    if layer.groups != 1 or layer.padding_mode != "zeros" or isinstance(layer.padding, str):
        raise TypeError(f"there is no stacked form of {layer}")
    lanes, batch, _, height, _ = values.shape
    weight = weights.of(path, "weight").flatten(2)
    # as if all maps of all images were those of one: on a GPU unfold works image by image
    patches = unfold(
        values.flatten(0, 2)[None], layer.kernel_size, layer.dilation, layer.padding, layer.stride
    ).view(lanes, batch, weight.shape[2], -1)
    if weight.shape[1] <= patches.shape[3]:
        # one product for each sample: many short sums fill a GPU, above all in the gradient of
        # the weights, and the copies of the weights are smaller than the patches
        maps = weight[:, None] @ patches
    else:
        together = weight @ patches.transpose(1, 2).flatten(2)
        maps = together.unflatten(2, (batch, -1)).transpose(1, 2)
    if layer.bias is not None:
        maps = maps + weights.of(path, "bias")[:, None, :, None]
    reach = layer.dilation[0] * (layer.kernel_size[0] - 1)
    rows = (height + 2 * layer.padding[0] - reach - 1) // layer.stride[0] + 1
    return maps.view(lanes, batch, -1, rows, maps.shape[3] // rows)


def _batch_norm(layer: nn.BatchNorm2d, path: str, values: Tensor, weights: Weights) -> Tensor:
    if layer.momentum is None or not (layer.affine and layer.track_running_stats):
        raise TypeError(f"there is no stacked form of {layer}")
    presence, pixels = weights.presence, values.shape[3] * values.shape[4]
    normalised, mean, variance = normalise(
        values, weights.of(path, "weight"), weights.of(path, "bias"), presence.share, layer.eps
    )
    update_running(
        (weights.of(path, "running_mean"), weights.of(path, "running_var")),
        (mean, variance),
        presence.sizes * pixels,
        layer.momentum,
    )
    return normalised


_FORMS: Mapping[type[nn.Module], Callable[[Any, str, Tensor, Weights], Tensor]] = {
    nn.Sequential: _sequential,
    Residual: _residual,
    nn.Linear: _linear,
    nn.Conv2d: _convolution,
    nn.BatchNorm2d: _batch_norm,
    **dict.fromkeys(
        (
            nn.ReLU,
            nn.Sigmoid,
            nn.MaxPool2d,
            nn.AdaptiveAvgPool2d,
            nn.AdaptiveMaxPool2d,
            nn.Flatten,
            Scale,
        ),
        _sample_by_sample,
    ),
}
