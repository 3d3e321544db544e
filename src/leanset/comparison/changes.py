"""What changed from one sweep to another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from leanset.circumstances import Circumstances
from leanset.comparison.cells import CellChange, Verdict, changes_of_cells
from leanset.comparison.data import changes_of_data
from leanset.comparison.settings import SettingChange, changed_settings
from leanset.comparison.sweep import Sweep

_ELSEWHERE = {"when", "seed", "images", "settings"}
"""Circumstances that are no surroundings: told under another name, or never the same."""


@dataclass(frozen=True)
class Changes:
    """What changed from one sweep to another.

    Attributes:
        versions: of the older and of the newer.
        data: what of the image set changed, in sentences.
        settings: what differs, whether it can change a result or not.
        surroundings: what else differs of versions, machine, devices, commit and command.
        cells: every cell of either, what moved most first.
        on_record: whether both sweeps noted their circumstances; otherwise nothing is known of
            settings and surroundings.
    """

    versions: tuple[str, str]
    data: tuple[str, ...]
    settings: tuple[SettingChange, ...]
    surroundings: tuple[SettingChange, ...]
    cells: tuple[CellChange, ...]
    on_record: bool

    @property
    def headline(self) -> str:
        """All of it in one sentence."""
        causes = " and ".join(self._causes())
        if self._same_runs and not causes:
            return "Nothing changed: the same images, settings and runs."
        found = ", ".join(self._findings())
        return f"{found}; {causes}." if causes else f"{found}."

    def of(self, *verdicts: Verdict) -> list[CellChange]:
        """The cells with one of some verdicts."""
        return [cell for cell in self.cells if cell.verdict in verdicts]

    @property
    def moved(self) -> list[CellChange]:
        """The cells whose accuracy is another, and not by chance."""
        return [cell for cell in self.cells if cell.moved]

    @property
    def _same_runs(self) -> bool:
        return len(self.of("the same runs")) == len(self.cells)

    def _findings(self) -> Iterator[str]:
        in_both = sum(cell.is_in_both for cell in self.cells)
        if self._same_runs:
            yield "All cells have the same runs"
            return
        cells = "cell" if in_both == 1 else "cells"
        yield (
            f"{len(self.moved) or 'None'} of {in_both} {cells} moved"
            if in_both
            else "No cell is in both sweeps"
        )
        for verdict, one, more in (
            ("new", "is new", "are new"),
            ("gone", "is gone", "are gone"),
            ("too few runs", "has too few runs to tell", "have too few runs to tell"),
        ):
            count = sum(cell.verdict == verdict for cell in self.cells)
            if count:
                yield f"{count} {one if count == 1 else more}"

    def _causes(self) -> Iterator[str]:
        if self.data:
            yield "the images changed"
        if self.settings:
            count = len(self.settings)
            yield f"{count} {'setting' if count == 1 else 'settings'} changed"
        if not self.on_record:
            yield "the settings of one of the sweeps are not on record"


def compare_sweeps(older: Sweep, newer: Sweep) -> Changes:
    """What changed from one sweep to another."""
    before, after = older.circumstances, newer.circumstances
    on_record = before is not None and after is not None
    return Changes(
        versions=(older.version, newer.version),
        data=changes_of_data(older, newer),
        settings=changed_settings(before.settings, after.settings) if before and after else (),
        surroundings=(
            changed_settings(_surroundings(before), _surroundings(after))
            if before and after
            else ()
        ),
        cells=changes_of_cells(older.runs, newer.runs),
        on_record=on_record,
    )


def _surroundings(circumstances: Circumstances) -> dict[str, Any]:
    noted = circumstances.as_json()
    return {name: value for name, value in noted.items() if name not in _ELSEWHERE}
