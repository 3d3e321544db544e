"""The nodes that hold a sweep against the one before."""

from __future__ import annotations

import logging
from typing import Any

from leanset.circumstances import Circumstances
from leanset.comparison import Changes, Earlier, Sweep, compare_sweeps, comparison_page
from leanset.tables import Table

logger = logging.getLogger(__name__)


def compare_with_last(runs: Table, provenance: dict[str, Any], earlier: Earlier) -> list[Changes]:
    """Say what changed since the last sweep: one comparison, or none of the first.

    It is a list since Kedro hands on no None.
    """
    this = _this(runs, provenance, earlier)
    changes = [compare_sweeps(last, this) for last in earlier.sweeps[-1:]]
    for change in changes:
        logger.info("Since the sweep of %s: %s", change.versions[0], change.headline)
    return changes


def write_changes(runs: Table, provenance: dict[str, Any], earlier: Earlier) -> str:
    """Write a page about what changed since the last sweep."""
    # a node of its own: a task that is tried again makes what it keeps in memory once more, and
    # may not write a file once more
    return comparison_page([*earlier.sweeps, _this(runs, provenance, earlier)])


def _this(runs: Table, provenance: dict[str, Any], earlier: Earlier) -> Sweep:
    return Sweep(earlier.version, runs, Circumstances.from_json(provenance))
