"""What the commands of ``kedro leanset`` print."""

from datetime import UTC, datetime

import pytest

from leanset.planning import Plan, PlannedArtifact, PlannedCell
from leanset.retention import Old, Place, VersionedFile
from leanset.showing import print_old, print_plan
from leanset.store import Kept, Key
from leanset.sweep import Cell

PLACE = Place("/data/store", frozenset(["/data/base", "/data/other"]), None)


def cell(budget: str, kept: int, runs: int) -> Cell:
    return Cell("random", "lenet5", budget, kept, runs, ())


def lines(capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    return [line.split() for line in capsys.readouterr().out.splitlines()]


def test_a_plan_tells_what_is_there_and_what_is_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    artifacts = (PlannedArtifact("log_long", 0, None), PlannedArtifact("clustering_k50", 3, 2))
    cells = (
        PlannedCell(cell("600", 600, 5), done=3, images=12_000),
        PlannedCell(cell("10 %", 6_000, 5), done=5, images=0),
    )
    print_plan(Plan(artifacts, cells))
    said = lines(capsys)
    for line in (
        ["log_long", "0", "all"],
        ["clustering_k50", "3", "2"],
        ["random", "600", "600", "5", "3", "2"],
        ["random", "10", "%", "6,000", "5", "5", "0"],
    ):
        assert line in said
    assert " ".join(said[-1]) == "8 of 10 runs are done; 2 are to be trained, on 12,000 images."


def test_a_plan_of_what_is_done_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    print_plan(Plan((), (PlannedCell(cell("600", 600, 5), done=5, images=0),)))
    said = lines(capsys)
    assert " ".join(said[-1]) == "5 of 5 runs are done; none is left."
    assert ["Artifacts"] not in said


def file(version: str, size: int) -> VersionedFile:
    return VersionedFile(f"/data/base/a.json/{version}/a.json", "/data/base/a.json", version, size)


def entry(digest: str, size: int) -> Kept:
    return Kept(Key("run", digest), datetime(2026, 1, 1, tzinfo=UTC), size)


@pytest.mark.parametrize(
    ("deleted", "end"),
    [(False, "Nothing was removed; with --delete this is."), (True, "This is removed.")],
)
def test_what_may_go_is_counted_and_measured(
    deleted: bool, end: str, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"/data/base": [file("1", 500), file("1", 500), file("2", 1_000)], "/data/other": []}
    print_old(Old(PLACE, files, [entry("a", 3_000_000), entry("b", 0)]), deleted=deleted)
    assert capsys.readouterr().out.splitlines() == [
        "/data/base: 2 versions, 3 files, 1 MB.",
        "/data/store: 2 entries that nothing else refers to, 3 MB.",
        end,
    ]


def test_of_one_thing_one_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    old = Old(PLACE, {"/data/base": [file("1", 1_000)]}, [entry("a", 1_000)])
    print_old(old, deleted=True)
    first, second, _ = capsys.readouterr().out.splitlines()
    assert first.startswith("/data/base: 1 version, 1 file, ")
    assert second.startswith("/data/store: 1 entry that nothing else refers to, ")


def test_where_nothing_may_go_that_is_all_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    print_old(Old(PLACE, {"/data/base": []}, []), deleted=True)
    assert capsys.readouterr().out == "There is nothing to remove.\n"
