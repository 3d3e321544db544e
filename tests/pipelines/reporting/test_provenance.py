"""The node that notes what a sweep ran on and with."""

import sys
from pathlib import Path

import pytest

from leanset.circumstances import Circumstances
from leanset.images import ImageSet
from leanset.io.config_loader import SweepConfigLoader
from leanset.pipelines.reporting.provenance import note_provenance
from leanset.pipelines.stored import stored_images
from leanset.settings import CONFIG_LOADER_ARGS
from leanset.store import Store
from tests.test_circumstances import RUNS, parameters


def test_the_command_and_the_images_of_the_sweep_are_noted(
    digits: ImageSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["/somewhere/bin/kedro", "run", "--env=quick"])
    loader = SweepConfigLoader(conf_source=str(tmp_path), **CONFIG_LOADER_ARGS)
    monkeypatch.setattr(SweepConfigLoader, "latest", loader)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    entry = stored_images(Store(tmp_path / "store"), digits)
    noted = Circumstances.from_json(note_provenance(RUNS, [entry], parameters()))
    assert noted.command == ("kedro", "run", "--env=quick")
    assert noted.commit is None
    assert noted.images.hash == digits.hash
    assert (noted.images.train, noted.images.test) == (1100, 697)
