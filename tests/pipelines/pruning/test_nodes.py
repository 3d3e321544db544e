"""What a person is told before a variant selects and after, and what is refused."""

import logging
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import Field

from leanset.coverage.demand import Demand, Speed
from leanset.errors import LeansetError
from leanset.images import ImageSet, Split
from leanset.pipelines.materials import Source
from leanset.pipelines.pruning.drawing import Drawing
from leanset.pipelines.pruning.nodes import select
from leanset.pipelines.stored import stored_images
from leanset.selectors import Materials, Needs, Random
from leanset.selectors.weighing import Weighing
from leanset.store import Entry, Store
from leanset.sweep import Cell
from tests.pipelines.examples import LABELS, plan, score


class Dear(Weighing):
    """Takes so many bytes and passes for each sample kept; notes how often it selected."""

    method: Literal["dear"] = "dear"
    memory: int = 1000
    passes: float = 2.0
    selections: list[int] = Field(default_factory=list, exclude=True)

    def demand(self, keep: int, materials: Materials) -> Demand:  # noqa: ARG002
        return Demand(keep * self.memory, passes=keep * self.passes, remedy="Lower k.")

    def remarks(self, keep: int, materials: Materials) -> Iterator[str]:  # noqa: ARG002
        yield "nothing is sure."

    def weighed(
        self,
        keep: int,
        group: Materials,  # noqa: ARG002
        rng: np.random.Generator,  # noqa: ARG002
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        self.selections.append(keep)
        return np.arange(keep), np.arange(1.0, keep + 1)


@pytest.fixture
def image_set(tmp_path: Path) -> list[Entry]:
    train = Split.whole(np.zeros((4, 1, 2, 2), dtype=np.uint8), LABELS)
    images = ImageSet("dots", ("zero", "one"), train, train)
    return [stored_images(Store(tmp_path), images)]


@pytest.fixture(autouse=True)
def _one_pass_in_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Speed, "of_this_machine", lambda: Speed(products=1.0, passes=1.0))


CELLS = plan(*(Cell("dear", "mlp", str(kept), kept, 2, ()) for kept in (2, 3)))


def selected(image_set: list[Entry], rule: Dear, limit: int = 2_000_000) -> Any:
    variant: Any = SimpleNamespace(selector=rule)
    sweep: Any = SimpleNamespace(seed=1, memory_limit=limit)
    store = Store(image_set[0].folder.parents[1])
    return select(image_set, CELLS, variant, sweep, store, name="dear")


def said(log: pytest.LogCaptureFixture, level: int) -> list[str]:
    return [record.getMessage() for record in log.records if record.levelno == level]


def test_what_each_cell_will_take_is_said_before_and_what_it_took_after(
    image_set: list[Entry], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        selected(image_set, Dear())
    # two passes for each sample kept, at one in a second
    assert said(caplog, logging.INFO) == [
        "dear at 2: about 1 MB and 4 s for each of 2 runs.",
        "dear at 3: about 1 MB and 6 s for each of 2 runs.",
        "dear at 2: selecting took less than 1 s for each of 2 runs, where 4 s were expected.",
        "dear at 3: selecting took less than 1 s for each of 2 runs, where 6 s were expected.",
    ]


def test_what_was_to_be_quick_is_not_mentioned_again(
    image_set: list[Entry], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        selected(image_set, Dear(passes=0.3))
    # two samples in 0.6 s, three in 0.9 s
    assert [line for line in said(caplog, logging.INFO) if "took" in line] == []


def test_a_remark_is_a_warning_once_for_all_cells_of_a_variant(
    image_set: list[Entry], caplog: pytest.LogCaptureFixture
) -> None:
    selected(image_set, Dear())
    assert said(caplog, logging.WARNING) == ["dear: nothing is sure."]


def test_a_variant_of_which_one_cell_takes_too_much_selects_nothing(
    image_set: list[Entry], caplog: pytest.LogCaptureFixture
) -> None:
    rule = Dear(memory=1_000_000)
    message = (
        r"variant dear at 3: selecting would take about 3 MB of memory, and may take 2 MB\. "
        r"Lower k, or raise sweep\.memory_limit\."
    )
    with caplog.at_level(logging.INFO), pytest.raises(LeansetError, match=message):
        selected(image_set, rule)
    assert rule.selections == []
    assert len(said(caplog, logging.INFO)) == 2
    assert said(caplog, logging.WARNING) == []


def test_what_was_selected_before_is_not_selected_again_nor_spoken_of(
    image_set: list[Entry], caplog: pytest.LogCaptureFixture
) -> None:
    first, second = Dear(weights="loss"), Dear(weights="loss")
    before = selected(image_set, first)
    caplog.clear()
    with caplog.at_level(logging.INFO):
        # what takes too much is refused only where it is still to be done
        again = selected(image_set, second, limit=1)
    assert (first.selections, second.selections) == ([2, 2, 3, 3], [])
    assert caplog.records == []
    assert again["subset_hash"].tolist() == before["subset_hash"].tolist()
    assert again["seconds_select"].tolist() == before["seconds_select"].tolist()
    assert again["weights"][2].tolist() == before["weights"][2].tolist()
    assert again["selection"].nunique() == 4


@pytest.mark.parametrize("change", [{"memory": 999}, {"weights": "sampler"}])
def test_another_setting_of_the_rule_selects_again(
    image_set: list[Entry], change: dict[str, Any]
) -> None:
    selected(image_set, Dear())
    rule = Dear(**change)
    selected(image_set, rule)
    assert rule.selections == [2, 2, 3, 3]


def test_another_content_of_what_is_selected_from_selects_again(tmp_path: Path) -> None:
    rule, needs = Random(method="random"), Needs(scores=("el2n",))
    ours, theirs = (
        Drawing(
            rule,
            3,
            1,
            Source(LABELS, needs, {"score_el2n": score(Store(tmp_path), value)}, {}, None, 10**7),
            "images",
        ).key
        for value in (1.0, 2.0)
    )
    assert ours != theirs


def test_weights_are_in_the_table_of_subsets(image_set: list[Entry]) -> None:
    table = selected(image_set, Dear(weights="sampler"))
    assert table["kept"].tolist() == [2, 2, 3, 3]
    # 1 and 2 over 1.5; 1, 2 and 3 over 2
    assert table["weights"][0] == pytest.approx([2 / 3, 4 / 3])
    assert table["weights"][2].tolist() == [0.5, 1, 1.5]
    assert set(table["weighting"]) == {"sampler"}
    plain = selected(image_set, Dear())
    assert plain["weights"].isna().all()
    assert plain["weighting"].isna().all()
