"""Every environment that is shipped can be built, and its files do not get in each other's way."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from kedro.framework.project import pipelines
from kedro.io import AbstractVersionedDataset, MemoryDataset

from leanset.budgets import kept
from leanset.config import Settings
from leanset.io.config_loader import SweepConfigLoader
from leanset.scores import METHODS
from leanset.selectors.craig import Craig
from leanset.selectors.denoised import Denoised
from tests.end_to_end.project import REPOSITORY, Project
from tests.end_to_end.rules import COVERING
from tests.optional import require

SHIPPED = sorted(
    path.name
    for path in (REPOSITORY / "conf").iterdir()
    if path.is_dir() and path.name not in {"base", "local"}
)
TRANSIENT = {"source_images", "noisy_images", "noisy_labels", "changes"}
REPLICAS = {"replica_kmeans", "replica_difficulty", "replica_difficulty_noisy"}


@dataclass(frozen=True)
class Built:
    """An environment as Kedro builds it."""

    name: str
    settings: Settings
    datasets: dict[str, Any]
    variants: set[str]
    last: set[str]


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project nothing is run in and no file is changed of."""
    return Project.create(tmp_path_factory.mktemp("shipped") / "project")


@pytest.fixture(scope="module", params=["base", *SHIPPED])
def environment(request: pytest.FixtureRequest, shipped: Project) -> Built:
    with shipped.session(request.param) as session:
        catalog = session.load_context().catalog
        pipeline = pipelines["prune_sweep"] + pipelines["noise_audit"]
        datasets = {name: catalog.get(name) for name in pipeline.all_outputs()}
        return Built(
            request.param,
            SweepConfigLoader.current().settings,
            datasets,
            namespaces(),
            {str(node.short_name) for node in pipelines["prune_sweep"].grouped_nodes[-1]},
        )


def namespaces() -> set[str]:
    return {node.namespace for node in pipelines["__default__"].nodes if node.namespace}


def active_in(project: Project, env: str) -> set[str]:
    with project.session(env) as session:
        session.load_context()
        return namespaces()


def test_every_dataset_of_an_environment_lies_in_a_file_of_its_own(environment: Built) -> None:
    paths = []
    for name, dataset in environment.datasets.items():
        if name in TRANSIENT or name.startswith("results_"):
            assert isinstance(dataset, MemoryDataset)
        else:
            assert isinstance(dataset, AbstractVersionedDataset), name
            paths.append(str(dataset._filepath))
    assert len(set(paths)) == len(paths)
    root = "leanset/results/" if environment.name == "s3" else f"/data/{environment.name}/"
    assert all(root in path for path in paths)


def test_a_sweep_ends_with_its_conclusion_when_everything_else_is_done(environment: Built) -> None:
    assert environment.last == {"conclude"}


def test_every_sweep_holds_full_and_random(environment: Built) -> None:
    assert {"full", "random"} <= environment.variants


def test_every_sweep_but_a_replica_holds_stratified_random(environment: Built) -> None:
    assert "stratified_random" in environment.variants or environment.name in REPLICAS


def settings_of(project: Project, env: str) -> Settings:
    with project.session(env) as session:
        session.load_context()
        return SweepConfigLoader.current().settings


def sizes_in(settings: Settings) -> dict[str, list[int]]:
    """What each variant keeps of all there is to train on."""
    drawn = settings.dataset.train_samples or 60_000
    available = drawn - settings.dataset.validation_samples(drawn)
    return {
        name: [kept(budget, available) for budget in variant.budgets or settings.sweep.budgets]
        for name, variant in settings.active().items()
    }


@pytest.mark.parametrize("env", ["replica_difficulty", "replica_difficulty_noisy"])
def test_a_replica_prunes_each_end_in_steps_of_a_tenth_and_has_windows_of_four_tenths(
    shipped: Project, env: str
) -> None:
    settings = settings_of(shipped, env)
    steps = [4500, 6000, 7500, 9000, 10_500, 12_000, 13_500]  # of 15,000, less 70 % to less 10 %
    scores = ["el2n", "ensemble_std", "flip", "forgetting", "pred_sum", "prototype_distance"]
    ends = [f"{score}_{end}" for score in scores for end in ("easiest", "hardest")]
    windows = [f"{score}_window_{start}0" for score in scores for start in range(7)]
    assert sizes_in(settings) == (
        {"full": [15_000]}
        | dict.fromkeys(["random", *ends], steps)
        | {window: [6000] for window in windows}
    )
    noise = settings.dataset.noise
    assert (noise.rate if noise else 0) == (0.1 if env.endswith("noisy") else 0)


def test_the_environment_scores_has_every_score_at_five_budgets(shipped: Project) -> None:
    settings = settings_of(shipped, "scores")
    read = {
        name for variant in settings.active().values() for name in variant.selector.needs().scores
    }
    # confident learning is a detector of wrong labels only
    assert {settings.scores[name].method for name in read} == set(METHODS) - {"confident_learning"}
    sizes = sizes_in(settings)
    assert sizes.pop("full") == [60_000]
    assert all(size == [600, 3000, 6000, 18_000, 30_000] for size in sizes.values())


def test_the_environment_coverage_has_every_rule_of_coverage_beside_random_ones(
    shipped: Project,
) -> None:
    settings = settings_of(shipped, "coverage")
    methods = {variant.selector.method for variant in settings.active().values()}
    assert methods == {"full", "random", "stratified_random", *COVERING}
    sizes = sizes_in(settings)
    assert sizes.pop("full") == [55_000]
    assert all(size == sizes["random"] for size in sizes.values())


def test_the_craig_replica_has_its_published_arm_and_every_other_one_by_steps_and_by_epochs(
    shipped: Project,
) -> None:
    settings = settings_of(shipped, "replica_craig")
    active, recipes = settings.active(), settings.recipes
    sizes = sizes_in(settings)
    assert sizes.pop("full") == [10_000]
    assert all(size == [2000] for size in sizes.values())
    assert {variant.runs for variant in active.values()} == {None}
    assert settings.sweep.runs == 10
    arms = {"random", "stratified_random", "craig", "craig_loss", "craig_sampler"}
    assert active.keys() == {"full", "craig_untrained", *arms, *(f"{arm}_epochs" for arm in arms)}
    assert recipes[settings.sweep.recipe].compute == "equal_steps"
    for arm in arms:
        assert active[arm].recipe is None
        assert recipes[active[f"{arm}_epochs"].recipe or ""].compute == "equal_epochs"
        assert active[arm].selector == active[f"{arm}_epochs"].selector
    published = active["craig_untrained"].selector
    assert isinstance(published, Craig)
    assert (published.epoch, published.weights) == (0, "sampler")


@pytest.mark.parametrize("env", ["noise_symmetric", "noise_asymmetric", "noise_few"])
def test_where_labels_are_wrong_as_many_suspects_are_dropped_as_there_are(
    shipped: Project, env: str
) -> None:
    settings = settings_of(shipped, env)
    assert settings.dataset.noise is not None
    assert settings.hypotheses
    for name in ("denoised_aum", "denoised_el2n"):
        selector = settings.active()[name].selector
        assert isinstance(selector, Denoised)
        assert selector.drop == settings.dataset.noise.rate
    assert "oracle_clean" in settings.active()


def test_the_replica_of_k_means_is_the_published_grid(shipped: Project) -> None:
    settings = settings_of(shipped, "replica_kmeans")
    rules = [f"{keep}_k{k}" for keep in ("closest", "furthest", "random") for k in (50, 500)]
    sizes = [60, 600, 1200, 3000, 6000, 30000]
    assert sizes_in(settings) == {"full": [60_000]} | dict.fromkeys(["random", *rules], sizes)
    assert settings.sweep.runs == 5
    assert {variant.runs for variant in settings.active().values()} == {None}


def test_a_variant_is_added_by_adding_a_file_to_the_environment(project: Project) -> None:
    block = "mine:\n  description: mine\n  selector: {method: random}\n"
    before = active_in(project, "tiny")
    project.write("tiny/parameters/variants/mine.yml", block)
    assert active_in(project, "tiny") == before | {"mine"}
    assert active_in(project, "quick") == before


def test_an_environment_can_leave_variants_out(project: Project) -> None:
    project.write("tiny/parameters/sweep.yml", {"sweep": {"variants": ["random", "full"]}})
    assert active_in(project, "tiny") == {"random", "full", "ingestion", "reporting"}


def test_a_variant_reads_the_artifacts_it_names_and_no_others(shipped: Project) -> None:
    with shipped.session() as session:
        session.load_context()
        assert pipelines["random"].inputs().isdisjoint({"clustering_pca50_k50"})
        assert "clustering_pca50_k500" in pipelines["furthest_k500"].inputs()
        assert "clustering_pca50_k50" not in pipelines["furthest_k500"].inputs()
        assert "embedding_pixels" not in pipelines["__default__"].datasets()


def test_a_rule_of_coverage_reads_the_log_or_the_embedding_it_names(shipped: Project) -> None:
    reads = {
        "craig": {"log_warm"},
        "k_center": {"embedding_features"},
        "d2": {"score_el2n_warm", "embedding_features"},
        "semdedup": {"clustering_features_k50", "embedding_features"},
    }
    kinds = ("log_", "embedding_", "score_", "clustering_")
    with shipped.session("coverage") as session:
        session.load_context()
        for name, read in reads.items():
            inputs = pipelines[name].inputs()
            assert {dataset for dataset in inputs if dataset.startswith(kinds)} == read
        made = pipelines["__default__"].all_outputs()
        assert {name for name in made if name.startswith("log_")} == {"log_warm"}


def test_fashion_mnist_is_read_and_verified(shipped: Project) -> None:
    folder = Path("/usr/share/datasets/fashion-mnist")
    require(folder.is_dir(), "Fashion-MNIST (Debian's package dataset-fashion-mnist)")
    train, test = settings_of(shipped, "fashion").dataset.source.read(folder)
    assert train.images.shape == (60_000, 1, 28, 28)
    assert len(test) == 10_000
