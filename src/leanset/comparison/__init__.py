"""What changed from one sweep to another: images, settings, surroundings and every cell."""

from leanset.comparison.cells import CellChange, Outcome
from leanset.comparison.changes import Changes, compare_sweeps
from leanset.comparison.page import comparison_page
from leanset.comparison.settings import SettingChange
from leanset.comparison.sweep import COMPARED, Earlier, Sweep

__all__ = [
    "COMPARED",
    "CellChange",
    "Changes",
    "Earlier",
    "Outcome",
    "SettingChange",
    "Sweep",
    "compare_sweeps",
    "comparison_page",
]
