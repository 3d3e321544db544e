"""Lists and numbers of things in a sentence."""

from leanset.words import counted, listed


def test_a_list_is_read_aloud() -> None:
    assert (listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"], "and")) == (
        "a", "a or b", "a, b and c",
    )  # fmt: skip


def test_a_number_stands_with_its_noun() -> None:
    assert (counted(1, "run"), counted(1200, "run")) == ("1 run", "1,200 runs")
    assert (counted(1, "entry", "entries"), counted(0, "entry", "entries")) == (
        "1 entry", "0 entries",
    )  # fmt: skip
