"""A store that builds everything once more."""

from pathlib import Path

import numpy as np
import pytest

from leanset.store import Built, Entry, Key, Store

KEY = Key.of("score", method="el2n")


def stating(word: str) -> Built:
    return Built({"values": np.arange(3)}, {"by": word})


def refuse_to_build() -> Built:
    raise AssertionError("built although it is there")


@pytest.fixture
def old(tmp_path: Path) -> Entry:
    return Store(tmp_path).get_or_build(KEY, lambda: stating("the first"))


def test_what_is_there_from_before_is_built_once_more_and_replaced(
    tmp_path: Path, old: Entry
) -> None:
    new = Store(tmp_path, anew=True).get_or_build(KEY, lambda: stating("the second"))
    assert (old.facts["by"], new.facts["by"]) == ("the first", "the second")
    assert Store(tmp_path).get(KEY).facts["by"] == "the second"
    assert [path.name for path in new.folder.parent.iterdir()] == [KEY.digest]


def test_what_it_built_itself_it_does_not_build_again(tmp_path: Path, old: Entry) -> None:
    store = Store(tmp_path, anew=True)
    assert store.find(KEY) is None
    store.get_or_build(KEY, lambda: stating("the second"))
    again = store.get_or_build(KEY, refuse_to_build)
    assert (old.key, again.facts["by"]) == (KEY, "the second")


def test_while_it_fails_the_old_one_stays(tmp_path: Path, old: Entry) -> None:
    def fails() -> Built:
        assert Store(tmp_path).get(KEY).facts["by"] == "the first"
        raise RuntimeError("no memory")

    with pytest.raises(RuntimeError, match="no memory"):
        Store(tmp_path, anew=True).get_or_build(KEY, fails)
    assert Store(tmp_path).get(KEY).facts == old.facts


def test_what_was_read_of_the_old_one_stays_readable(tmp_path: Path, old: Entry) -> None:
    mapped = old["values"]
    Store(tmp_path, anew=True).put(KEY, Built({"values": np.zeros(3)}, {}))
    assert mapped.tolist() == [0, 1, 2]
