"""What became of the image set between two sweeps, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from leanset.circumstances import UsedImages
from leanset.comparison.sweep import Sweep

_SHOWN = 12
"""Characters of a content hash that a person compares."""


def changes_of_data(older: Sweep, newer: Sweep) -> tuple[str, ...]:
    """What of the image set changed; where circumstances are missing, whether it did."""
    sentences = list(_content(_hashes(older), _hashes(newer)))
    if older.circumstances and newer.circumstances:
        sentences += _description(older.circumstances.images, newer.circumstances.images)
    return tuple(sentences)


def _hashes(sweep: Sweep) -> list[str]:
    return sorted(str(name)[:_SHOWN] for name in set(sweep.runs["image_set_hash"]))


def _content(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    if before != after:
        yield (
            "The content of the image set changed: its hash begins with "
            f"{' and '.join(after)}, before with {' and '.join(before)}."
        )


def _description(before: UsedImages, after: UsedImages) -> Iterator[str]:
    if before.name != after.name:
        yield f"The image set is called {after.name}, before {before.name}."
    for samples in ("train", "validation", "test"):
        old, new = getattr(before, samples), getattr(after, samples)
        if old != new:
            name = {"train": "training"}.get(samples, samples)
            yield f"There are {new:,} {name} samples, before {old:,}."
    yield from _class_names(before.class_names, after.class_names)
    if before.noise != after.noise:
        yield f"Labels are made wrong by {_noise(after.noise)}, before by {_noise(before.noise)}."


def _class_names(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    new = [name for name in after if name not in before]
    gone = [name for name in before if name not in after]
    if new:
        yield f"New classes: {', '.join(new)}."
    if gone:
        yield f"Classes that are gone: {', '.join(gone)}."
    if not new and not gone and before != after:
        yield "The classes have another order."


def _noise(noise: dict[str, Any] | None) -> str:
    if noise is None:
        return "nothing"
    others = [f"{name} {value}" for name, value in noise.items() if name != "kind"]
    return f"{noise.get('kind', 'some')} noise ({', '.join(others)})"
