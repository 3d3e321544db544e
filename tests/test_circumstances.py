"""What a sweep ran on and with: complete, plain, and without the folders of the machine."""

import json
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch

from leanset.circumstances import Circumstances, circumstances_of, commit_of, settings_of
from leanset.config import DatasetSettings
from leanset.errors import LeansetError
from leanset.images import ImageSet

RUNS = pd.DataFrame({"device": ["cpu", "cuda", "cpu"], "concurrency": [2, 8, 2]})


def parameters(**changed: Any) -> dict[str, Any]:
    """All blocks of a small sweep of one variant, beside one that takes no part."""
    source = {
        part: {"file": f"{part}.gz", "sha256": None}
        for part in ("train_images", "train_labels", "test_images", "test_labels")
    }
    usual: dict[str, Any] = {
        "dataset": {
            "name": "digits",
            "class_names": list("0123456789"),
            "source": {"format": "idx", **source},
        },
        "embeddings": {},
        "clusterings": {},
        "recipes": {
            "lenet5": {
                "model": "lenet5",
                "optimizer": {"name": "adam", "learning_rate": 0.001},
                "batch_size": 64,
                "epochs": 5,
            }
        },
        "training": {"device": "auto", "workers": "auto", "stack": "auto", "keep_models": "none"},
        "sweep": {
            "seed": 7, "variants": "all", "budgets": [0.1], "runs": 2, "recipe": "lenet5",
            "memory_limit": "2GB",
        },
        "random": {"description": "uniformly", "selector": {"method": "random"}},
        "aside": {
            "description": "not asked for", "groups": ["other"], "selector": {"method": "random"},
        },
    }  # fmt: skip
    return usual | changed


def noted(digits: ImageSet, *command: str, **changed: Any) -> Circumstances:
    return circumstances_of(
        RUNS, digits, "ab" * 32, parameters(**changed), command or ("kedro", "run"), Path("/")
    )


def test_versions_devices_and_images_are_noted(digits: ImageSet) -> None:
    found = noted(digits)
    assert found.versions["torch"] == torch.__version__
    assert {"python", "leanset", "numpy", "scikit-learn", "kedro"} < set(found.versions)
    assert (found.devices, found.concurrency) == (("cpu", "cuda"), (2, 8))
    assert found.seed == 7
    images = found.images
    assert (images.name, images.hash, images.noise) == ("digits", "ab" * 32, None)
    assert (images.train, images.validation, images.test) == (1100, 0, 697)
    assert images.class_names == tuple("0123456789")


def test_the_moment_is_in_utc_to_the_second(digits: ImageSet) -> None:
    moment = datetime.fromisoformat(noted(digits).when)
    assert moment.utcoffset() == timedelta(0)
    assert moment.microsecond == 0


def test_noise_is_noted_with_the_images(digits: ImageSet) -> None:
    dataset = parameters()["dataset"] | {"noise": {"kind": "symmetric", "rate": 0.1}}
    assert noted(digits, dataset=dataset).images.noise == {"kind": "symmetric", "rate": 0.1}


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (["/home/me/.venv/bin/kedro", "run"], ("kedro", "run")),
        (["/lib/kedro/__main__.py", "run"], ("kedro", "run")),
        (["kedro", "--conf-source=/home/me/my project/conf"], ("kedro", "--conf-source=…/conf")),
        (["kedro", "--params=folder=/data/mnist,sweep.runs=3"],
         ("kedro", "--params=folder=…/mnist,sweep.runs=3")),
        (["kedro", "/home/me/conf/"], ("kedro", "…/conf")),
        (["kedro", "C:\\work\\conf"], ("kedro", "…/conf")),
        (["kedro", "file:///work/conf"], ("kedro", "…/conf")),
        (["kedro", "--params=root=s3://bucket/results"],
         ("kedro", "--params=root=s3://bucket/results")),
        (["kedro", "conf/quick", "a=b/c"], ("kedro", "conf/quick", "a=b/c")),
        ([], ()),
    ],
)  # fmt: skip
def test_the_command_has_no_folder_of_the_machine(
    digits: ImageSet, words: list[str], kept: tuple[str, ...]
) -> None:
    found = circumstances_of(RUNS, digits, "ab" * 32, parameters(), words, Path("/"))
    assert found.command == kept


def test_what_is_noted_comes_back_from_json(digits: ImageSet) -> None:
    found = noted(digits)
    assert Circumstances.from_json(json.loads(json.dumps(found.as_json()))) == found


def test_what_a_later_version_notes_beside_is_left_aside(digits: ImageSet) -> None:
    found = noted(digits)
    assert Circumstances.from_json(found.as_json() | {"weather": "fair"}) == found


def test_what_is_no_provenance_is_refused_by_what_is_missing() -> None:
    with pytest.raises(LeansetError, match=r"no provenance of a sweep \(when, command, "):
        Circumstances.from_json({"data": []})


# --- settings


def test_settings_have_their_defaults_and_the_variants_that_take_part() -> None:
    settings = settings_of(parameters())
    assert settings["sweep"]["memory_limit"] == 2_000_000_000
    assert settings["sweep"]["on_failure"] == "continue"
    assert list(settings["variants"]) == ["random"]
    assert json.loads(json.dumps(settings)) == settings


def test_settings_are_the_same_whichever_blocks_are_typed_already() -> None:
    typed = parameters(dataset=DatasetSettings.model_validate(parameters()["dataset"]))
    assert settings_of(typed) == settings_of(parameters())


def test_a_folder_of_the_command_line_is_no_setting() -> None:
    settings = settings_of(parameters(folder="/home/me/mnist", rerun="all"))
    assert "folder" not in settings
    assert settings["rerun"] == "all"


# --- the commit


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=n", "-c", "user.email=n@localhost", "-c", "commit.gpgsign=false"]
    subprocess.run(
        ["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True
    )


def test_the_commit_is_found_from_a_folder_inside_with_changes_or_without(tmp_path: Path) -> None:
    inside = tmp_path / "conf"
    inside.mkdir()
    (inside / "a.yml").write_text("a: 1")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message=first")
    clean = commit_of(inside)
    (tmp_path / "new.yml").write_text("a variant that nobody committed")
    changed = commit_of(inside)
    assert clean is not None
    assert changed is not None
    assert (clean.hash, changed.hash) == (changed.hash, clean.hash)
    assert (clean.with_changes, changed.with_changes) == (False, True)
    assert 7 <= len(clean.hash) <= 12


def test_without_a_repository_there_is_no_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert commit_of(tmp_path) is None
    assert commit_of(tmp_path / "nowhere") is None


def test_without_a_first_commit_there_is_none(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    assert commit_of(tmp_path) is None


def test_without_git_there_is_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert commit_of(Path(__file__).parent) is None


def test_git_that_does_not_answer_fails_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wait(*_: object, timeout: float, **__: object) -> None:
        raise subprocess.TimeoutExpired("git", timeout)

    monkeypatch.setattr(subprocess, "run", wait)
    assert commit_of(tmp_path) is None
