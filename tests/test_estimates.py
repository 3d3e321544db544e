"""What selections will take: said, held against the limit, and compared with what they took."""

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
import pytest
from numpy.typing import NDArray

from leanset.coverage.demand import Demand, Speed
from leanset.errors import LeansetError
from leanset.estimates import Estimate, estimates, remarks, size
from leanset.selectors import Materials
from leanset.selectors.base import SelectorBase
from leanset.sweep import Cell

MATERIALS = Materials(np.zeros(100, dtype=np.int64))


class Free(SelectorBase):
    """Takes next to nothing, and has nothing to say."""

    method: Literal["free"] = "free"

    def uses_labels(self) -> bool:
        return False

    def select(
        self,
        keep: int,
        materials: Materials,  # noqa: ARG002
        rng: np.random.Generator,  # noqa: ARG002
    ) -> NDArray[np.int64]:
        return np.arange(keep)


class Dear(Free):
    """Takes so many bytes and passes for each sample kept, and has things to say."""

    memory: int = 0
    passes: float = 0.0
    says: tuple[str, ...] = ()

    def demand(self, keep: int, materials: Materials) -> Demand:
        return Demand(
            memory=keep * self.memory + len(materials.labels),
            passes=keep * self.passes,
            remedy="Set balance: proportional.",
        )

    def remarks(self, keep: int, materials: Materials) -> Iterator[str]:
        yield from (f"{said} {len(materials.labels)}.".format(keep) for said in self.says)


def cell(kept: int, runs: int = 5, variant: str = "craig") -> Cell:
    return Cell(variant, "mlp", f"{kept} %", kept, runs, ())


def estimate(memory: float = 3e8, seconds: float = 12.0, runs: int = 5, **more: Any) -> Estimate:
    return Estimate(cell(10, runs), int(memory), seconds, more.get("remedy", ""))


@pytest.fixture
def _a_million_passes_in_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Speed, "of_this_machine", lambda: Speed(products=1.0, passes=1e6))


# --- estimates


@pytest.mark.usefixtures("_a_million_passes_in_a_second")
def test_each_cell_has_the_demand_of_its_rule_at_its_budget() -> None:
    dear = Dear(memory=1000, passes=2e5)
    rules: dict[Cell, Any] = {cell(10): dear, cell(20): dear, cell(30): Free()}
    found = estimates(rules, MATERIALS)
    # ten samples of 1000 bytes and 100 more, and ten of a fifth of a second
    assert found == {
        cell(10): Estimate(cell(10), 10_100, 2.0, "Set balance: proportional."),
        cell(20): Estimate(cell(20), 20_100, 4.0, "Set balance: proportional."),
    }


@pytest.mark.parametrize(
    ("expected", "sentence"),
    [
        (estimate(), "craig at 10 %: about 0.3 GB and 12 s for each of 5 runs."),
        (estimate(seconds=185), "craig at 10 %: about 0.3 GB and 3 min 5 s for each of 5 runs."),
        (estimate(2.5e7, 0.4), "craig at 10 %: about 25 MB and less than 1 s for each of 5 runs."),
        (estimate(1.26e9, runs=1), "craig at 10 %: about 1.3 GB and 12 s for its only run."),
    ],
)
def test_an_estimate_is_a_sentence_a_person_can_read(expected: Estimate, sentence: str) -> None:
    assert expected.sentence == sentence


@pytest.mark.parametrize(
    ("memory", "words"),
    [
        (0, "1 MB"),
        (1_400_000, "1 MB"),
        (1_600_000, "2 MB"),
        (99_400_000, "99 MB"),
        (99_600_000, "0.1 GB"),
        (2_000_000_000, "2.0 GB"),
        (123_456_000_000, "123.5 GB"),
    ],
)
def test_bytes_are_said_in_the_unit_that_fits(memory: int, words: str) -> None:
    assert size(memory) == words


def test_what_it_took_is_the_middle_run_beside_what_was_expected() -> None:
    assert estimate(seconds=12).outcome([9.0, 100.0, 14.2]) == (
        "craig at 10 %: selecting took 14 s for each of 5 runs, where 12 s were expected."
    )
    assert "took less than 1 s for" in estimate(seconds=12).outcome([0.2])


def test_only_an_estimate_of_a_second_or_more_is_held_against_what_it_took() -> None:
    assert estimate(seconds=1.0).is_worth_telling
    assert not estimate(seconds=0.99).is_worth_telling


# --- the limit


def test_more_than_the_limit_is_refused_with_what_to_change() -> None:
    message = (
        r"^variant craig at 10 %: selecting would take about 2\.5 GB of memory, and may take "
        r"2\.0 GB\. Set balance: proportional, or raise sweep\.memory_limit\.$"
    )
    with pytest.raises(LeansetError, match=message):
        estimate(2.5e9, remedy="Set balance: proportional.").check(2_000_000_000)


def test_where_no_setting_helps_the_limit_itself_is_named() -> None:
    with pytest.raises(LeansetError, match=r"may take 1 MB\. Raise sweep\.memory_limit\.$"):
        estimate(2e6).check(1_000_000)


def test_exactly_the_limit_is_allowed() -> None:
    limit = 2_000_000_000
    estimate(limit).check(limit)
    with pytest.raises(LeansetError):
        estimate(limit + 1).check(limit)


# --- remarks


def test_what_is_to_be_said_of_several_cells_is_said_once() -> None:
    talkative = Dear(says=("nothing is sure of", "{} of"))
    rules: dict[Cell, Any] = {cell(10): talkative, cell(20): talkative, cell(30): Free()}
    assert list(remarks(rules, MATERIALS)) == [
        "craig: nothing is sure of 100.",
        "craig: 10 of 100.",
        "craig: 20 of 100.",
    ]
