"""What everything is timed on: MNIST, random subsets of a few sizes, the recipe of R1."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from leanset.images import ImageSet
from leanset.sources.idx import IdxSource
from leanset.training import Recipe
from tests.benchmarks.baselines import BATCH_SIZE, EPOCHS, LEARNING_RATE

REPOSITORY = Path(__file__).parents[2]

R1 = Recipe.model_validate(
    {
        "model": "lenet5",
        "optimizer": {"name": "adam", "learning_rate": LEARNING_RATE},
        "batch_size": BATCH_SIZE,
        "epochs": EPOCHS,
    }
)
"""The recipe of the source experiment, as the baselines write it out."""


@dataclass(frozen=True)
class Run:
    """One training: its samples ``int64 [n]`` and its seed."""

    indices: NDArray[np.int64]
    seed: int


def random_runs(sizes: Sequence[int], available: int, seed: int) -> list[Run]:
    """One run on a random subset of each of ``sizes``; another ``seed``, other subsets."""
    rng = np.random.default_rng(seed)
    return [
        Run(rng.choice(available, size, replace=False), int(rng.integers(2**31))) for size in sizes
    ]


def mnist() -> ImageSet:
    """The embedded MNIST, in memory."""
    parameters = REPOSITORY / "conf/base/parameters/dataset.yml"
    dataset = yaml.safe_load(parameters.read_text())["dataset"]
    source = IdxSource.model_validate(dataset["source"])
    train, test = source.read(REPOSITORY / "data/01_raw/mnist")
    return ImageSet("mnist", tuple(dataset["class_names"]), train, test)


@contextmanager
def on_disk(images: ImageSet) -> Iterator[ImageSet]:
    """The image set mapped from files, as a sweep has it from the store."""
    with tempfile.TemporaryDirectory() as folder:
        mapped = {}
        for name, array in images.arrays().items():
            file = Path(folder) / f"{name}.npy"
            np.save(file, array)
            mapped[name] = np.load(file, mmap_mode="r")
        yield ImageSet.from_arrays(mapped, images.name, images.class_names)
