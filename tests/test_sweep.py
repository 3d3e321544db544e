"""The plan: every cell with its exact count, and what is refused before anything costly runs."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kedro_datasets.pandas import ParquetDataset

from leanset.clustering import KMeans
from leanset.config import Known, SweepSettings, VariantSettings
from leanset.embeddings import parse_embedding
from leanset.errors import LeansetError
from leanset.scores import parse_score
from leanset.sweep import Cell, cells_of, plan_sweep, plan_table, replicates, runs_of

NEAR = {"method": "clustered", "clustering": "pca_k5", "keep": "closest"}
BEHIND_NEAR = ("clustering_pca_k5", "embedding_pca")
HARDEST = {"method": "ranked", "score": "el2n", "keep": "hardest"}
KNOWN = Known(
    {
        "pca_k5": KMeans(embedding="pca", clusters=5),
        "pca_k900": KMeans(embedding="pca", clusters=900),
    },
    {
        "el2n": parse_score({"method": "el2n", "log": "ensemble"}),
        "aum": parse_score({"method": "aum", "log": "ensemble"}),
        "typical": parse_score({"method": "prototype_distance", "clustering": "pca_k900"}),
        "median": parse_score({"method": "class_median_distance", "embedding": "features"}),
    },
    {
        "pca": parse_embedding({"method": "pca", "components": 2}),
        "features": parse_embedding({"method": "network", "log": "gradients"}),
    },
)


def sweep(**changes: Any) -> SweepSettings:
    return SweepSettings.model_validate(
        {"seed": 1, "variants": "all", "budgets": [0.1, 20], "runs": 5, "recipe": "lenet5"}
        | changes
    )


def variant(selector: dict[str, Any] | None = None, **changes: Any) -> VariantSettings:
    return VariantSettings.model_validate(
        {"description": "d", "selector": selector or {"method": "random"}} | changes
    )


def plan(available: int = 1000, **variants: VariantSettings) -> list[Cell]:
    return plan_sweep(sweep(), variants, KNOWN, available)


# --- the cells


def test_a_variant_takes_from_the_sweep_what_it_leaves_out() -> None:
    assert plan(random=variant()) == [
        Cell("random", "lenet5", "10 %", 100, 5, ()),
        Cell("random", "lenet5", "20", 20, 5, ()),
    ]


def test_a_variant_may_have_budgets_runs_and_a_recipe_of_its_own() -> None:
    assert plan(near=variant(NEAR, budgets=[7, 1.0], runs=2, recipe="short")) == [
        Cell("near", "short", "7", 7, 2, BEHIND_NEAR),
        Cell("near", "short", "100 %", 1000, 2, BEHIND_NEAR),
    ]


@pytest.mark.parametrize(
    ("selector", "artifacts"),
    [
        (HARDEST, ("score_el2n", "log_ensemble")),
        (
            HARDEST | {"score": "typical"},
            ("score_typical", "clustering_pca_k900", "embedding_pca"),
        ),
        (HARDEST | {"score": "median"}, ("score_median", "log_gradients", "embedding_features")),
        (
            {"method": "denoised", "suspects": "aum", "drop": 5, "then": HARDEST},
            ("score_aum", "score_el2n", "log_ensemble"),
        ),
        (
            {"method": "denoised", "suspects": "aum", "drop": 5, "then": NEAR},
            ("score_aum", "log_ensemble", *BEHIND_NEAR),
        ),
    ],
)
def test_a_cell_knows_all_that_it_is_selected_from_directly_or_not(
    selector: dict[str, Any], artifacts: tuple[str, ...]
) -> None:
    assert {cell.artifacts for cell in plan(mine=variant(selector))} == {artifacts}


def test_the_cells_of_each_variant_come_in_the_order_of_the_variants() -> None:
    cells = plan(b=variant(budgets=[9, 3]), a=variant(budgets=[5]))
    assert [(cell.variant, cell.kept) for cell in cells] == [("b", 9), ("b", 3), ("a", 5)]


@given(
    available=st.integers(1, 100_000),
    budgets=st.lists(
        st.floats(0, 1, exclude_min=True) | st.integers(1, 100_000), min_size=1, max_size=5
    ),
)
def test_each_cell_keeps_what_its_budget_says_or_the_plan_is_refused(
    available: int, budgets: list[float]
) -> None:
    counts = [
        max(1, round(budget * available)) if isinstance(budget, float) else budget
        for budget in budgets
    ]
    good = max(counts) <= available and len(set(counts)) == len(counts)
    try:
        cells = plan(available, mine=variant(budgets=budgets))
    except LeansetError:
        assert not good
    else:
        assert good
        assert [cell.kept for cell in cells] == counts


# --- what is refused


def test_a_budget_above_the_number_of_samples_is_refused_with_its_variant() -> None:
    with pytest.raises(LeansetError) as caught:
        plan(mine=variant(budgets=[20, 1001]))
    assert str(caught.value) == (
        "variant mine, budgets: the budget 1001 is above the 1000 training samples there are. "
        "Lower it, or give a fraction such as 0.5."
    )


def test_a_budget_of_all_samples_is_planned() -> None:
    assert [cell.kept for cell in plan(mine=variant(budgets=[1000]))] == [1000]


@pytest.mark.parametrize(
    ("budgets", "names"),
    [
        ([0.1, 100], "10 % and 100"),
        ([20, 0.5, 20], "20 and 20"),
        ([0.0001, 0.0002], "0.01 % and 0.02 %"),  # of 1,000: both keep one
    ],
)
def test_two_budgets_that_keep_the_same_number_are_refused(
    budgets: list[float], names: str
) -> None:
    with pytest.raises(LeansetError) as caught:
        plan(mine=variant(budgets=budgets))
    assert str(caught.value).startswith(f"variant mine, budgets: the budgets {names} both keep ")
    assert str(caught.value).endswith(" samples. Leave one of them out.")


def test_two_variants_may_keep_the_same_number() -> None:
    cells = plan(a=variant(budgets=[0.1]), b=variant(budgets=[100]))
    assert [cell.kept for cell in cells] == [100, 100]


def test_more_clusters_than_samples_are_refused_where_a_variant_needs_them() -> None:
    with pytest.raises(LeansetError) as caught:
        plan(800, far=variant(NEAR | {"clustering": "pca_k900"}))
    assert str(caught.value) == (
        "clusterings.pca_k900.clusters: 900 clusters asked of 800 training samples. "
        "Set it to at most 800."
    )


def test_more_clusters_than_samples_are_refused_where_a_score_needs_them() -> None:
    with pytest.raises(LeansetError, match=r"clusterings\.pca_k900\.clusters: 900 clusters"):
        plan(800, far=variant(HARDEST | {"score": "typical"}))


def test_more_clusters_than_samples_do_not_matter_where_no_variant_needs_them() -> None:
    assert len(plan(800, near=variant(NEAR))) == 2


def test_as_many_clusters_as_samples_are_planned() -> None:
    assert len(plan(900, far=variant(NEAR | {"clustering": "pca_k900"}))) == 2


WINDOW = {"method": "window", "score": "el2n", "start": 0.6}
FILTERED = {"method": "denoised", "suspects": "aum", "drop": 0.5, "then": {"method": "random"}}
CUT_OFF = {"method": "ccs", "score": "aum", "beta": 0.7}


@pytest.mark.parametrize(
    ("selector", "most", "message"),
    [
        (
            WINDOW,
            400,
            "method window keeps 401 of 1000 samples from start 0.6 on, which is past the hard "
            "end. Give start at most 0.599, or lower the variant's budgets.",
        ),
        (
            WINDOW | {"width": 0.3},
            300,
            "method window draws 301 samples from a window of width 0.3, which holds 300 of 1000. "
            "Raise width, leave it out, or lower the variant's budgets.",
        ),
        (
            FILTERED,
            500,
            "method denoised drops 500 of 1000 training samples, which leaves 500, fewer than the "
            "501 to keep. Lower drop or the variant's budgets.",
        ),
        (
            FILTERED | {"then": CUT_OFF},
            # 30 % of the 500 that are left
            150,
            "method ccs cuts off the hardest 0.7 of 500 samples, which leaves fewer than the 151 "
            "to keep. Give beta at most 0.698, or lower the variant's budgets.",
        ),
        (
            CUT_OFF,
            300,
            "method ccs cuts off the hardest 0.7 of 1000 samples, which leaves fewer than the 301 "
            "to keep. Give beta at most 0.699, or lower the variant's budgets.",
        ),
    ],
    ids=["window", "width", "denoised", "behind a filter", "ccs"],
)
def test_a_budget_that_a_rule_cannot_meet_is_refused_with_its_variant(
    selector: dict[str, Any], most: int, message: str
) -> None:
    met = plan(mine=variant(selector, budgets=[most]))
    assert [cell.kept for cell in met] == [most]
    with pytest.raises(LeansetError) as caught:
        plan(mine=variant(selector, budgets=[20, most + 1]))
    assert str(caught.value) == f"variant mine, budgets: {message}"


def test_the_rule_that_keeps_all_samples_is_refused_any_other_budget() -> None:
    full = {"method": "full"}
    assert [cell.kept for cell in plan(mine=variant(full, budgets=[1.0]))] == [1000]
    with pytest.raises(LeansetError) as caught:
        plan(mine=variant(full))
    assert str(caught.value) == (
        "variant mine, budgets: method full keeps all 1000 samples, not 100. "
        "Give this variant budgets: [1.0]."
    )


# --- replicates


def test_a_clustering_has_a_replicate_for_each_run_of_the_cell_with_most_runs() -> None:
    far = NEAR | {"clustering": "pca_k900"}
    cells = plan(
        few=variant(NEAR, runs=2), many=variant(NEAR, runs=7), far=variant(far), r=variant(runs=9)
    )
    assert replicates(cells, "clustering_pca_k5") == 7
    assert replicates(cells, "clustering_pca_k900") == 5
    assert replicates(cells, "embedding_pca") == 7


def test_a_clustering_has_a_replicate_for_each_run_that_reads_a_score_made_from_it() -> None:
    cells = plan(
        hard=variant(HARDEST | {"score": "typical"}, runs=6),
        far=variant(NEAR | {"clustering": "pca_k900"}, runs=2),
    )
    assert replicates(cells, "score_typical") == 6
    assert replicates(cells, "clustering_pca_k900") == 6


def test_a_log_has_a_replicate_for_each_run_of_all_the_scores_read_from_it() -> None:
    cells = plan(few=variant(HARDEST, runs=2), many=variant(HARDEST | {"score": "aum"}, runs=4))
    assert replicates(cells, "score_el2n") == 2
    assert replicates(cells, "score_aum") == replicates(cells, "log_ensemble") == 4


def test_an_embedding_has_a_replicate_for_each_run_that_reads_what_is_made_from_it() -> None:
    cells = plan(
        near=variant(NEAR, runs=2),
        hard=variant(HARDEST | {"score": "typical"}, runs=6),
        seen=variant(HARDEST | {"score": "median"}, runs=3),
    )
    assert replicates(cells, "embedding_pca") == 6
    assert replicates(cells, "embedding_features") == replicates(cells, "log_gradients") == 3


def test_an_artifact_is_made_for_the_runs_that_read_it_and_if_listed_for_those_of_the_sweep() -> (
    None
):
    cells = plan(few=variant(HARDEST, runs=2), many=variant(HARDEST | {"score": "aum"}, runs=9))
    of_el2n, of_aum, of_none = (
        [runs_of(cells, f"score_{name}", sweep(), listed=listed) for listed in (False, True)]
        for name in ("el2n", "aum", "typical")
    )
    assert (of_el2n, of_aum, of_none) == ([2, 5], [9, 9], [1, 5])


def test_what_nothing_reads_has_no_replicates() -> None:
    assert replicates(plan(random=variant()), "clustering_pca_k5") == 0
    assert replicates(plan(near=variant(NEAR)), "pca_k5") == 0
    assert replicates([], "clustering_pca_k5") == 0


# --- the table


NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
CELLS = st.builds(
    Cell,
    variant=NAMES,
    recipe=NAMES,
    budget=st.sampled_from(["600", "10 %", "0.1 %"]),
    kept=st.integers(1, 2**40),
    runs=st.integers(1, 100),
    artifacts=st.lists(NAMES, max_size=3).map(tuple),
)


@settings(max_examples=40)
@given(st.lists(CELLS, max_size=6))
def test_cells_come_back_from_their_table_through_a_parquet_file(cells: list[Cell]) -> None:
    file = BytesIO()
    plan_table(cells).to_parquet(file)
    assert cells_of(pd.read_parquet(file)) == cells


def test_cells_come_back_from_the_catalog_with_the_types_they_had(tmp_path: Path) -> None:
    both = {"method": "denoised", "suspects": "aum", "drop": 5, "then": NEAR}
    cells = plan(both=variant(both), random=variant())
    dataset = ParquetDataset(filepath=str(tmp_path / "plan.parquet"))
    dataset.save(plan_table(cells))
    back = cells_of(dataset.load())
    assert back == cells
    assert {type(cell.kept) for cell in back} == {type(cell.runs) for cell in back} == {int}


def test_the_table_of_no_cells_has_their_columns() -> None:
    assert list(plan_table([]).columns) == [
        "variant", "recipe", "budget", "kept", "runs", "artifacts",
    ]  # fmt: skip
