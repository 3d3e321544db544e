"""The node that notes what a sweep ran on and with."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from leanset.circumstances import circumstances_of
from leanset.io.config_loader import SweepConfigLoader
from leanset.pipelines.stored import hash_of, images_of
from leanset.store import Entry
from leanset.tables import Table


def note_provenance(
    runs: Table, image_set: list[Entry], parameters: dict[str, Any]
) -> dict[str, Any]:
    """Note versions, machine, command, commit, images and settings of the sweep."""
    noted = circumstances_of(
        runs,
        images_of(image_set),
        hash_of(image_set),
        parameters,
        command=sys.argv,
        project=Path(SweepConfigLoader.current().conf_source),
    )
    return noted.as_json()
