"""Capturing is tried on a stand-in for a GPU, so that it is tested where there is none."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest
import torch
from torch import Tensor

from leanset.training.stack.graph import repeated

from .plain import CPU


class Counting:
    """A step that adds one, and counts how often it is called from Python."""

    def __init__(self) -> None:
        self.total = torch.zeros(1)
        self.calls = 0

    def __call__(self) -> None:
        self.total += 1
        self.calls += 1


class Graph:
    """Stands in for a CUDA graph: replays the step without calling it."""

    def __init__(self) -> None:
        self.total: Tensor | None = None

    def replay(self) -> None:
        assert self.total is not None
        self.total += 1


class Stream:
    def wait_stream(self, other: object) -> None:
        pass


@pytest.fixture
def counting() -> Counting:
    return Counting()


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch, counting: Counting) -> list[str]:
    """A GPU that is none; the list tells when it was waited for."""
    said: list[str] = []

    @contextmanager
    def graph(captured: Graph) -> Iterator[None]:
        before = counting.total.clone()
        yield
        # a capture only writes down what is to be done
        counting.total.copy_(before)
        captured.total = counting.total

    def stands_in(name: str, value: Callable[..., Any]) -> None:
        monkeypatch.setattr(torch.cuda, name, value)

    stands_in("CUDAGraph", Graph)
    stands_in("Stream", Stream)
    stands_in("current_stream", Stream)
    stands_in("stream", lambda stream: nullcontext())  # noqa: ARG005
    stands_in("device", lambda device: nullcontext())  # noqa: ARG005
    stands_in("graph", graph)
    stands_in("synchronize", lambda device=None: said.append("waited"))  # noqa: ARG005
    return said


def test_without_a_gpu_a_step_is_called_as_often_as_asked(counting: Counting) -> None:
    step = repeated(counting, [counting.total], CPU)
    assert counting.calls == 0
    step.advance(5)
    step.advance(0)
    step.advance(2)
    assert counting.calls == 7
    assert step.seconds_capture == 0


def test_capturing_leaves_everything_as_it_was(counting: Counting, gpu: list[str]) -> None:
    counting.total += 40
    step = repeated(counting, [counting.total], torch.device("cuda"))
    assert counting.calls > 1
    assert counting.total.item() == 40
    assert gpu == ["waited"]
    assert step.seconds_capture > 0


def test_a_captured_step_is_replayed_and_waited_for(counting: Counting, gpu: list[str]) -> None:
    step = repeated(counting, [counting.total], torch.device("cuda"))
    calls = counting.calls
    step.advance(6)
    assert counting.total.item() == 6
    assert counting.calls == calls
    assert gpu == ["waited", "waited"]
