"""Images in packs: 64 samples side by side under every pixel, the layout of the kernels."""

from __future__ import annotations

import torch
from torch import Tensor

PACK = 64
"""Samples in a pack."""


def pack(values: Tensor, width: int = PACK) -> Tensor:
    """Values ``[samples, ...]`` in packs ``[packs, ..., width]``, the last filled up with zeros."""
    missing = -len(values) % width
    if missing:
        values = torch.cat([values, values.new_zeros(missing, *values.shape[1:])])
    packs: Tensor = values.unflatten(0, (-1, width))
    return packs.movedim(1, -1).contiguous()


def unpack(packs: Tensor, samples: int) -> Tensor:
    """Packs ``[packs, ..., width]`` as ``[samples, ...]``; a single pack is not copied."""
    return packs.movedim(-1, 1).flatten(0, 1)[:samples]
