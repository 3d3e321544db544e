"""Every environment that is shipped can be built, and its files do not get in each other's way."""

from pathlib import Path

import pytest
from kedro.framework.project import pipelines
from kedro.io import AbstractVersionedDataset, MemoryDataset

from leanset.budgets import kept
from leanset.io.config_loader import SweepConfigLoader
from tests.end_to_end.project import REPOSITORY, Project
from tests.optional import require

SHIPPED = sorted(
    path.name
    for path in (REPOSITORY / "conf").iterdir()
    if path.is_dir() and path.name not in {"base", "local"}
)
TRANSIENT = {"source_images"}


def active_in(project: Project, env: str) -> set[str]:
    with project.session(env) as session:
        session.load_context()
        return {node.namespace for node in pipelines["__default__"].nodes if node.namespace}


@pytest.mark.parametrize("env", ["base", *SHIPPED])
def test_every_dataset_of_an_environment_lies_in_a_file_of_its_own(
    project: Project, env: str
) -> None:
    with project.session(env) as session:
        catalog = session.load_context().catalog
        pipeline = pipelines["prune_sweep"]
        paths = []
        for name in pipeline.datasets() - pipeline.inputs():
            dataset = catalog.get(name)
            if name in TRANSIENT or name.startswith("results_"):
                assert isinstance(dataset, MemoryDataset)
            else:
                assert isinstance(dataset, AbstractVersionedDataset), name
                paths.append(str(dataset._filepath))
    assert len(set(paths)) == len(paths)
    environment = "base" if env == "base" else env
    assert all(f"/data/{environment}/" in path for path in paths)


@pytest.mark.parametrize("env", ["base", *SHIPPED])
def test_every_sweep_holds_full_and_random(project: Project, env: str) -> None:
    assert {"full", "random"} <= active_in(project, env)


@pytest.mark.parametrize("env", ["base", "quick", "fashion", "kmeans_study"])
def test_every_sweep_but_a_replica_holds_stratified_random(project: Project, env: str) -> None:
    assert "stratified_random" in active_in(project, env)


def test_the_replica_is_the_published_grid(project: Project) -> None:
    with project.session("replica_kmeans") as session:
        session.load_context()
        settings = SweepConfigLoader.current().settings
    grid = {
        name: [kept(budget, 60_000) for budget in variant.budgets or settings.sweep.budgets]
        for name, variant in settings.active().items()
    }
    rules = [f"{keep}_k{k}" for keep in ("closest", "furthest", "random") for k in (50, 500)]
    sizes = [60, 600, 1200, 3000, 6000, 30000]
    assert grid == {"full": [60_000]} | dict.fromkeys(["random", *rules], sizes)
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
    assert active_in(project, "tiny") == {"random", "full", "ingestion"}


def test_a_variant_reads_the_artifacts_it_names_and_no_others(project: Project) -> None:
    with project.session() as session:
        session.load_context()
        assert pipelines["random"].inputs().isdisjoint({"clustering_pca50_k50"})
        assert "clustering_pca50_k500" in pipelines["furthest_k500"].inputs()
        assert "clustering_pca50_k50" not in pipelines["furthest_k500"].inputs()
        assert "embedding_pixels" not in pipelines["__default__"].datasets()


def test_fashion_mnist_is_read_and_verified(project: Project) -> None:
    folder = Path("/usr/share/datasets/fashion-mnist")
    require(folder.is_dir(), "Fashion-MNIST (Debian's package dataset-fashion-mnist)")
    with project.session("fashion") as session:
        session.load_context()
        train, test = SweepConfigLoader.current().settings.dataset.source.read(folder)
    assert train.images.shape == (60_000, 1, 28, 28)
    assert len(test) == 10_000
