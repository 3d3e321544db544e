"""Sweeps that were reported, as they are compared."""

from __future__ import annotations

from dataclasses import dataclass

from leanset.circumstances import Circumstances
from leanset.tables import Table

COMPARED = ("variant", "recipe", "budget", "kept", "status", "accuracy", "run_key",
            "image_set_hash")  # fmt: skip
"""The columns of a ledger that a comparison reads."""


@dataclass(frozen=True, eq=False)
class Sweep:
    """A sweep that was reported.

    Attributes:
        version: of its ledger.
        runs: the ledger, at least the columns ``COMPARED``.
        circumstances: None of a sweep that did not note them.
    """

    version: str
    runs: Table
    circumstances: Circumstances | None


@dataclass(frozen=True, eq=False)
class Earlier:
    """What came before a sweep.

    Attributes:
        version: of the sweep itself.
        sweeps: those before it, newest last.
    """

    version: str
    sweeps: tuple[Sweep, ...]
