"""Which versions of results and which entries of the store nobody needs any more."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from leanset.errors import LeansetError
from leanset.io.store import open_store
from leanset.records import model_key, run_record
from leanset.store import Kept, Key, Store

_FILE = re.compile(r"(?P<dataset>.*/(?P<name>[^/]+))/(?P<version>[^/]+)/(?P<draft>\..+-)?(?P=name)")
"""The path of a file as Kedro writes it; its draft begins with a dot."""

_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d\.\d{3}Z")
"""A version as Kedro gives it; what has another name was put there by somebody."""


@dataclass(frozen=True)
class Place:
    """A store, and the folders of results of all environments that share it.

    Attributes:
        store: a folder, or the URL of one in an object store.
        cache: the folder that is the cache of such a one.
    """

    store: str
    roots: frozenset[str]
    cache: str | None

    @classmethod
    def of(cls, globals_: Mapping[str, Any], project: Path) -> Place:
        """That of one environment, whose paths may start at the project.

        Two paths to one folder are the same.
        """

        def absolute(path: str) -> str:
            return path.rstrip("/") if "://" in path else os.path.realpath(project / path)

        cache = globals_.get("cache")
        return cls(
            absolute(globals_["store"]),
            frozenset([absolute(globals_["root"])]),
            absolute(cache) if cache else None,
        )

    def joined(self, others: Iterable[Place]) -> Place:
        """The same with the folders of those others that have the same store."""
        shared = [other.roots for other in others if other.store == self.store]
        return replace(self, roots=self.roots.union(*shared))


@dataclass(frozen=True)
class VersionedFile:
    """A file of one version of a dataset, somewhere under the root of an environment.

    Attributes:
        dataset: the folder of all its versions.
        is_draft: whether it was being written when its process was killed, or still is.
    """

    path: str
    dataset: str
    version: str
    size: int
    is_draft: bool = False

    @property
    def is_stamped(self) -> bool:
        """Whether its version has the name of a moment, as those of sweeps have."""
        return bool(_STAMP.fullmatch(self.version))


class Results:
    """All versions of everything under the root of an environment, wherever that is."""

    def __init__(self, root: str) -> None:
        from fsspec.core import url_to_fs

        self._system, self._root = url_to_fs(root)

    def files(self) -> list[VersionedFile]:
        """Every versioned file.

        Raises:
            LeansetError: a link leads out of the root.
        """
        self._system.invalidate_cache()
        found = self._system.find(self._root, detail=True)
        for path, details in found.items():
            if details.get("islink"):
                self._refuse_way_out(path)
        return [
            VersionedFile(
                path, match["dataset"], match["version"], int(details["size"]), bool(match["draft"])
            )
            for path, details in sorted(found.items())
            if (match := _FILE.fullmatch(path))
        ]

    def references(self, files: Iterable[VersionedFile]) -> Iterator[Key]:
        """The entries of the store that files point to, be it as pointers or as keys of runs.

        Raises:
            LeansetError: a file cannot be read.
        """
        for file in files:
            if file.is_draft:
                continue
            try:
                if file.path.endswith(".json"):
                    yield from self._pointers(file.path)
                elif file.path.endswith(".parquet"):
                    yield from self._columns(file.path)
            except (ValueError, KeyError, TypeError) as error:
                raise LeansetError(
                    "it cannot be read, so nobody knows what of the store it refers to.",
                    where=file.path,
                    remedy="Nothing was removed. Restore the file or delete it, then try again.",
                ) from error

    def remove(self, file: VersionedFile) -> None:
        """Delete the folder of a file's version, with all that is in it."""
        folder = file.path.rpartition("/")[0]
        if self._system.exists(folder):
            self._system.rm(folder, recursive=True)

    def _pointers(self, path: str) -> list[Key]:
        content: Any = json.loads(self._system.cat_file(path))
        # figures are JSON as well
        pointers = [] if isinstance(content, dict) else content
        return [Key(pointer["kind"], pointer["digest"]) for pointer in pointers]

    def _columns(self, path: str) -> list[Key]:
        import pyarrow.parquet as pq

        with self._system.open(path, "rb") as file:
            table = pq.ParquetFile(file)
            named = set(table.schema_arrow.names) & {"run_key", "selection"}
            columns = table.read(sorted(named)).to_pydict()
        runs = columns.get("run_key", [])
        return [
            *map(run_record, runs),
            # a run that was asked for with its weights is trained again where they are missing
            *map(model_key, runs),
            *(Key("subset", digest) for digest in columns.get("selection", [])),
        ]

    def _refuse_way_out(self, path: str) -> None:
        if not Path(path).resolve().is_relative_to(Path(self._root).resolve()):
            raise LeansetError(
                "it is a link that leads elsewhere, and what lies there may refer to the store.",
                where=path,
                remedy="Nothing was removed. Put what it leads to in its place, then try again.",
            )


def expired(files: Iterable[VersionedFile], keep: int) -> list[VersionedFile]:
    """The files of all versions but those that are among the newest of some dataset.

    What one sweep wrote is kept or removed as a whole. What is newer than all that is whole is
    being written.

    Args:
        files: of one environment.
        keep: how many versions of each dataset stay.
    """
    stamped = [file for file in files if file.is_stamped]
    versions_of: dict[str, set[str]] = {}
    for file in stamped:
        if not file.is_draft:
            versions_of.setdefault(file.dataset, set()).add(file.version)
    stay = {version for versions in versions_of.values() for version in sorted(versions)[-keep:]}
    newest = max(stay, default="")
    return [file for file in stamped if file.version not in stay and file.version < newest]


def unreferenced(store: Store, referenced: set[Key], before: datetime) -> list[Kept]:
    """The entries that nothing points to and that were written before some moment.

    A sweep that was interrupted has entries that nothing points to yet. Damaged entries that were
    set aside are not pointed to either.
    """
    return [kept for kept in store.kept() if kept.key not in referenced and kept.written < before]


@dataclass(frozen=True)
class Old:
    """What may go of a place.

    Attributes:
        files: of old versions, by the root that they lie under.
        entries: of the store, to which nothing else refers.
    """

    place: Place
    files: Mapping[str, list[VersionedFile]]
    entries: list[Kept]

    def remove(self) -> None:
        """Delete all of it; pointers before what they point to."""
        for root, files in self.files.items():
            results = Results(root)
            for file in files:
                results.remove(file)
        store = open_store(filepath=self.place.store, cache=self.place.cache)
        for entry in self.entries:
            store.remove(entry.key)


def old_of(place: Place, keep: int, before: datetime) -> Old:
    """What may go of a place: all but the newest versions, and what only they refer to.

    Args:
        place: a store and all that refers to it.
        keep: how many versions of each dataset stay.
        before: entries written since then stay.

    Raises:
        LeansetError: it cannot be told what some file refers to.
    """
    files: dict[str, list[VersionedFile]] = {}
    referenced: set[Key] = set()
    for root in sorted(place.roots):
        results = Results(root)
        found = results.files()
        files[root] = expired(found, keep)
        gone = set(files[root])
        referenced |= set(results.references(file for file in found if file not in gone))
    store = open_store(filepath=place.store, cache=place.cache)
    return Old(place, files, unreferenced(store, referenced, before))
