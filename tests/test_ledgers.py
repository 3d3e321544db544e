"""The newest tables of sweeps, found through a catalog or beside it."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from kedro.io import DataCatalog, MemoryDataset, Version

from leanset.io.pandas import ParquetDataset
from leanset.ledgers import newest, past_for
from leanset.training import TrainingSettings
from tests.test_past import cost, run

OLD, NEW = "2026-01-01T00.00.00.000Z", "2026-02-01T00.00.00.000Z"


def save(folder: Path, name: str, version: str, *rows: dict[str, Any]) -> Path:
    path = folder / f"{name}.parquet"
    ParquetDataset(filepath=str(path), version=Version(None, version)).save(pd.DataFrame(rows))
    return path


def catalog(folder: Path, device: str = "cpu") -> DataCatalog:
    training = TrainingSettings.model_validate(
        {"device": device, "workers": "auto", "keep_models": "none"}
    )
    tables = {
        name: ParquetDataset(
            filepath=str(folder / f"{name}.parquet"), version=Version(None, "2026-03")
        )
        for name in ("runs", "costs")
    }
    return DataCatalog({**tables, "params:training": MemoryDataset(training)})


def nowhere() -> list[str]:
    raise AssertionError("other environments were asked although nothing is missing")


def test_the_newest_version_is_found(tmp_path: Path) -> None:
    for version, variant in ((OLD, "old"), (NEW, "new")):
        save(tmp_path, "runs", version, run(variant=variant))
    found = newest(catalog(tmp_path), "runs")
    assert found is not None
    assert (found.version, list(found.table["variant"])) == (NEW, ["new"])


def test_where_no_sweep_was_run_there_is_none(tmp_path: Path) -> None:
    assert newest(catalog(tmp_path), "runs") is None
    assert newest(catalog(tmp_path), "params:training") is None


def test_what_was_timed_here_is_what_counts(tmp_path: Path) -> None:
    save(tmp_path, "runs", NEW, run())
    save(tmp_path, "costs", NEW, cost("score", "score_a", 3.0))
    past = past_for({"lenet5"}, catalog(tmp_path), nowhere)
    assert past.per_image == {"lenet5": pytest.approx(0.01)}
    assert past.making == {"score_a": [3.0]}


def test_a_recipe_that_was_never_timed_here_is_looked_up_beside(tmp_path: Path) -> None:
    ledgers = [
        save(tmp_path / "a", "runs", OLD, run(samples_seen=5_000)),
        save(tmp_path / "b", "runs", NEW, run(samples_seen=50)),
        tmp_path / "c/runs.parquet",
    ]
    past = past_for({"lenet5"}, catalog(tmp_path / "here"), lambda: map(str, ledgers))
    # that of the newer of the two
    assert past.per_image == {"lenet5": pytest.approx(0.1)}


def test_what_another_kind_of_device_took_is_no_measure_of_this_one(tmp_path: Path) -> None:
    save(tmp_path, "runs", NEW, run(device="cuda"))
    assert past_for({"lenet5"}, catalog(tmp_path), list).per_image == {}


def test_a_device_that_is_not_here_is_planned_for_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    save(tmp_path, "runs", NEW, run(device="cuda"))
    assert past_for({"lenet5"}, catalog(tmp_path, "cuda"), nowhere).per_image.keys() == {"lenet5"}


def test_where_nothing_is_to_be_trained_nobody_else_is_asked(tmp_path: Path) -> None:
    assert past_for(set(), catalog(tmp_path), nowhere).per_image == {}
