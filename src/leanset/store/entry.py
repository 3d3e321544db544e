"""An entry of the store: a folder of arrays, and a manifest of their checksums and small facts."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from leanset.hardware import describe_machine

MANIFEST = "entry.json"

Arrays: TypeAlias = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Key:
    """What an entry is, and a digest of all that determines its content."""

    kind: str
    digest: str

    @classmethod
    def of(cls, kind: str, **ingredients: Any) -> Key:
        """The key of an entry made from ``ingredients`` (JSON values)."""
        text = json.dumps(ingredients, sort_keys=True)
        return cls(kind, hashlib.sha256(text.encode()).hexdigest()[:32])


@dataclass(frozen=True)
class Built:
    """What a builder hands to the store."""

    arrays: Arrays
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Entry:
    """One entry of the store, its arrays mapped from disk as they are asked for."""

    key: Key
    folder: Path
    manifest: Mapping[str, Any]

    @classmethod
    def open(cls, key: Key, folder: Path) -> Entry:
        """The entry that lies in a folder."""
        return cls(key, folder, json.loads((folder / MANIFEST).read_text()))

    def __getitem__(self, name: str) -> NDArray[Any]:
        array: NDArray[Any] = np.load(
            self.folder / f"{name}.npy", mmap_mode="r", allow_pickle=False
        )
        return array

    @cached_property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """All arrays of the entry, mapped from disk."""
        return {name: self[name] for name in self.manifest["sha256"]}

    @property
    def facts(self) -> Mapping[str, Any]:
        """What the builder noted of the entry."""
        facts: Mapping[str, Any] = self.manifest["facts"]
        return facts

    @property
    def seconds(self) -> float:
        """How long building the entry took."""
        return float(self.manifest["seconds"])


def write_entry(folder: Path, key: Key, built: Built, seconds: float) -> None:
    """Write an entry into an empty folder, through to the disk."""
    for name, array in built.arrays.items():
        with (folder / f"{name}.npy").open("wb") as file:
            np.save(file, array, allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())
    manifest = {
        "kind": key.kind,
        "digest": key.digest,
        "facts": dict(built.facts),
        "seconds": seconds,
        "machine": describe_machine(),
        "sha256": {name: _checksum(folder / f"{name}.npy") for name in built.arrays},
    }
    with (folder / MANIFEST).open("w") as file:
        json.dump(manifest, file, indent=1)
        file.flush()
        os.fsync(file.fileno())


def damage_of(folder: Path) -> str | None:
    """What is wrong with an entry's files, or None."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
        for name, expected in manifest["sha256"].items():
            if _checksum(folder / f"{name}.npy") != expected:
                return f"{name}.npy has another checksum"
    except FileNotFoundError as error:
        return f"{Path(error.filename).name} is missing"
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"{MANIFEST} cannot be read"
    return None


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
