"""Every generator comes from here: from (sweep seed, purpose, run) and nothing else.

So run r of every variant and budget shares its seeds, and adding runs, variants or budgets
changes none of them.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch


class Purpose(IntEnum):
    """What a seed is for; it stands in the seed's last four bits, so no two purposes share one."""

    SAMPLING = 1
    CLUSTERING = 2
    SELECTION = 3
    TRAINING = 4
    PROXY = 5
    CHOICE = 6
    FOLDS = 7
    VALIDATION = 8
    NOISE = 9
    REPORTING = 10


def derive(sweep_seed: int, purpose: Purpose, run: int) -> int:
    """The seed of one run for one purpose, a non-negative integer below 2**63."""
    sequence = np.random.SeedSequence([sweep_seed, purpose.value, run])
    high_bits = int(sequence.generate_state(1, np.uint64)[0]) >> 5
    return high_bits << 4 | purpose.value


def sampling_seed(sweep_seed: int) -> int:
    """The seed that draws a smaller training split, where one is asked for."""
    return derive(sweep_seed, Purpose.SAMPLING, 0)


def clustering_seed(sweep_seed: int, run: int) -> int:
    """The seed of the replicate of each clustering that run ``run`` selects from."""
    return derive(sweep_seed, Purpose.CLUSTERING, run)


def selection_seed(sweep_seed: int, run: int) -> int:
    """The seed of run ``run``'s selection, the same in every variant and budget."""
    return derive(sweep_seed, Purpose.SELECTION, run)


def training_seed(sweep_seed: int, run: int) -> int:
    """The seed of run ``run``'s training, the same in every variant and budget."""
    return derive(sweep_seed, Purpose.TRAINING, run)


def proxy_seed(sweep_seed: int, proxy: int) -> int:
    """The seed of the training of proxy ``proxy``, the same in every training log."""
    return derive(sweep_seed, Purpose.PROXY, proxy)


def choice_seed(sweep_seed: int) -> int:
    """The seed of the trainings that a choice on the validation split is made from."""
    return derive(sweep_seed, Purpose.CHOICE, 0)


def fold_seed(sweep_seed: int) -> int:
    """The seed that divides the training split into folds, the same in every training log."""
    return derive(sweep_seed, Purpose.FOLDS, 0)


def validation_seed(sweep_seed: int) -> int:
    """The seed that draws the validation split, where one is asked for."""
    return derive(sweep_seed, Purpose.VALIDATION, 0)


def noise_seed(sweep_seed: int) -> int:
    """The seed that makes labels wrong, where that is asked for."""
    return derive(sweep_seed, Purpose.NOISE, 0)


def reporting_seed(sweep_seed: int) -> int:
    """The seed that breaks ties in tables of a report."""
    return derive(sweep_seed, Purpose.REPORTING, 0)


def numpy_generator(seed: int) -> np.random.Generator:
    """A numpy generator for one seed."""
    return np.random.default_rng(seed)


def torch_generator(seed: int) -> torch.Generator:
    """A torch generator for one seed, on the CPU so that every device draws the same numbers."""
    import torch

    return torch.Generator().manual_seed(seed)
