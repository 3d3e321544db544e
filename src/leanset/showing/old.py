"""What may go of old results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leanset.estimates import size
from leanset.terminal import say, widen_pipes
from leanset.words import counted

if TYPE_CHECKING:
    from leanset.retention import Old


def print_old(old: Old, *, deleted: bool) -> None:
    """Print what may go of a store and the results that share it."""
    widen_pipes()
    for root, files in old.files.items():
        versions = len({file.version for file in files})
        if versions:
            held = size(sum(file.size for file in files))
            say(f"{root}: {counted(versions, 'version')}, {counted(len(files), 'file')}, {held}.")
    if old.entries:
        held = size(sum(entry.size for entry in old.entries))
        entries = counted(len(old.entries), "entry", "entries")
        say(f"{old.place.store}: {entries} that nothing else refers to, {held}.")
    if not (old.entries or any(old.files.values())):
        say("There is nothing to remove.")
    else:
        say("This is removed." if deleted else "Nothing was removed; with --delete this is.")
