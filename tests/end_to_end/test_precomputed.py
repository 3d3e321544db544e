"""What docs/scaling.md says of files made elsewhere: copies of our own lead to our own subsets."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from numpy.typing import NDArray

from leanset.pipelines.stored import images_of
from tests.end_to_end.project import REPOSITORY, TINY, Project

PAGE = (REPOSITORY / "docs/scaling.md").read_text()
(EXAMPLE,) = (
    yaml.safe_load(example)
    for example in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    if "precomputed" in example
)
SECONDS = EXAMPLE["scores"]["theirs"]["seconds"]
SELECTORS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "centres": (
        {"method": "k_center", "embedding": "pca50"},
        {"embedding": "clip"},
    ),
    "furthest": (
        {"method": "clustered", "clustering": "pca50_k50", "keep": "furthest"},
        {"clustering": "theirs_k50"},
    ),
    "hardest": (
        {"method": "ranked", "score": "el2n", "keep": "hardest"},
        {"score": "theirs"},
    ),
}
"""By name the rule over what is built here, and what it reads instead over what is brought."""

_ON_DISK = 1000


def configure(project: Project, files: Path) -> None:
    """Both kinds of every rule, on what a validation split leaves of the training split."""
    parameters = "tiny/parameters"
    project.write(f"{parameters}/precomputed.yml", EXAMPLE)
    project.write(
        "tiny/globals.yml",
        {
            "raw": str(project.raw),
            "root": str(project.root),
            "store": str(project.folder / "store"),
            "precomputed": str(files),
        },
    )
    dataset = TINY["parameters/dataset.yml"]["dataset"]
    project.write(f"{parameters}/dataset.yml", {"dataset": {**dataset, "validation": 0.1}})
    for name, (built, brought) in SELECTORS.items():
        for variant, selector in ((name, built), (f"{name}_copied", built | brought)):
            block = {"description": "A test", "selector": selector}
            project.write(f"{parameters}/variants/{variant}.yml", {variant: block})


def sweep(project: Project, *variants: str) -> None:
    asked = {"variants": list(variants), "budgets": [20], "runs": 2}
    project.write("tiny/parameters/sweep.yml", {"sweep": asked})
    project.run()


def spread(values: NDArray[Any], rows: NDArray[np.int64]) -> NDArray[Any]:
    """Values of the samples in use among those of all that lie on disk."""
    whole = np.zeros((_ON_DISK, *values.shape[1:]), dtype=values.dtype)
    whole[rows] = values
    return whole


def copy_what_was_built(project: Project, files: Path) -> None:
    """The files of the example: an array, a table, and a folder of parts in no order."""
    rows = images_of(project.load("image_set")).train.rows
    files.mkdir()
    (embedding,), (clustering, _), (score, _) = (
        project.load(name) for name in ("embedding_pca50", "clustering_pca50_k50", "score_el2n")
    )
    np.save(files / EXAMPLE["embeddings"]["clip"]["file"], spread(embedding["values"], rows))
    theirs = EXAMPLE["clusterings"]["theirs_k50"]
    np.save(files / theirs["centroids"]["file"], clustering["centroids"])
    clusters = pd.DataFrame({"sample": range(_ON_DISK)})
    clusters["cluster"] = spread(clustering["assignment"], rows)
    clusters.to_parquet(files / theirs["file"], index=False)
    table = pd.DataFrame({"sample": range(_ON_DISK), "score": spread(score["values"], rows)})
    shuffled = table.sample(frac=1, random_state=0)
    parts = files / EXAMPLE["scores"]["theirs"]["file"]
    parts.mkdir()
    shuffled[:300].to_parquet(parts / "part-0.parquet", index=False)
    shuffled[300:].to_parquet(parts / "part-1.parquet", index=False)


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project swept over what it built, then over copies of that; only to be read."""
    project = Project.create(tmp_path_factory.mktemp("precomputed") / "project")
    files = project.folder / "brought"
    configure(project, files)
    sweep(project, *SELECTORS)
    copy_what_was_built(project, files)
    sweep(project, *(f"{name}_copied" for name in SELECTORS))
    return project


@pytest.mark.parametrize("name", SELECTORS)
def test_a_copy_leads_to_the_subset_that_the_original_led_to(compared: Project, name: str) -> None:
    built, copied = (compared.load(f"subsets_{each}") for each in (name, f"{name}_copied"))
    assert len(built["indices"][0]) == 20
    # an embedding is one for all runs; of clusterings and scores only that of run 0 was copied
    for run in range(2 if name == "centres" else 1):
        assert set(copied["indices"][run]) == set(built["indices"][run])


def test_what_is_brought_is_the_same_for_all_runs(compared: Project) -> None:
    for name in ("embedding_clip", "clustering_theirs_k50", "score_theirs"):
        assert len(compared.load(name)) == 1, name
    table = compared.load("scores").set_index("score").loc["theirs"]
    assert (table["kind"], table["uses_labels"], table["replicates"]) == ("difficulty", True, 1)


def test_a_subset_is_charged_for_what_its_score_took_elsewhere(compared: Project) -> None:
    runs = compared.load("runs").set_index(["variant", "run"])["seconds_artifacts"]
    assert (runs["hardest_copied"] > SECONDS).all()
    assert (runs["centres_copied"] < SECONDS).all()
    assert compared.load("scores")["seconds_before"].tolist() == [SECONDS]
