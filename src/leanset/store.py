"""The content-addressed store of everything costly: get an entry by its key, or build it.

An entry is a folder of arrays and one ``entry.json`` with their checksums and small facts. It is
written to a temporary folder, synced and renamed, so it is whole or absent, and never changes.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leanset.errors import LeansetError
from leanset.hardware import describe_machine

logger = logging.getLogger(__name__)

Arrays = Mapping[str, NDArray[Any]]


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


class Store:
    """A folder of entries, safe to share between processes."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def get_or_build(self, key: Key, build: Callable[[], Built]) -> Entry:
        """The entry of ``key``, built now if it is not there or is damaged."""
        found = self.find(key)
        if found:
            return found
        start = time.perf_counter()
        built = build()
        self._write(key, built, time.perf_counter() - start)
        return self._open(key)

    def find(self, key: Key) -> Entry | None:
        """The entry of ``key``, or None if it is not there; a damaged one is set aside."""
        folder = self._folder(key)
        if not folder.exists():
            return None
        damage = _damage(folder)
        if damage is None:
            return self._open(key)
        self._set_aside(folder, damage)
        return None

    def get(self, key: Key) -> Entry:
        """The entry of ``key``.

        Raises:
            LeansetError: it is missing or damaged.
        """
        folder = self._folder(key)
        damage = _damage(folder)
        if damage:
            raise LeansetError(
                f"the stored {key.kind} cannot be used ({damage}).",
                where=str(folder),
                remedy="Run the sweep again: it builds what is missing.",
            )
        return self._open(key)

    def _set_aside(self, folder: Path, damage: str) -> None:
        """Move a damaged entry out of the way, unless another process just did."""
        aside = Path(tempfile.mkdtemp(prefix=f"{folder.name}.damaged-", dir=folder.parent))
        try:
            folder.replace(aside)
        except FileNotFoundError:
            aside.rmdir()
            return
        logger.warning(
            "%s is damaged (%s): set aside as %s and built again.", folder, damage, aside.name
        )

    def _folder(self, key: Key) -> Path:
        return self.root / key.kind / key.digest

    def _open(self, key: Key) -> Entry:
        folder = self._folder(key)
        return Entry(key, folder, json.loads((folder / "entry.json").read_text()))

    def _write(self, key: Key, built: Built, seconds: float) -> None:
        final = self._folder(key)
        final.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=final.parent))
        try:
            for name, array in built.arrays.items():
                with (draft / f"{name}.npy").open("wb") as file:
                    np.save(file, array, allow_pickle=False)
                    file.flush()
                    os.fsync(file.fileno())
            manifest = {
                "kind": key.kind,
                "digest": key.digest,
                "facts": dict(built.facts),
                "seconds": seconds,
                "machine": describe_machine(),
                "sha256": {name: _checksum(draft / f"{name}.npy") for name in built.arrays},
            }
            with (draft / "entry.json").open("w") as file:
                json.dump(manifest, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            draft.chmod(0o755)
            try:
                draft.rename(final)
            except OSError:
                # another process built the same entry first; the content is the same by its key
                if not final.exists():
                    raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _damage(folder: Path) -> str | None:
    """What is wrong with an entry's files, or None."""
    try:
        manifest = json.loads((folder / "entry.json").read_text())
        for name, expected in manifest["sha256"].items():
            if _checksum(folder / f"{name}.npy") != expected:
                return f"{name}.npy has another checksum"
    except FileNotFoundError as error:
        return f"{Path(error.filename).name} is missing"
    except (ValueError, KeyError, TypeError, AttributeError):
        return "entry.json cannot be read"
    return None
