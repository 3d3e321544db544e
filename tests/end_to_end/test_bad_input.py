"""What a person reads who gets something wrong: the file, the key, and what to do."""

import shutil
from collections.abc import Callable

import numpy as np
import pytest

from tests.end_to_end.project import TINY, Project, write_idx

VARIANTS = "base/parameters/variants"
CLUSTERED = {"method": "clustered", "clustering": "pca50_k50", "keep": "closest"}
RANKED = {"method": "ranked", "score": "el2n", "keep": "hardest"}
WINDOW = {"method": "window", "score": "el2n", "start": 0.8}


def variant(name: str, **changes: object) -> dict[str, object]:
    return {name: {"description": "A test", "selector": CLUSTERED, **changes}}


def truncate_images(project: Project) -> None:
    file = project.raw / "train-images-idx3-ubyte.gz"
    file.write_bytes(file.read_bytes()[:5000])


def shorten_labels(project: Project) -> None:
    write_idx(project.raw / "train-labels-idx1-ubyte.gz", np.zeros(999, dtype=np.uint8))


def remove_data(project: Project) -> None:
    shutil.rmtree(project.raw)


def mistaken(name: str, **changes: object) -> Callable[[Project], None]:
    def write(project: Project) -> None:
        project.write(f"{VARIANTS}/{name}.yml", variant(name, **changes))

    return write


def ask_for_many_clusters(project: Project) -> None:
    project.write(
        "tiny/parameters/clusterings.yml", {"clusterings": {"pca50_k50": {"clusters": 1001}}}
    )


def name_a_variant_twice(project: Project) -> None:
    project.write(f"{VARIANTS}/mine.yml", variant("mine"))
    project.write(f"{VARIANTS}/more/mine.yml", variant("mine"))


def name_a_key_twice(project: Project) -> None:
    project.write(f"{VARIANTS}/mine.yml", "mine:\n  description: a\n  description: b\n")


def name_a_key_of_a_block_twice(project: Project) -> None:
    project.write("tiny/parameters/training.yml", "training:\n  device: cpu\n  device: cuda\n")


def misname_a_variant(project: Project) -> None:
    project.write(f"{VARIANTS}/mine.yml", variant("yours"))


def leave_a_variant_empty(project: Project) -> None:
    project.write(f"{VARIANTS}/mine.yml", "# to be written\n")


def name_a_variant_like_a_node(project: Project) -> None:
    mistaken("embed_pca50")(project)


def misspell_a_block(project: Project) -> None:
    project.write("tiny/parameters/training.yml", {"recipies": {}})


def misspell_an_active_variant(project: Project) -> None:
    project.write("tiny/parameters/sweep.yml", {"sweep": {"variants": ["randon"]}})


def overridden(file: str, **blocks: object) -> Callable[[Project], None]:
    def write(project: Project) -> None:
        project.write(f"tiny/parameters/{file}.yml", blocks)

    return write


def noisy(noise: dict[str, object]) -> Callable[[Project], None]:
    dataset = TINY["parameters/dataset.yml"]["dataset"]
    return overridden("dataset", dataset={**dataset, "noise": noise})


def list_score(name: str, **changes: object) -> Callable[[Project], None]:
    def write(project: Project) -> None:
        overridden("scores", scores={name: changes})(project)
        overridden("sweep", sweep={"scores": [name], "budgets": [20], "runs": 2})(project)

    return write


def suppose_what_is_not_run(project: Project) -> None:
    claim = {"text": "so", "better": "rs2", "than": "random", "budgets": [0.3]}
    project.write("tiny/parameters/hypotheses.yml", {"hypotheses": [claim]})


WRONG = [
    (remove_data, r"/raw: there is no such folder. Put the idx files there"),
    (
        truncate_images,
        r"train-images-idx3-ubyte.gz: the file is truncated: its header announces 64000 values, "
        r"4984 follow. Fetch it again.",
    ),
    (
        shorten_labels,
        r"1000 images in train-images-idx3-ubyte.gz but 999 labels in train-labels-idx1-ubyte.gz",
    ),
    (
        mistaken("mine", budgets=[0]),
        r"conf/base/parameters/variants/mine.yml: mine.budgets.0: "
        r"a budget keeps at least 1 sample, not 0",
    ),
    (
        mistaken("mine", budgets=[1.5]),
        r"mine.yml: mine.budgets.0: a fractional budget is above 0 and at most 1, not 1.5",
    ),
    (
        mistaken("mine", budgets=[1001]),
        r"variant mine, budgets: the budget 1001 is above the 1000 training samples there are",
    ),
    (
        mistaken("mine", selector={"method": "clusterd"}),
        r"mine.yml: mine.selector: there is no method 'clusterd'. Did you mean 'clustered'\?",
    ),
    (
        mistaken("mine", selector={**CLUSTERED, "clustering": "pca50_k5"}),
        r"mine.yml: mine.selector.clustering: there is no clustering 'pca50_k5'. "
        r"Did you mean 'pca50_k50'\?",
    ),
    (
        mistaken("mine", recipe="lenet"),
        r"mine.yml: mine.recipe: there is no recipe 'lenet'. Did you mean 'lenet5'\?",
    ),
    (
        mistaken("mine", budget=[10]),
        r"mine.yml: mine: there is no key 'budget'. Did you mean 'budgets'\?",
    ),
    (
        mistaken("mine", selector={**CLUSTERED, "keep": "hybrid"}),
        r"mine.yml: mine.selector: closest_share belongs to keep: hybrid",
    ),
    (
        ask_for_many_clusters,
        r"clusterings.pca50_k50.clusters: 1001 clusters asked of 1000 training samples",
    ),
    (
        name_a_variant_twice,
        r"another file, conf/base/parameters/variants/mine.yml, defines the variant of this name",
    ),
    (name_a_key_twice, r"mine.yml: mine: this is not valid YAML .*'description' stands twice"),
    (
        name_a_key_of_a_block_twice,
        r"conf/tiny/parameters/training.yml: this is not valid YAML .*'device' stands twice",
    ),
    (misname_a_variant, r"mine.yml: mine: the file's only top-level key is its name, 'mine'"),
    (leave_a_variant_empty, r"mine.yml: mine: the file is empty"),
    (
        mistaken("sweep"),
        r"variants/sweep.yml: sweep: 'sweep' is already the name of another block or pipeline",
    ),
    (mistaken("Mine"), r"Mine.yml: Mine: names are lower-case letters, digits and _"),
    (name_a_variant_like_a_node, r"the variant 'embed_pca50' has the name of a node"),
    (
        misspell_a_block,
        r"conf/tiny/parameters/training.yml: recipies: there is no such block. "
        r"Did you mean 'recipes'\?",
    ),
    (
        misspell_an_active_variant,
        r"conf/tiny/parameters/sweep.yml: sweep.variants: there is no variant 'randon'. "
        r"Did you mean 'random'\?",
    ),
    (
        list_score("dyn_unc"),
        r"conf/tiny/parameters/scores.yml: scores.dyn_unc.window: it looks at windows of 10 "
        r"epochs, but the log dynamics has 3.",
    ),
    (
        list_score("el2n", epoch=3),
        r"conf/tiny/parameters/scores.yml: scores.el2n.epoch: epoch 3 is asked for, but the log "
        r"ensemble has 2.",
    ),
    (
        list_score("ensemble_std", log="dynamics"),
        r"scores.yml: scores.ensemble_std.log: it takes at least 2 proxies, but the log dynamics "
        r"has 1.",
    ),
    (
        list_score("ensemble_std"),
        r"scores.ensemble_std.proxies: it takes at least 2 proxies, but 2 runs have 1 each of the "
        r"2 of the log ensemble; let them be shared, or raise logs.ensemble.proxies.",
    ),
    (
        list_score("grand", log="ensemble"),
        r"scores.yml: scores.grand.log: it needs features_at in logs.ensemble",
    ),
    (
        list_score("el2n", log="ensembel"),
        r"conf/tiny/parameters/scores.yml: scores.el2n.log: there is no log 'ensembel'. "
        r"Did you mean 'ensemble'\?",
    ),
    (
        list_score("mine", method="el2m"),
        r"scores.yml: scores.mine: there is no method 'el2m'. Did you mean 'el2n'\?",
    ),
    (
        overridden("sweep", sweep={"scores": ["el2m"]}),
        r"conf/tiny/parameters/sweep.yml: sweep.scores: there is no score 'el2m'. "
        r"Did you mean 'el2n'\?",
    ),
    (
        mistaken("mine", selector={**RANKED, "score": "el2m"}),
        r"mine.yml: mine.selector.score: there is no score 'el2m'. Did you mean 'el2n'\?",
    ),
    (
        mistaken(
            "mine",
            selector={
                "method": "denoised",
                "suspects": "el2m",
                "drop": 0.1,
                "then": {"method": "random"},
            },
        ),
        r"mine.yml: mine.selector.suspects: there is no score 'el2m'. Did you mean 'el2n'\?",
    ),
    (
        mistaken("mine", selector={**RANKED, "keep": "auto"}),
        r"mine.yml: mine.selector: to choose between hardest and easiest takes a validation "
        r"split; set dataset.validation, for instance to 0.1.",
    ),
    (
        mistaken("mine", selector={**WINDOW, "width": 0.4}),
        r"mine.yml: mine.selector: start 0.8 and width 0.4 add up to 1.2, which is past the hard "
        r"end; lower one of them",
    ),
    (
        mistaken("mine", selector=WINDOW, budgets=[0.1, 0.4]),
        r"variant mine, budgets: method window keeps 400 of 1000 samples from start 0.8 on, which "
        r"is past the hard end. Give start at most 0.6",
    ),
    (
        mistaken("mine", selector={"method": "oracle_clean"}),
        r"mine.yml: mine.selector.method: oracle_clean has to know which labels are wrong; set "
        r"dataset.noise.",
    ),
    (
        noisy({"kind": "symmetric", "rate": 1.2}),
        r"conf/tiny/parameters/dataset.yml: dataset.noise.rate: a noise rate is above 0 and below "
        r"1, not 1.2",
    ),
    (
        noisy({"kind": "asymmetric", "rate": 0.2, "classes": {"1": "7", "seven": "1"}}),
        r"conf/tiny/parameters/dataset.yml: dataset.noise: there is no class 'seven'",
    ),
    (
        suppose_what_is_not_run,
        r"conf/tiny/parameters/hypotheses.yml: hypotheses.0: there is no cell 'rs2 at 30 %'",
    ),
]


@pytest.mark.parametrize(("make_wrong", "message"), WRONG)
def test_what_is_wrong_is_said_before_anything_is_trained_or_stored(
    project: Project, make_wrong: Callable[[Project], None], message: str
) -> None:
    make_wrong(project)
    with pytest.raises(Exception, match=message):
        project.run()
    assert not (project.folder / "store").exists()
    assert not project.root.exists()


def test_a_command_ends_with_one_readable_line_and_no_traceback(project: Project) -> None:
    remove_data(project)
    ended = project.kedro("run")
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"Error: {project.raw}: there is no such folder.")
    assert "Traceback" not in ended.stdout + ended.stderr


def test_bad_settings_stop_kedro_before_it_builds_pipelines(project: Project) -> None:
    mistaken("mine", selector={"method": "clusterd"})(project)
    ended = project.kedro("run")
    assert ended.returncode == 1
    assert ended.stderr.startswith("Error: the settings are wrong, so nothing was run.\n")
    assert "Did you mean 'clustered'?" in ended.stderr
