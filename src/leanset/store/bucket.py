"""Entries in an object store, which has no folders to rename but writes each object whole.

An array lies under a name that ends in its checksum, and the manifest is written last. So an entry
is whole or absent, and of two writers of one key either one's manifest finds its own arrays.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from leanset.errors import LeansetError
from leanset.store.entry import MANIFEST, Key


class Bucket:
    """The entries under a URL that fsspec understands, such as ``s3://bucket/leanset/store``."""

    def __init__(self, url: str) -> None:
        from fsspec.core import url_to_fs

        self.url = url
        self._files, self._root = url_to_fs(url)

    def put(self, key: Key, folder: Path) -> None:
        """Write an entry that lies in a folder.

        Raises:
            LeansetError: it could not be written, after the retries of the client.
        """
        manifest = (folder / MANIFEST).read_bytes()
        with self._told(f"the {key.kind} {key.digest} could not be written to it"):
            for name, place in self._arrays(key, manifest).items():
                self._files.put_file(str(folder / f"{name}.npy"), place)
            self._files.pipe_file(self._manifest(key), manifest)

    def fetch(self, key: Key, folder: Path) -> bool:
        """Copy what there is of an entry into an empty folder; whether it has a manifest.

        Raises:
            LeansetError: it could not be read, after the retries of the client.
        """
        with self._told(f"the {key.kind} {key.digest} could not be read from it"):
            try:
                manifest = self._files.cat_file(self._manifest(key))
            except FileNotFoundError:
                return False
            for name, place in self._arrays(key, manifest).items():
                # one that is lost is damage, which shows when the copy is verified
                with suppress(FileNotFoundError):
                    self._files.get_file(place, str(folder / f"{name}.npy"))
        (folder / MANIFEST).write_bytes(manifest)
        return True

    def kept(self) -> Iterator[tuple[Key, datetime, int]]:
        """Every entry, when its newest object was written, and the bytes of them all.

        What was written of an entry by a process that was killed is among them.

        Raises:
            LeansetError: they could not be listed, after the retries of the client.
        """
        sizes: dict[Key, int] = {}
        written: dict[Key, datetime] = {}
        with self._told("what it holds could not be listed"):
            self._files.invalidate_cache()
            for path, details in self._files.find(self._root, detail=True).items():
                kind, _, rest = path.removeprefix(f"{self._root}/").partition("/")
                digest, _, name = rest.partition("/")
                if name:
                    key, moment = Key(kind, digest), self._files.modified(path)
                    sizes[key] = sizes.get(key, 0) + int(details["size"])
                    written[key] = max(moment, written.get(key, moment))
        for key, moment in written.items():
            yield key, moment, sizes[key]

    def remove(self, key: Key) -> None:
        """Delete an entry, its manifest first, so that it is never half there.

        Raises:
            LeansetError: it could not be deleted, after the retries of the client.
        """
        with self._told(f"the {key.kind} {key.digest} could not be removed from it"):
            with suppress(FileNotFoundError):
                self._files.rm_file(self._manifest(key))
            self._files.invalidate_cache()
            with suppress(FileNotFoundError):
                self._files.rm(self._folder(key), recursive=True)

    def _folder(self, key: Key) -> str:
        return f"{self._root}/{key.kind}/{key.digest}"

    def _manifest(self, key: Key) -> str:
        return f"{self._folder(key)}/{MANIFEST}"

    def _arrays(self, key: Key, manifest: bytes) -> Mapping[str, str]:
        """Where the arrays of an entry lie, by their names; nowhere if its manifest is damaged."""
        try:
            checksums = json.loads(manifest)["sha256"].items()
        except (ValueError, KeyError, TypeError, AttributeError):
            return {}
        return {name: f"{self._folder(key)}/{name}-{checksum}.npy" for name, checksum in checksums}

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            # each kind of object store has errors of its own, and not all are of an OSError
            raise LeansetError(
                f"{what} ({type(error).__name__}: {error}).",
                where=self.url,
                remedy="Look at the bucket and the credentials; the same command then goes on, and "
                "finished runs are kept.",
            ) from error
