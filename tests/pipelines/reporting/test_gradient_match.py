"""Where variants were held against the gradient of all samples, that is collected and printed."""

import pandas as pd
import pytest

from leanset import terminal
from leanset.config import Arm
from leanset.pipelines.reporting import Reported, create_pipeline
from leanset.pipelines.reporting.nodes import collect_gradient_matches, conclude


def arms(*names: str) -> list[Arm]:
    return [Arm(name, "", "random", label_free=True) for name in names]


def test_variants_that_were_matched_are_collected_and_reach_the_conclusion() -> None:
    pipeline = create_pipeline(Reported(arms=arms("cal", "craig", "random"), matched=["craig"]))
    nodes = {node.short_name: node for node in pipeline.nodes}
    assert nodes["collect_gradient_matches"].inputs == ["gradient_match_craig"]
    assert nodes["collect_gradient_matches"].outputs == ["gradient_match"]
    assert "gradient_match" in nodes["conclude"].inputs


def test_where_nothing_was_matched_nothing_is_collected() -> None:
    pipeline = create_pipeline(Reported(arms=arms("random")))
    assert "gradient_match" not in pipeline.datasets()


def test_the_tables_of_variants_are_joined_in_their_order() -> None:
    tables = [
        pd.DataFrame({"variant": [name] * 2, "run": [0, 1], "error_here": [0.5, 0.25]})
        for name in ("craig", "cal")
    ]
    joined = collect_gradient_matches(*tables)
    assert joined["variant"].tolist() == ["craig", "craig", "cal", "cal"]
    assert joined.index.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("matches", [None, pd.DataFrame({"variant": ["craig"]})])
def test_the_match_is_printed_beside_the_summary_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch, matches: pd.DataFrame | None
) -> None:
    printed = []
    monkeypatch.setattr(terminal, "print_summary", lambda table, _: printed.append(table))
    for silent in ("print_costs", "print_findings"):
        monkeypatch.setattr(terminal, silent, lambda _: None)
    monkeypatch.setattr(
        terminal, "print_gradient_match", lambda table, beside: printed.extend([table, beside])
    )
    runs, summary = pd.DataFrame({"status": ["ok"]}), pd.DataFrame({"variant": ["craig"]})
    conclude(runs, summary, pd.DataFrame(), pd.DataFrame(), "", matches)
    assert [id(table) for table in printed] == [
        id(table) for table in ([summary] if matches is None else [summary, matches, summary])
    ]
