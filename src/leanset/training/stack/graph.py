"""Repeating a step: on a GPU captured once as a graph and replayed, elsewhere simply called."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

_WARM_UPS = 3
"""Libraries choose their kernels and their workspace in the first calls, not while captured."""


class Repeated(ABC):
    """A step that can be repeated.

    Attributes:
        seconds_capture: spent on capturing it.
    """

    seconds_capture: float = 0.0

    @abstractmethod
    def advance(self, times: int) -> None:
        """Do the step so many times, and wait until the device is done."""


class _Called(Repeated):
    def __init__(self, step: Callable[[], None]) -> None:
        self._step = step

    def advance(self, times: int) -> None:
        for _ in range(times):
            self._step()


class _Captured(Repeated):
    def __init__(
        self, step: Callable[[], None], moving: Sequence[Tensor], device: torch.device
    ) -> None:
        start = time.perf_counter()
        self._device = device
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.device(device):
            _warm_up(step, moving)
            with torch.cuda.graph(self._graph):
                step()
            torch.cuda.synchronize()
        self.seconds_capture = time.perf_counter() - start

    def advance(self, times: int) -> None:
        for _ in range(times):
            self._graph.replay()
        torch.cuda.synchronize(self._device)


def repeated(step: Callable[[], None], moving: Sequence[Tensor], device: torch.device) -> Repeated:
    """A step made ready for repetition; nothing has been done yet when this returns.

    Args:
        step: work on tensors that stay where they are, without waiting for the device.
        moving: what it changes.
        device: where the tensors are.

    Raises:
        torch.OutOfMemoryError: the step does not fit on the device.
    """
    return _Captured(step, moving, device) if device.type == "cuda" else _Called(step)


def _warm_up(step: Callable[[], None], moving: Sequence[Tensor]) -> None:
    """Do the step a few times on a stream of its own, as capturing asks for, and undo it."""
    before = [tensor.clone() for tensor in moving]
    aside = torch.cuda.Stream()
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(_WARM_UPS):
            step()
    torch.cuda.current_stream().wait_stream(aside)
    for tensor, value in zip(moving, before, strict=True):
        tensor.copy_(value)
