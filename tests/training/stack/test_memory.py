from typing import Any

import pytest
import torch

from leanset.models import build_model
from leanset.training.job import Job
from leanset.training.prepared import PreparedImages
from leanset.training.stack import memory
from leanset.training.stack.kind import Kind
from leanset.training.stack.lanes import Stack
from leanset.training.stack.memory import free_bytes, lane_bytes, planned_width

from .plain import CPU, job

MEGABYTE = 2**20


def lane(images: PreparedImages, the_job: Job, capacity: int = 10) -> int:
    return lane_bytes(images, Kind.of(the_job), capacity)


def planned(
    images: PreparedImages, monkeypatch: pytest.MonkeyPatch, lanes_free: float, jobs: int
) -> int:
    """The width where the share that may be taken has room for so many lanes."""
    room = lanes_free * lane(images, job()) / 0.8
    monkeypatch.setattr(memory, "free_bytes", lambda device: int(room) + 1)  # noqa: ARG005
    return planned_width(images, Kind.of(job()), capacity=10, jobs=jobs)


@pytest.mark.parametrize("changes", [{}, {"augmentation": {"flip": True}}], ids=str)
def test_a_lane_takes_at_least_its_rows_and_what_it_trains_on(
    small: PreparedImages, changes: dict[str, Any]
) -> None:
    kind = Kind.of(job(**changes))
    pattern = build_model("mlp", small.shape, small.classes, torch.Generator())
    stack = Stack(pattern, small, kind, width=1, capacity=10)
    rows = sum(row.nbytes for row in stack.rows)
    parameters = sum(value.nbytes for value in pattern.parameters())
    assert rows > 3 * parameters
    assert rows + 8 * 64 * 4 < lane(small, job(**changes)) < 20 * rows


def test_a_longer_feed_and_a_larger_batch_take_more(
    small: PreparedImages, sixteen: PreparedImages
) -> None:
    assert lane(small, job(), capacity=10_000) - lane(small, job()) > 9_990 * 8 * 4
    conv = {"model": "lenet5"}
    few, many = (lane(sixteen, job(batch_size=size, **conv)) for size in (8, 80))
    assert 5 * few < many < 10 * few


def test_planning_takes_no_memory_worth_mentioning_however_large_the_network(
    small: PreparedImages,
) -> None:
    # 6.5 million parameters and their two moments
    assert lane(small, job(model="resnet9")) > 75 * MEGABYTE


@pytest.mark.parametrize(
    ("lanes_free", "jobs", "width"),
    [(3, 2, 2), (3, 3, 3), (3, 7, 3), (4, 7, 4), (4, 9, 3), (0.2, 9, 1), (1e6, 215, 108)],
)
def test_a_stack_has_room_and_its_jobs_fill_it_evenly(
    small: PreparedImages,
    monkeypatch: pytest.MonkeyPatch,
    lanes_free: float,
    jobs: int,
    width: int,
) -> None:
    assert planned(small, monkeypatch, lanes_free, jobs) == width


def test_what_torch_holds_without_using_it_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (100, 1000))  # noqa: ARG005
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda device: 70)  # noqa: ARG005
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda device: 30)  # noqa: ARG005
    assert free_bytes(torch.device("cuda")) == 140


def test_without_a_gpu_a_stack_has_a_fixed_allowance() -> None:
    assert free_bytes(CPU) == 1024 * MEGABYTE
