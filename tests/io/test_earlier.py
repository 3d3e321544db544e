"""The sweeps before the one that is running: whole, older, newest last, at most so many."""

import json
import logging
from pathlib import Path
from typing import Any
from uuid import uuid4

import fsspec
import pandas as pd
import pytest
from kedro.io import DataCatalog, DatasetError, Version
from tests.comparison.examples import cell, circumstances, ledger
from tests.object_store import object_store

from leanset.comparison import Earlier
from leanset.errors import LeansetError
from leanset.io.earlier import EarlierSweepsDataset

FIRST, SECOND, THIRD, FOURTH = (f"2026-0{month}-01T00.00.00.000Z" for month in range(1, 5))

RUNS = ledger(cell("random", [0.9, 0.91]))


class Place:
    """A folder of results, wherever it is."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.files, self.path = fsspec.core.url_to_fs(root)

    def write(self, name: str, version: str, content: bytes) -> None:
        folder = f"{self.path}/{name}/{version}"
        self.files.makedirs(folder, exist_ok=True)
        self.files.pipe_file(f"{folder}/{name}", content)

    def sweep(self, version: str, runs: pd.DataFrame = RUNS) -> None:
        self.write("runs.parquet", version, runs.to_parquet())
        noted = circumstances(machine=version).as_json()
        self.write("provenance.json", version, json.dumps(noted).encode())

    def dataset(self, running: str | None = None, **settings: Any) -> EarlierSweepsDataset:
        return EarlierSweepsDataset(
            runs={"filepath": f"{self.root}/runs.parquet"},
            provenance={"filepath": f"{self.root}/provenance.json"},
            version=Version(None, running) if running else None,
            **settings,
        )

    def earlier(self, running: str | None = None, **settings: Any) -> Earlier:
        return self.dataset(running, **settings).load()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(str(tmp_path))


def versions(earlier: Earlier) -> tuple[str, list[str]]:
    return earlier.version, [sweep.version for sweep in earlier.sweeps]


def test_of_the_first_sweep_there_is_none_before(place: Place) -> None:
    assert versions(place.earlier(FIRST)) == (FIRST, [])
    place.sweep(FIRST)
    assert versions(place.earlier(FIRST)) == (FIRST, [])


def test_the_sweep_before_is_given_with_its_circumstances(place: Place) -> None:
    for version in (FIRST, SECOND, THIRD):
        place.sweep(version)
    earlier = place.earlier(THIRD)
    assert versions(earlier) == (THIRD, [SECOND])
    (last,) = earlier.sweeps
    pd.testing.assert_frame_equal(last.runs, RUNS)
    assert last.circumstances == circumstances(machine=SECOND)


def test_as_many_are_given_as_are_asked_for_newest_last(place: Place) -> None:
    for version in (THIRD, FIRST, FOURTH, SECOND):
        place.sweep(version)
    assert versions(place.earlier(FOURTH, limit=2)) == (FOURTH, [SECOND, THIRD])
    assert versions(place.earlier(FOURTH, limit=9)) == (FOURTH, [FIRST, SECOND, THIRD])


def test_a_sweep_that_began_later_and_ended_sooner_is_not_earlier(place: Place) -> None:
    for version in (FIRST, SECOND, THIRD):
        place.sweep(version)
    assert versions(place.earlier(SECOND)) == (SECOND, [FIRST])


def test_where_only_the_comparison_runs_again_the_last_ledger_is_its_own(place: Place) -> None:
    # at FOURTH nothing but the comparison runs: it reads the ledger of SECOND, the latest
    place.sweep(FIRST)
    place.sweep(SECOND)
    assert versions(place.earlier(FOURTH)) == (SECOND, [FIRST])
    assert versions(place.earlier()) == (SECOND, [FIRST])


def test_a_version_without_a_whole_ledger_is_passed_over(place: Place) -> None:
    place.sweep(FIRST)
    place.write("provenance.json", SECOND, b"{}")
    folder = f"{place.path}/runs.parquet/{SECOND}"
    place.files.makedirs(folder)
    place.files.pipe_file(f"{folder}/.draft-1-runs.parquet", b"half of it")
    place.sweep(THIRD)
    assert versions(place.earlier(THIRD)) == (THIRD, [FIRST])


@pytest.mark.parametrize("content", [b"no table", RUNS.drop(columns="run_key").to_parquet()])
def test_a_ledger_that_cannot_be_compared_is_passed_over_and_told(
    place: Place, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    place.sweep(FIRST)
    place.write("runs.parquet", SECOND, content)
    place.sweep(THIRD)
    with caplog.at_level(logging.WARNING):
        assert versions(place.earlier(THIRD)) == (THIRD, [FIRST])
    assert f"{SECOND}/runs.parquet" in caplog.text


@pytest.mark.parametrize("content", [b"{}", b"{", b"[1]"])
def test_circumstances_that_cannot_be_read_are_missing(
    place: Place, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    place.sweep(FIRST)
    place.write("provenance.json", FIRST, content)
    place.sweep(SECOND)
    with caplog.at_level(logging.WARNING):
        (last,) = place.earlier(SECOND).sweeps
    assert last.circumstances is None
    assert "cannot be read" in caplog.text


def test_a_sweep_of_before_there_were_circumstances_has_none(place: Place) -> None:
    place.write("runs.parquet", FIRST, RUNS.to_parquet())
    place.sweep(SECOND)
    (last,) = place.earlier(SECOND).sweeps
    assert last.circumstances is None


def test_a_sweep_that_is_not_there_leads_to_one_that_is(place: Place) -> None:
    place.sweep(FIRST)
    with pytest.raises(LeansetError, match=f"there is no sweep 'x{FIRST}'. Did you mean '{FIRST}'"):
        place.dataset().reported.sweep(f"x{FIRST}")


def test_a_damaged_ledger_that_is_named_is_refused(place: Place) -> None:
    place.write("runs.parquet", FIRST, b"no table")
    with pytest.raises(LeansetError, match=r"runs\.parquet: it cannot be read"):
        place.dataset().reported.sweep(FIRST)


def test_sweeps_are_found_in_memory_too() -> None:
    place = Place(f"memory:///{uuid4().hex}")
    place.sweep(FIRST)
    place.sweep(SECOND)
    assert versions(place.earlier(SECOND)) == (SECOND, [FIRST])


def test_sweeps_are_found_in_an_object_store() -> None:
    with object_store() as store:
        place = Place(store.url)
        place.sweep(FIRST)
        place.sweep(SECOND)
        earlier = place.earlier(SECOND)
        assert versions(earlier) == (SECOND, [FIRST])
        assert earlier.sweeps[0].circumstances == circumstances(machine=FIRST)


def test_the_catalog_tells_it_which_sweep_is_running(place: Place) -> None:
    for version in (FIRST, SECOND, THIRD):
        place.sweep(version)
    entry = {
        "type": "leanset.io.earlier.EarlierSweepsDataset",
        "runs": {"filepath": f"{place.root}/runs.parquet"},
        "provenance": {"filepath": f"{place.root}/provenance.json"},
        "versioned": True,
    }
    catalog = DataCatalog.from_config({"earlier": entry}, save_version=SECOND)
    assert versions(catalog.load("earlier")) == (SECOND, [FIRST])
    written = catalog.to_config()[0]["earlier"]
    assert {name: written[name] for name in entry} == entry


def test_nothing_is_saved_over_what_was_reported(place: Place) -> None:
    with pytest.raises(DatasetError, match="only read"):
        place.dataset().save("anything")  # type: ignore[arg-type]
