"""A network whose first layers run on fused kernels."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from leanset.kernels.block import fused_block
from leanset.kernels.dense import Dense
from leanset.kernels.packing import pack
from leanset.kernels.stage import Stage, run_stages


class Accelerated:
    """Layers called as before, with the same results, the first of them as stages on packs.

    It shares the layers' parameters and buffers and follows their training mode. Hooks of layers
    that became stages are not called.
    """

    def __init__(self, stages: Sequence[Stage], rest: Sequence[nn.Module]) -> None:
        self._stages = tuple(stages)
        self._rest = tuple(rest)

    def __call__(self, images: Tensor) -> Tensor:
        """What the layers make of images ``float32 [B, C, H, W]``.

        Raises:
            ValueError: there are no images, or they have not the channels of the first block, or
                are too small for the blocks.
        """
        values = run_stages(self._stages, pack(images), len(images))
        for layer in self._rest:
            values = layer(values)
        return values


def accelerated(layers: nn.Sequential) -> Accelerated | None:
    """The layers on fused kernels, or None if the first of them are no block that has kernels.

    After a run of blocks, ``Flatten`` and a run of ``Linear`` with or without ``ReLU`` become
    stages too; other layers are called as they are.
    """
    todo = list(layers)
    stages: list[Stage] = []
    while (block := fused_block(todo[:4])) is not None:
        stages.append(block)
        del todo[:4]
    if not stages:
        return None
    dense, rest = _dense_run(todo)
    return Accelerated([*stages, *dense], rest)


def _dense_run(layers: list[nn.Module]) -> tuple[list[Dense], list[nn.Module]]:
    """What a flattening and the linear layers after it become, and the layers that are left."""
    flatten, todo = layers[:1], layers[1:]
    if not flatten or not _flattens_samples(flatten[0]):
        return [], layers
    run = []
    while todo and isinstance(linear := todo[0], nn.Linear) and type(linear) is nn.Linear:
        rectified = len(todo) > 1 and type(todo[1]) is nn.ReLU
        run.append(Dense(linear, rectified=rectified))
        del todo[: 1 + rectified]
    return (run, todo) if run else ([], layers)


def _flattens_samples(layer: nn.Module) -> bool:
    return isinstance(layer, nn.Flatten) and (layer.start_dim, layer.end_dim) == (1, -1)
