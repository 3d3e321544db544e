"""Named tensors of many networks, laid out so that each network is one row."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate, pairwise

import torch
from torch import Tensor


class Rows:
    """A row of numbers for each lane; every named tensor is a part of all rows.

    Attributes:
        flat: ``[R, P]``, zero at first; what works on all numbers alike works on this.
        named: views of it by name, ``[R, *shape]``.
    """

    def __init__(
        self, tensors: Mapping[str, Tensor], lanes: int, dtype: torch.dtype, device: torch.device
    ) -> None:
        ends = list(accumulate((tensor.numel() for tensor in tensors.values()), initial=0))
        self.flat = torch.zeros(lanes, ends[-1], dtype=dtype, device=device)
        self.named = {
            name: self.flat[:, start:end].view(lanes, *tensor.shape)
            for (name, tensor), (start, end) in zip(tensors.items(), pairwise(ends), strict=True)
        }

    def put(self, lane: int, tensors: Mapping[str, Tensor]) -> None:
        """Fill the row of a lane from tensors by name."""
        for name, part in self.named.items():
            part[lane].copy_(tensors[name])

    def of(self, lane: int) -> dict[str, Tensor]:
        """The tensors of a lane, views of its row."""
        return {name: part[lane] for name, part in self.named.items()}
