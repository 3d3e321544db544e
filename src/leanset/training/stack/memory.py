"""How many lanes a stack may have: what one of them takes, and what the device has left."""

from __future__ import annotations

import dataclasses
import math

import torch
from torch import Tensor
from torch.autograd.graph import saved_tensors_hooks

from leanset.models import build_model
from leanset.training.prepared import PreparedImages
from leanset.training.stack.kind import Kind
from leanset.training.stack.lanes import Stack

_MOST_LANES = 128
"""Beyond so many, a GPU that is busy with every lane gains nothing from more."""

_SHARE_OF_FREE = 0.8
"""The rest is left to evaluation, and to whoever else uses the device."""

_WITHOUT_GPU = 2**30
"""Bytes that a stack may take where memory is shared with everything else."""


def planned_width(images: PreparedImages, kind: Kind, *, capacity: int, jobs: int) -> int:
    """As many lanes as the device has room for, if possible filled evenly by the jobs.

    Args:
        images: on the device.
        kind: of the jobs.
        capacity: the steps of the longest.
        jobs: how many there are.
    """
    of_lane = lane_bytes(images, kind, capacity)
    room = int(_SHARE_OF_FREE * free_bytes(images.device) / of_lane)
    most = max(1, min(room, _MOST_LANES))
    rounds = math.ceil(jobs / most)
    return math.ceil(jobs / rounds)


def lane_bytes(images: PreparedImages, kind: Kind, capacity: int) -> int:
    """About what a lane takes, by taking a step of one on torch's device without memory.

    That is its rows, and twice what the step keeps for its backward pass: the gradients on the
    way back are as large as what they are of.
    """
    nowhere = torch.device("meta")
    weightless = dataclasses.replace(
        images,
        train_images=images.train_images.to(nowhere),
        train_labels=images.train_labels.to(nowhere),
        mean=images.mean.to(nowhere),
        deviation=images.deviation.to(nowhere),
    )
    pattern = build_model(kind.recipe.model, images.shape, images.classes, torch.Generator())
    lane = Stack(pattern, weightless, kind, width=1, capacity=capacity)
    kept = 0

    def keep(tensor: Tensor) -> Tensor:
        nonlocal kept
        kept += tensor.nbytes
        return tensor

    with saved_tensors_hooks(keep, lambda tensor: tensor):
        lane.step()
    return sum(row.nbytes for row in lane.rows) + 2 * kept


def free_bytes(device: torch.device) -> int:
    """What can still be allocated on a device, what torch holds without using it included."""
    if device.type != "cuda":
        return _WITHOUT_GPU
    free, _ = torch.cuda.mem_get_info(device)
    held = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    return free + held


def release(device: torch.device) -> None:
    """Give back to the device what torch holds without using it."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
