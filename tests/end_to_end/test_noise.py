"""Labels made wrong on purpose, who finds them, and the audit of real labels, through Kedro."""

import contextlib
import hashlib
import io
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from leanset.images import ImageSet
from leanset.pipelines.stored import images_of
from tests.end_to_end.project import REPOSITORY, TINY, Project, read_idx

LISTED = ["aum", "confident_learning", "el2n"]
BETTER = "Knowing the truth is better than chance"
WORSE = "A tenth of the samples is better than all of them"


def configure(project: Project) -> None:
    """Three short logs for three detectors, and few suspects to look at."""
    logs = {"ensemble": {"proxies": 4, "epochs": 3}, "crossval": {"proxies": 2, "epochs": 4}}
    project.write("tiny/parameters/logs.yml", {"logs": logs})
    project.write("tiny/parameters/audit.yml", {"audit": {"suspects": 30}})


def add_noise(project: Project) -> None:
    """A tenth of the labels becomes wrong, and two hypotheses ask what comes of it."""
    noise = {"kind": "symmetric", "rate": 0.1}
    dataset = TINY["parameters/dataset.yml"]["dataset"]
    project.write("tiny/parameters/dataset.yml", {"dataset": {**dataset, "noise": noise}})
    variants = ["full", "random", "denoised_el2n", "oracle_clean"]
    sweep = {"variants": variants, "budgets": [0.5], "runs": 2, "scores": LISTED}
    project.write("tiny/parameters/sweep.yml", {"sweep": sweep})
    project.write("tiny/parameters/variants/random.yml", {"random": {"budgets": [0.1, 0.5]}})
    hypotheses = [
        {"text": BETTER, "better": "oracle_clean", "than": "random", "budgets": [0.5]},
        {
            "text": WORSE,
            "better": "random",
            "budgets": [0.1],
            "than": "full",
            "than_budget": 1.0,
        },
    ]
    project.write("tiny/parameters/hypotheses.yml", {"hypotheses": hypotheses})


def checksums(project: Project) -> dict[str, str]:
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in project.raw.iterdir()
    }


@dataclass(frozen=True)
class Noisy:
    """A finished sweep on noisy labels, only to be read, and what it printed."""

    project: Project
    said: str
    before: dict[str, str]
    images: ImageSet
    wrong: NDArray[np.bool_]
    runs: pd.DataFrame


@pytest.fixture(scope="module")
def noisy(tmp_path_factory: pytest.TempPathFactory) -> Noisy:
    project = Project.create(tmp_path_factory.mktemp("noisy") / "project")
    configure(project)
    add_noise(project)
    before = checksums(project)
    with contextlib.redirect_stdout(io.StringIO()) as said:
        project.run()
    (noise,) = project.load("label_noise")
    return Noisy(
        project,
        " ".join(said.getvalue().split()),
        before,
        images_of(project.load("image_set")),
        np.array(noise["wrong"]),
        project.load("runs"),
    )


def test_the_files_are_not_touched(noisy: Noisy) -> None:
    assert checksums(noisy.project) == noisy.before


def test_exactly_the_asked_share_of_labels_is_wrong_and_the_mask_says_which(noisy: Noisy) -> None:
    true = read_idx(noisy.project.raw / "train-labels-idx1-ubyte.gz")
    assert noisy.wrong.sum() == 100  # of 1,000
    assert np.array_equal(noisy.images.train.labels != true, noisy.wrong)
    (noise,) = noisy.project.load("label_noise")
    assert np.array_equal(noise["true_labels"], true)
    assert "100 of 1,000 training labels are wrong now." in noisy.said


def test_the_labels_that_results_are_judged_by_are_right(noisy: Noisy) -> None:
    in_file = read_idx(noisy.project.raw / "t10k-labels-idx1-ubyte.gz")
    assert np.array_equal(noisy.images.test.labels, in_file)


def test_every_score_of_the_sweep_is_judged_as_a_detector(noisy: Noisy) -> None:
    detectors = noisy.project.load("detectors")
    assert set(detectors["detector"]) == set(LISTED)
    assert set(detectors["k"]) == {50, 100, 200}  # half, once and twice the number of wrong ones
    replicates = detectors.groupby("detector")["replicate"].nunique()
    assert replicates.to_dict() == {"aum": 2, "confident_learning": 1, "el2n": 2}
    assert (detectors["roc_auc"] > 0.8).all()
    for name, replicate in [("aum", 0), ("el2n", 1)]:
        values = np.array(noisy.project.load(f"score_{name}")[replicate]["values"])
        found = noisy.wrong[np.argsort(-values)[:100]].sum()
        (row,) = detectors.query(
            "detector == @name and replicate == @replicate and k == 100"
        ).to_dict("records")
        assert row["recall_at_k"] == pytest.approx(found / 100)
    assert "Finding the 100 wrong labels" in noisy.said


def test_the_ledger_tells_how_many_wrong_labels_each_subset_kept(noisy: Noisy) -> None:
    for variant in ("full", "random", "denoised_el2n", "oracle_clean"):
        subsets = noisy.project.load(f"subsets_{variant}")
        counted = [int(noisy.wrong[indices].sum()) for indices in subsets["indices"]]
        rows = noisy.runs[noisy.runs["variant"] == variant]
        assert list(rows["wrong_labels"]) == counted, variant
    kept = noisy.runs.groupby("variant")["wrong_labels"]
    assert kept.min()["full"] == 100
    assert kept.max()["oracle_clean"] == 0
    assert kept.max()["denoised_el2n"] < kept.max()["random"]


def test_denoised_keeps_none_of_the_top_suspects_of_its_own_run(noisy: Noisy) -> None:
    replicates = [np.array(entry["values"]) for entry in noisy.project.load("score_el2n")]
    for row in noisy.project.load("subsets_denoised_el2n").itertuples():
        suspects = np.argsort(-replicates[row.run])[:100]
        assert not set(suspects) & set(row.indices)
        assert len(set(row.indices)) == 500


def test_a_verdict_on_each_hypothesis_is_printed(noisy: Noisy) -> None:
    verdicts = noisy.project.load("verdicts").set_index("claim")
    assert set(verdicts.index) == {BETTER, WORSE}
    assert verdicts.loc[WORSE, "difference"] < 0
    for claim, row in verdicts.iterrows():
        better, than = (
            noisy.runs.query("variant == @name and budget == @budget")["accuracy"].mean()
            for name, budget in ((row["better"], row["budget"]), (row["than"], row["than_budget"]))
        )
        assert row["difference"] == pytest.approx((better - than) * 100)
        assert f"{row['verdict']}: {claim} [" in noisy.said


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose real labels were audited by the command a person types."""
    project = Project.create(tmp_path_factory.mktemp("audited") / "project")
    configure(project)
    ended = project.kedro("run", "--pipelines=noise_audit", "--params=training.workers=1")
    assert ended.returncode == 0, ended.stderr
    assert "30 suspects by aum; for " in " ".join(ended.stdout.split())
    assert "usage data" not in ended.stdout
    return project


def test_a_command_sends_nothing_about_its_use_and_leaves_no_mark_for_it(audited: Project) -> None:
    as_shipped = (REPOSITORY / "pyproject.toml").read_text()
    assert (audited.folder / "pyproject.toml").read_text() == as_shipped


def test_the_audit_of_real_labels_ranks_the_suspects(audited: Project) -> None:
    suspects = audited.load("suspects")
    assert list(suspects["rank"]) == list(range(1, 31))
    assert suspects["score"].is_monotonic_decreasing
    train = images_of(audited.load("image_set")).train
    named = [str(train.labels[sample]) for sample in suspects["sample"]]
    assert list(suspects["label"]) == named
    assert (suspects["agrees"] == (suspects["label"] == suspects["suggested"])).all()
    assert (suspects["p_suggested"] >= suspects["p_label"]).all()
    assert "wrong" not in suspects

    values = np.mean([entry["values"] for entry in audited.load("score_aum")], axis=0)
    assert set(suspects["sample"]) == set(np.argsort(-values)[:30])


def test_the_suspects_are_also_a_spreadsheet(audited: Project) -> None:
    as_csv = audited.load("suspects_csv")
    pd.testing.assert_frame_equal(
        as_csv.astype({"label": str, "suggested": str}),
        audited.load("suspects"),
        check_dtype=False,
    )


def test_the_audit_selects_and_trains_nothing_but_its_proxies(audited: Project) -> None:
    kinds = {path.name for path in (audited.folder / "store").glob("[!.]*")}
    assert kinds == {"images", "log", "score"}
    assert not (audited.root / "subsets").exists()


def pictures(page: str) -> int:
    """How many pictures are on a page, all of them within it, after a look at what it fetches."""
    rest, count = re.subn(r'src="data:image/png;base64,[A-Za-z0-9+/=]+"', "", page)
    assert not re.search(r"src=|href=|<script|<link|@import|url\(|//", rest)
    return count


def test_the_page_of_suspects_needs_no_other_file_and_no_network(audited: Project) -> None:
    assert pictures(audited.load("suspects_page")) == 30


def test_where_labels_were_made_wrong_the_audit_says_which_suspects_are(noisy: Noisy) -> None:
    logs = sorted((noisy.project.folder / "store/log").iterdir())
    with noisy.project.session() as session:
        session.run(pipeline_names=["noise_audit"])
    suspects: Any = noisy.project.load("suspects")
    assert list(suspects["wrong"]) == list(noisy.wrong[suspects["sample"]])
    assert suspects["wrong"].mean() > 0.8
    page = noisy.project.load("suspects_page")
    assert pictures(page) == 30
    assert page.count("label made wrong") == suspects["wrong"].sum()
    assert sorted((noisy.project.folder / "store/log").iterdir()) == logs
