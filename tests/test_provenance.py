"""What making something took, with all that it was made from, and nothing counted twice."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leanset.provenance import Work, as_fact, total, work_behind
from leanset.store import Built, Entry, Key, Store


def entry(digest: str, seconds: float, **facts: Any) -> Entry:
    """An entry of the store that took so long to build, and was never written."""
    manifest = {"seconds": seconds, "machine": "this", "facts": facts, "sha256": {}}
    return Entry(Key("score", digest), Path("nowhere"), manifest)


LOG = {"log d, proxies 0 of 5": Work(60.0, 20)}


def test_what_was_made_from_nothing_noted_took_its_own_seconds() -> None:
    assert work_behind(entry("a", 3.0)) == {"score a": Work(3.0, 0)}


def test_what_was_made_before_is_counted_with_it() -> None:
    made = entry("a", 0.5, behind=as_fact(LOG))
    assert work_behind(made) == {**LOG, "score a": Work(0.5)}
    assert total(work_behind(made)) == Work(60.5, 20)


def test_a_chain_carries_all_that_came_before_to_its_end() -> None:
    embedding = entry("e", 5.0)
    clustering = entry("c", 2.0, behind=as_fact(work_behind(embedding)))
    score = entry("s", 0.25, behind=as_fact(work_behind(clustering)))
    assert work_behind(score) == {
        "score e": Work(5.0), "score c": Work(2.0), "score s": Work(0.25),
    }  # fmt: skip
    assert total(work_behind(score)) == Work(7.25)


def test_what_two_were_made_from_is_counted_once() -> None:
    first = entry("a", 0.5, behind=as_fact(LOG))
    second = entry("b", 0.25, behind=as_fact(LOG))
    # 60 s and 20 epochs of the log once, then 0.5 s and 0.25 s
    assert total(work_behind(first) | work_behind(second)) == Work(60.75, 20)
    other = entry("c", 0.25, behind=as_fact({"log d, proxies 1 of 5": Work(40.0, 20)}))
    assert total(work_behind(first) | work_behind(other)) == Work(100.75, 40)


def test_what_is_read_twice_is_counted_once() -> None:
    made = entry("a", 0.5, behind=as_fact(LOG))
    assert total(work_behind(made) | work_behind(made)) == Work(60.5, 20)


def test_no_work_is_nothing() -> None:
    assert total({}) == Work(0.0, 0)
    assert as_fact({}) == {}


WORKS = st.dictionaries(
    st.text(max_size=5), st.builds(Work, st.floats(0, 1e6), st.integers(0, 1000)), max_size=4
)


@given(WORKS)
def test_work_comes_back_from_the_facts_of_an_entry_as_it_went(works: dict[str, Work]) -> None:
    facts = json.loads(json.dumps({"behind": as_fact(works)}))
    assert work_behind(entry("a", 1.0, **facts)) == works | {"score a": Work(1.0)}


def test_work_survives_the_store(tmp_path: Path) -> None:
    store, key = Store(tmp_path), Key.of("score", of="this")
    store.get_or_build(key, lambda: Built({"values": np.zeros(1)}, {"behind": as_fact(LOG)}))
    made = store.get(key)
    assert work_behind(made) == {**LOG, f"score {key.digest}": Work(made.seconds)}


@pytest.mark.parametrize("kind", ["embedding", "clustering"])
def test_entries_of_two_kinds_are_two_pieces_of_work_though_their_digests_agree(kind: str) -> None:
    other = Entry(Key(kind, "a"), Path("nowhere"), entry("a", 2.0).manifest)
    assert total(work_behind(entry("a", 1.0)) | work_behind(other)) == Work(3.0)
