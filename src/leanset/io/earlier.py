"""The sweeps that were reported before, read from what each left behind."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import fsspec
from kedro.io import AbstractDataset, DatasetError, Version
from kedro.io.core import get_protocol_and_path

from leanset.circumstances import Circumstances
from leanset.comparison import COMPARED, Earlier, Sweep
from leanset.errors import LeansetError, nearest

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Versioned:
    """A file of which the catalog keeps every version."""

    files: Any
    path: str

    @classmethod
    def at(cls, filepath: str) -> _Versioned:
        protocol, path = get_protocol_and_path(filepath)
        return cls(fsspec.filesystem(protocol), path.rstrip("/"))

    def of(self, version: str) -> str:
        """Where one version lies."""
        return f"{self.path}/{version}/{self.path.rpartition('/')[2]}"

    def has(self, version: str) -> bool:
        """Whether a version is there: files are whole or absent."""
        return bool(self.files.exists(self.of(version)))

    def newest_first(self) -> Iterator[str]:
        """All versions that are there."""
        # another process may have written some since the last look
        self.files.invalidate_cache()
        if self.files.isdir(self.path):
            folders = self.files.ls(self.path, detail=False)
            names = {str(folder).rstrip("/").rpartition("/")[2] for folder in folders}
            yield from filter(self.has, sorted(names, reverse=True))


class ReportedSweeps:
    """The sweeps of an environment that have a ledger, by version."""

    def __init__(self, runs: str, provenance: str) -> None:
        self._runs, self._provenance = _Versioned.at(runs), _Versioned.at(provenance)

    @property
    def place(self) -> str:
        """Where the ledgers lie, for a person."""
        return self._runs.path

    def newest_first(self) -> Iterator[str]:
        """The versions of all ledgers."""
        return self._runs.newest_first()

    def sweep(self, version: str) -> Sweep:
        """What a sweep left behind.

        Raises:
            LeansetError: there is no such version, or it cannot be read.
        """
        import pandas as pd

        path = self._runs.of(version)
        if not self._runs.has(version):
            raise LeansetError(
                f"there is no sweep '{version}'.",
                where=self.place,
                remedy=nearest(version, self.newest_first()),
            )
        try:
            with self._runs.files.open(path, "rb") as file:
                runs = pd.read_parquet(file)
        except ValueError as error:
            raise LeansetError(f"it cannot be read ({error}).", where=path) from error
        missing = [column for column in COMPARED if column not in runs]
        if missing:
            raise LeansetError(
                f"it was written before there was {', '.join(missing)} in it.", where=path
            )
        return Sweep(version, runs, self._circumstances(version))

    def _circumstances(self, version: str) -> Circumstances | None:
        if not self._provenance.has(version):
            return None
        path = self._provenance.of(version)
        try:
            with self._provenance.files.open(path, "r") as file:
                return Circumstances.from_json(json.load(file))
        except (ValueError, LeansetError) as error:
            logger.warning("%s: the circumstances of that sweep cannot be read (%s).", path, error)
            return None


class EarlierSweepsDataset(AbstractDataset[None, Earlier]):
    """Gives a node the sweeps that were reported before the one that is running.

    A node that reads it reads the ledger of the running sweep too, so that it is there by then:
    the newest that is no newer than this sweep. What concurrent sweeps write later is not seen.

    Args:
        runs: the ``filepath`` of the ledger, a block of its own since Kedro makes relative paths
            absolute by that name only.
        provenance: the ``filepath`` of the circumstances.
        limit: how many sweeps at most.
        version: of the running sweep; it comes with ``versioned: true``.
    """

    def __init__(
        self,
        *,
        runs: dict[str, str],
        provenance: dict[str, str],
        limit: int = 1,
        version: Version | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self.reported = ReportedSweeps(runs["filepath"], provenance["filepath"])
        self._limit = limit
        self._running = str(version.save) if version and version.save else None
        self.metadata = metadata

    def load(self) -> Earlier:
        """The sweeps before this one, newest last; what cannot be read is left out."""
        versions = (
            version
            for version in self.reported.newest_first()
            if self._running is None or version <= self._running
        )
        running = next(versions, self._running or "")
        sweeps: list[Sweep] = []
        for version in versions:
            if len(sweeps) == self._limit:
                break
            try:
                sweeps.append(self.reported.sweep(version))
            except LeansetError as error:
                logger.warning("An earlier sweep is not compared: %s", error)
        return Earlier(running, tuple(reversed(sweeps)))

    def save(self, data: None) -> None:  # noqa: ARG002
        """Refused: what was reported stays as it is."""
        raise DatasetError("Earlier sweeps are only read.")

    def _exists(self) -> bool:
        return True

    def _describe(self) -> dict[str, Any]:
        return {"runs": self.reported.place, "limit": self._limit}
