"""What the store has to know of a file that was made elsewhere."""

from __future__ import annotations

from typing import Any

from leanset.config import DatasetSettings
from leanset.pipelines.stored import images_of
from leanset.precomputed import DiskRows, PrecomputedFile
from leanset.provenance import Work
from leanset.store import Entry


def rows_on_disk(image_set: list[Entry], dataset: DatasetSettings) -> DiskRows:
    """Which rows of the training split on disk the training samples are."""
    return DiskRows.of(images_of(image_set), drawn=dataset.train_samples is not None)


INPUTS = {
    "image_set": "image_set",
    "dataset": "params:dataset",
    "folder": "precomputed_folder",
}
"""What every node reads that takes something out of a file."""


def settings_behind(file: PrecomputedFile) -> dict[str, Any]:
    """The settings that a key is made of: a file is known by its content, not by its name."""
    return file.model_dump(exclude={"file", "sha256", "embedding", "centroids"})


def work_elsewhere(file: PrecomputedFile, digest: str) -> dict[str, Work]:
    """What making the file took, as far as its settings say."""
    return {f"precomputed {digest}": Work(file.seconds)}


def described(file: PrecomputedFile) -> str:
    """Where it is from, for a person, and whether it is charged for."""
    if file.seconds:
        return f"from {file.file}"
    return f"from {file.file}; subsets are charged nothing for it, as it does not say its seconds"
