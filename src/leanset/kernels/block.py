"""Convolution, batch norm, ReLU and max-pooling as a stage, with the state of torch's layers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from leanset.kernels.convolution import LARGEST_KERNEL, tap_tile
from leanset.kernels.fusion import (
    convolution_gradients,
    convolve_and_pool,
    peak_sums,
    rectify_packs,
)
from leanset.kernels.lanes import LANES
from leanset.kernels.normalisation import batch_statistics, norm_gradients
from leanset.kernels.packing import PACK
from leanset.kernels.stage import Forward

_Layers: TypeAlias = tuple[nn.Conv2d, nn.BatchNorm2d, nn.ReLU, nn.MaxPool2d]


def fused_block(layers: Sequence[nn.Module]) -> FusedBlock | None:
    """``Conv2d -> BatchNorm2d -> ReLU -> MaxPool2d(2)`` as a stage, or None if it has no kernels.

    It has them in float32 on the CPU, with a square kernel up to 7×7, no stride and no padding, and
    a norm with scale, shift and running statistics.
    """
    if [type(layer) for layer in layers] != [nn.Conv2d, nn.BatchNorm2d, nn.ReLU, nn.MaxPool2d]:
        return None
    convolution, norm, _, pool = cast(_Layers, layers)
    size = convolution.kernel_size[0]
    has_kernels = (
        convolution.weight.dtype == torch.float32
        and convolution.weight.is_contiguous()
        and convolution.weight.device.type == "cpu"
        and convolution.kernel_size == (size, size)
        and size <= LARGEST_KERNEL
        and convolution.stride == convolution.dilation == (1, 1)
        and convolution.padding == (0, 0)
        and convolution.groups == 1
        and norm.num_features == convolution.out_channels
        and norm.affine
        and norm.track_running_stats
        and pool.kernel_size == pool.stride == 2
        and (pool.padding, pool.dilation) == (0, 1)
        and not (pool.ceil_mode or pool.return_indices)
    )
    return FusedBlock(convolution, norm) if has_kernels else None


class FusedBlock:
    """A block as a stage: maps ``[packs, C, H, W, 64]`` to ``[packs, O, H' // 2, W' // 2, 64]``.

    H' = H - K + 1 and W' = W - K + 1 are the sizes after the convolution.
    """

    def __init__(self, convolution: nn.Conv2d, norm: nn.BatchNorm2d) -> None:
        self._convolution = convolution
        self._norm = norm
        self._places: tuple[int, ...] = ()

    @property
    def parameters(self) -> tuple[Tensor, Tensor | None, Tensor, Tensor]:
        """Weight and bias of the convolution, scale and shift of the norm."""
        convolution, norm = self._convolution, self._norm
        return convolution.weight, convolution.bias, norm.weight, norm.bias

    def forward(self, maps: Tensor, samples: int, *, keep: bool) -> Forward:
        """The outputs; kept are all convolved values, the peaks and the statistics.

        Raises:
            ValueError: the maps have other channels, or are too small, or not of so many samples.
        """
        arrays = self._see()
        maps_out, channels, size, _ = arrays.weight.shape
        _require(maps, samples, channels, size)
        packs, _, height, width, pack = maps.shape
        height, width = height - size + 1, width - size + 1
        rows = (packs, maps_out, height) if keep else (1, maps_out, 2)
        convolved = maps.new_empty(*rows, width, pack)
        peaks = maps.new_empty(packs, maps_out, height // 2, width // 2, pack)
        outputs = torch.empty_like(peaks) if keep else peaks
        statistics = maps.new_empty(3, maps_out)
        masks = _masks(samples)
        filled, peak_values, judged = masks.numpy(), peaks.numpy(), statistics.numpy()
        moments = np.zeros((maps_out if self._norm.training else 0, 3))
        convolve_and_pool(
            maps.numpy(), arrays.weight, arrays.scale, samples, filled,
            convolved.numpy(), peak_values, moments,
        )  # fmt: skip
        self._judge(arrays, moments, judged)
        rectify_packs(peak_values, judged, arrays.scale, arrays.shift, filled, outputs.numpy())
        return Forward(outputs, (convolved, peaks, statistics, masks))

    def _judge(
        self, arrays: _Arrays, moments: NDArray[np.float64], statistics: NDArray[np.float32]
    ) -> None:
        """Choose the statistics that normalise: the batch's in training, else the running ones."""
        norm = self._norm
        if norm.training:
            arrays.batches[()] += 1
            share = 1 / int(arrays.batches) if norm.momentum is None else norm.momentum
            batch_statistics(
                moments, arrays.bias, share, norm.eps, arrays.running_mean,
                arrays.running_variance, statistics,
            )  # fmt: skip
        else:
            statistics[0] = arrays.running_mean - arrays.bias
            statistics[1] = (arrays.running_variance + norm.eps) ** -0.5
            statistics[2] = 0

    def backward(
        self, upstream: Tensor, maps: Tensor, passed: Forward, *, need_maps: bool
    ) -> tuple[Tensor | None, ...]:
        """The gradients of the maps, and of weight, bias, scale and shift."""
        arrays = self._see()
        gradient, outputs = upstream.numpy(), passed.outputs.numpy()
        convolved, peaks, statistics, masks = (tensor.numpy() for tensor in passed.kept)
        maps_out, channels, size, _ = arrays.weight.shape

        sums = np.zeros((maps_out, 2))
        peak_sums(gradient, outputs, peaks, statistics, sums)
        by_map = maps.new_empty(3, maps_out)
        coefficients = np.empty((3, maps_out), np.float32)
        norm_gradients(sums, arrays.scale, statistics, coefficients, by_map.numpy())
        bias, scale, shift = by_map.unbind()

        tile = tap_tile(size)
        whole = -(-maps_out // len(tile)) * len(tile)
        _, _, height, width, pack = convolved.shape
        buffer = maps.new_empty(whole, height if need_maps else 2, width, pack).numpy()
        buffer[maps_out:] = 0
        weight = maps.new_empty(maps_out, channels, size, size)
        map_gradients = maps.new_empty(len(maps) if need_maps else 0, *maps.shape[1:])
        convolution_gradients(
            gradient, maps.numpy(), convolved, peaks, outputs, statistics, coefficients, masks,
            arrays.weight, buffer,
            np.zeros((whole, channels, size, size, LANES), np.float32),
            map_gradients.numpy(), weight.numpy(), tile,
        )  # fmt: skip
        return (
            map_gradients if need_maps else None,
            weight,
            None if self._convolution.bias is None else bias,
            scale,
            shift,
        )

    def _see(self) -> _Arrays:
        """The layers' tensors as arrays, seen anew when their memory has moved."""
        norm = self._norm
        tensors = (*self.parameters, norm.running_mean, norm.running_var, norm.num_batches_tracked)
        places = tuple([0 if tensor is None else tensor.data_ptr() for tensor in tensors])
        if places != self._places:
            no_bias = np.zeros(norm.num_features, np.float32)
            arrays: list[Any] = [
                no_bias if tensor is None else tensor.detach().numpy() for tensor in tensors
            ]
            self._arrays = _Arrays(*arrays)
            self._places = places
        return self._arrays


class _Arrays(NamedTuple):
    """A block's parameters and buffers: weight ``[O, C, K, K]``, batches ``[]``, others ``[O]``."""

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]
    scale: NDArray[np.float32]
    shift: NDArray[np.float32]
    running_mean: NDArray[np.float32]
    running_variance: NDArray[np.float32]
    batches: NDArray[np.int64]


def _require(maps: Tensor, samples: int, channels: int, size: int) -> None:
    packs, channels_in, height, width, pack = maps.shape
    if samples < 1 or (packs, pack) != (-(-samples // PACK), PACK):
        raise ValueError(f"{samples} samples do not come in {packs} packs of {pack}")
    if channels_in != channels or min(height, width) <= size:
        raise ValueError(
            f"a block of {size}×{size} on {channels} channels has no outputs for maps of "
            f"{channels_in}×{height}×{width}"
        )


@lru_cache(maxsize=8)
@torch.inference_mode(mode=False)
def _masks(samples: int) -> Tensor:
    """``float32 [packs, 64]``: ones for samples, zeros for what fills the last pack."""
    packs = -(-samples // PACK)
    return (torch.arange(packs * PACK) < samples).to(torch.float32).view(packs, PACK)
