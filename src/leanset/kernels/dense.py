"""A linear layer on packed maps, with its ReLU: torch's products, without autograd's nodes."""

from __future__ import annotations

from torch import Tensor, addmm, mm, nn, ops

from leanset.kernels.stage import Forward


class Dense:
    """``Linear`` and perhaps ``ReLU`` on the flattened features of maps ``[packs, ..., 64]``.

    Outputs are one broad pack ``[1, O, packs * 64]``: samples side by side suit the products too.
    """

    def __init__(self, linear: nn.Linear, *, rectified: bool) -> None:
        self._linear = linear
        self._rectified = rectified

    @property
    def parameters(self) -> tuple[Tensor, Tensor | None]:
        """Weight and bias."""
        return self._linear.weight, self._linear.bias

    def forward(self, maps: Tensor, samples: int, *, keep: bool) -> Forward:  # noqa: ARG002
        """Products with the weights; nothing but the outputs is kept."""
        weight, bias = self.parameters
        features = _columns(maps)
        outputs = mm(weight, features) if bias is None else addmm(bias[:, None], weight, features)
        if self._rectified:
            outputs.relu_()
        return Forward(outputs[None])

    def backward(
        self, upstream: Tensor, maps: Tensor, passed: Forward, *, need_maps: bool
    ) -> tuple[Tensor | None, ...]:
        """The gradients of maps, weight and bias."""
        weight, bias = self.parameters
        gradient = upstream[0]
        if self._rectified:
            gradient = ops.aten.threshold_backward(gradient, passed.outputs[0], 0)
        return (
            _packs(mm(weight.t(), gradient), maps) if need_maps else None,
            mm(gradient, _columns(maps).t()),
            None if bias is None else gradient.sum(1),
        )


def _columns(maps: Tensor) -> Tensor:
    """``[packs, ..., n]`` as ``[features, packs * n]``."""
    if len(maps) == 1:
        return maps[0].flatten(0, -2)
    return maps.flatten(1, -2).transpose(0, 1).flatten(1)


def _packs(columns: Tensor, maps: Tensor) -> Tensor:
    """The way back of ``_columns``: to the shape of ``maps``."""
    if len(maps) == 1:
        return columns.view_as(maps)
    packs: Tensor = columns.unflatten(1, (len(maps), -1))
    return packs.transpose(0, 1).reshape(maps.shape)
