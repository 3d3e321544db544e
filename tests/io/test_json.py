"""Plain values as JSON: what is saved comes back, in its version, and a half is never seen."""

from pathlib import Path

import pytest
from kedro.io import DatasetError, Version

from leanset.io.json import JSONDataset

EARLY, LATE = "2026-01-01T00.00.00.000Z", "2026-02-01T00.00.00.000Z"


def at(folder: Path, save: str | None = None, load: str | None = None) -> JSONDataset:
    return JSONDataset(filepath=str(folder / "a.json"), version=Version(load, save))


def test_what_is_saved_comes_back_and_is_alone_at_its_place(tmp_path: Path) -> None:
    content = {"a": [1, None, "é"], "b": {"c": 0.5}}
    at(tmp_path, save=EARLY).save(content)
    assert at(tmp_path, load=EARLY).load() == content
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files == [tmp_path / "a.json" / EARLY / "a.json"]


def test_what_is_not_json_leaves_the_version_before_as_the_latest(tmp_path: Path) -> None:
    at(tmp_path, save=EARLY).save({"a": 1})
    with pytest.raises(DatasetError, match="not JSON serializable"):
        at(tmp_path, save=LATE).save({"a": 1, "b": object()})
    assert at(tmp_path, save="later").load() == {"a": 1}
    assert not at(tmp_path, load=LATE).exists()


def test_kedro_viz_can_preview_it(tmp_path: Path) -> None:
    dataset = at(tmp_path, save=EARLY)
    dataset.save({"a": 1})
    assert dataset.preview() == '{"a": 1}'
