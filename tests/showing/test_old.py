"""What is said of old results."""

from datetime import UTC, datetime

import pytest

from leanset.retention import Old, Place, VersionedFile
from leanset.showing import print_old
from leanset.store import Kept, Key

PLACE = Place("/data/store", frozenset(["/data/base", "/data/other"]), None)


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
