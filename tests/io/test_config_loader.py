"""Settings from files: how environments merge, which file an error names, whose loader it is."""

import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click import ClickException
from kedro.framework.project import configure_project
from tests.config.examples import BLOCKS_OF_A_SWEEP, VARIANTS

from leanset.io.config_loader import STAGES, SweepConfigLoader
from leanset.pipeline_registry import register_pipelines
from leanset.settings import CONFIG_LOADER_ARGS


@pytest.fixture(autouse=True)
def _no_loader_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SweepConfigLoader, "latest", None)


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    """A good configuration: each block and each variant in a file of its own, two environments."""
    folder = tmp_path / "conf"
    for name, block in BLOCKS_OF_A_SWEEP.items():
        where = "variants/" if name in VARIANTS else ""
        write(folder, f"base/parameters/{where}{name}.yml", {name: block})
    (folder / "local").mkdir()
    write(folder, "other/parameters/sweep.yml", {"sweep": {"runs": 2}})
    return folder


def write(conf: Path, file: str, content: Any) -> None:
    path = conf / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))


def load(conf: Path | str, env: str | None = None, **runtime_params: Any) -> SweepConfigLoader:
    return SweepConfigLoader(
        conf_source=str(conf), env=env, runtime_params=runtime_params, **CONFIG_LOADER_ARGS
    )


def as_tar(conf: Path) -> Path:
    archive = conf.parent / "packed" / "conf.tar.gz"
    archive.parent.mkdir()
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(conf, "conf")
    return archive


def as_zip(conf: Path) -> Path:
    return Path(shutil.make_archive(str(conf.parent / "conf"), "zip", conf.parent, "conf"))


def refused(conf: Path | str, env: str | None = None, **runtime_params: Any) -> list[str]:
    """What is said of a bad configuration, a line for each problem."""
    with pytest.raises(ClickException) as caught:
        _ = load(conf, env, **runtime_params).settings
    first, *lines = caught.value.message.splitlines()
    assert first == "the settings are wrong, so nothing was run."
    return [line.strip() for line in lines]


# --- how environments merge


def test_base_alone_is_a_whole_configuration(conf: Path) -> None:
    settings = load(conf).settings
    assert settings.sweep.runs == 5
    assert set(settings.variants) == VARIANTS


def test_an_environment_changes_the_keys_it_writes_and_leaves_the_others(conf: Path) -> None:
    write(conf, "other/parameters/near.yml", {"near": {"selector": {"keep": "furthest"}}})
    base, other = load(conf).settings, load(conf, "other").settings
    assert other.sweep == base.sweep.model_copy(update={"runs": 2})
    assert other.variants["near"].selector.keep == "furthest"
    assert other.variants["near"].selector.clustering == "pca50_k50"
    assert other.dataset == base.dataset


def test_an_environment_replaces_a_list_as_a_whole(conf: Path) -> None:
    write(conf, "other/parameters/budgets.yml", {"sweep": {"budgets": [7]}})
    (conf / "other/parameters/sweep.yml").unlink()
    assert load(conf, "other").settings.sweep.budgets == (7,)


def test_a_variant_may_be_added_by_an_environment_and_is_not_in_another(conf: Path) -> None:
    mine = {"mine": {"description": "d", "selector": {"method": "full"}}}
    write(conf, "other/parameters/variants/mine.yml", mine)
    assert set(load(conf, "other").settings.active()) == {*VARIANTS, "mine"}
    assert set(load(conf).settings.active()) == VARIANTS


def test_variants_may_lie_in_folders(conf: Path) -> None:
    mine = {"mine": {"description": "d", "selector": {"method": "full"}}}
    write(conf, "base/parameters/variants/of/mine/mine.yaml", mine)
    assert "mine" in load(conf).settings.variants


def test_values_of_the_command_line_win(conf: Path) -> None:
    assert load(conf, "other", sweep={"runs": 9}).settings.sweep.runs == 9


def test_kedro_gets_the_very_parameters_that_were_checked(conf: Path) -> None:
    loader = load(conf, "other")
    assert loader["parameters"]["sweep"]["runs"] == 2
    assert loader["parameters"].keys() == BLOCKS_OF_A_SWEEP.keys()


def test_bad_settings_stop_whoever_asks_for_parameters(conf: Path) -> None:
    write(conf, "other/parameters/sweep.yml", {"sweep": {"runs": 0}})
    with pytest.raises(ClickException, match=r"sweep.runs"):
        load(conf, "other")["parameters"]


def test_what_is_no_parameter_is_loaded_as_by_kedro(conf: Path) -> None:
    write(conf, "base/globals.yml", {"raw": "here"})
    write(conf, "base/parameters/folder.yml", {"folder": "${globals:raw}"})
    write(conf, "base/catalog/raw.yml", {"raw": {"type": "MemoryDataset"}})
    loader = load(conf)
    assert loader["catalog"] == {"raw": {"type": "MemoryDataset"}}
    assert loader.settings.folder == "here"


# --- which file an error names


def test_the_file_of_base_is_named_where_only_base_wrote_the_key(conf: Path) -> None:
    write(conf, "base/parameters/training.yml", {"training": {"device": "gpu"}})
    (line, *_) = refused(conf, "other")
    assert line.startswith("conf/base/parameters/training.yml: training.device: ")


def test_the_file_of_the_environment_is_named_where_it_wrote_the_key(conf: Path) -> None:
    write(conf, "other/parameters/any_name.yml", {"near": {"selector": {"keep": "middle"}}})
    (line,) = refused(conf, "other")
    assert line.startswith("conf/other/parameters/any_name.yml: near.selector.keep: ")


def test_base_is_named_where_the_environment_wrote_another_key_of_the_block(conf: Path) -> None:
    broken = BLOCKS_OF_A_SWEEP["sweep"] | {"budgets": [0]}
    write(conf, "base/parameters/sweep.yml", {"sweep": broken})
    (line,) = refused(conf, "other")
    assert line.startswith("conf/base/parameters/sweep.yml: sweep.budgets.0: ")


def test_each_of_several_problems_names_its_own_file(conf: Path) -> None:
    write(conf, "other/parameters/sweep.yml", {"sweep": {"runs": 0}})
    write(conf, "base/parameters/variants/random.yml", {"random": {"selector": {"method": "x"}}})
    files = [line.split(": ")[:2] for line in refused(conf, "other")]
    assert files == [
        ["conf/base/parameters/variants/random.yml", "random.description"],
        ["conf/base/parameters/variants/random.yml", "random.selector"],
        ["conf/other/parameters/sweep.yml", "sweep.runs"],
    ]


def test_the_command_line_is_named_where_no_file_wrote_the_key(conf: Path) -> None:
    (line,) = refused(conf, "other", sweeps={"runs": 0})
    assert line == "--params: sweeps: there is no such block. Did you mean 'sweep'?"


def test_the_command_line_is_named_where_its_value_replaced_that_of_a_file(conf: Path) -> None:
    (line,) = refused(conf, "other", sweep={"runs": 0})
    assert line.startswith("--params: sweep.runs: ")


def test_the_file_that_names_an_unknown_score_is_named(conf: Path) -> None:
    hard = {"method": "ranked", "score": "el2m", "keep": "hardest"}
    write(conf, "base/parameters/variants/hard.yml", {"hard": {"description": "d", "selector": {}}})
    write(conf, "other/parameters/variants/hard.yml", {"hard": {"selector": hard}})
    write(conf, "other/parameters/audit.yml", {"audit": {"score": "eln", "suspects": 9}})
    assert refused(conf, "other") == [
        "conf/other/parameters/audit.yml: audit.score: there is no score 'eln'. "
        "Did you mean 'el2n'?",
        "conf/other/parameters/variants/hard.yml: hard.selector.score: there is no score 'el2m'. "
        "Did you mean 'el2n'?",
    ]


def test_the_file_that_asks_for_impossible_noise_is_named(conf: Path) -> None:
    mapped = {"kind": "asymmetric", "rate": 0.4, "classes": {"onne": "zero"}}
    broken = BLOCKS_OF_A_SWEEP["dataset"] | {"noise": mapped}
    write(conf, "base/parameters/dataset.yml", {"dataset": broken})
    write(conf, "other/parameters/size.yml", {"dataset": {"train_samples": 300}})
    assert refused(conf, "other") == [
        "conf/base/parameters/dataset.yml: dataset.noise: there is no class 'onne'. "
        "Did you mean 'one'?"
    ]


@pytest.mark.parametrize("file", ["parameters.yml", "parameters_mine.yml", "mine/parameters.yml"])
def test_a_file_is_named_wherever_kedro_finds_parameters(conf: Path, file: str) -> None:
    write(conf, f"other/{file}", {"training": {"device": "gpu"}})
    (line,) = refused(conf, "other")
    assert line.startswith(f"conf/other/{file}: training.device: ")


# --- files of variants


@pytest.mark.parametrize(
    ("file", "content", "line"),
    [
        ("mine", "", "mine: the file is empty; describe the variant or delete the file."),
        ("mine", "# later", "mine: the file is empty; describe the variant or delete the file."),
        (
            "mine",
            "yours: 1\nmine: 2",
            "mine: the file's only top-level key is its name, 'mine'; found: yours, mine.",
        ),
        (
            "mine",
            "- mine",
            "mine: the file's only top-level key is its name, 'mine'; found: none.",
        ),
        (
            "Mine",
            "Mine: 1",
            "Mine: names are lower-case letters, digits and _, beginning with a letter.",
        ),
        (
            "sweep",
            "sweep: 1",
            "sweep: 'sweep' is already the name of another block or pipeline; "
            "rename the variant and its file.",
        ),
    ],
)
def test_a_file_that_describes_no_variant_is_refused(
    conf: Path, file: str, content: str, line: str
) -> None:
    write(conf, f"base/parameters/variants/{file}.yml", content)
    assert refused(conf) == [f"conf/base/parameters/variants/{file}.yml: {line}"]


@pytest.mark.parametrize("broken", ["base", "other"])
def test_of_two_files_of_a_variant_the_broken_one_is_named(conf: Path, broken: str) -> None:
    write(conf, "other/parameters/variants/near.yml", {"near": {"runs": 2}})
    write(conf, f"{broken}/parameters/variants/near.yml", {"nearest": {}})
    (line,) = refused(conf, "other")
    assert line.startswith(f"conf/{broken}/parameters/variants/near.yml: near: ")


def test_a_file_that_is_no_yaml_is_named_with_the_place(conf: Path) -> None:
    write(conf, "base/parameters/variants/mine.yml", "mine: [\n")
    (line,) = refused(conf)
    assert line.startswith(
        "conf/base/parameters/variants/mine.yml: mine: this is not valid YAML (while parsing"
    )
    assert "line 2" in line


def test_a_key_that_stands_twice_is_refused(conf: Path) -> None:
    write(conf, "base/parameters/variants/mine.yml", "mine:\n  runs: 1\n  runs: 2\n")
    (line,) = refused(conf)
    assert "mine: this is not valid YAML (the key 'runs' stands twice" in line


def test_two_files_of_one_name_in_one_environment_are_refused(conf: Path) -> None:
    write(conf, "base/parameters/variants/also/near.yml", {"near": BLOCKS_OF_A_SWEEP["near"]})
    (line,) = refused(conf)
    assert "near: another file, conf/base/parameters/variants/" in line
    assert line.endswith("defines the variant of this name too; rename one.")


def test_all_bad_files_are_told_together(conf: Path) -> None:
    for name in ("Mine", "sweep"):
        write(conf, f"base/parameters/variants/{name}.yml", "")
    # an empty file and a bad name; an empty file and a name that is taken
    assert [line.split(": ")[1] for line in refused(conf)] == ["Mine", "Mine", "sweep", "sweep"]


@pytest.mark.parametrize("hidden", [".ipynb_checkpoints/near-checkpoint.yml", "._near.yml"])
def test_hidden_files_that_kedro_passes_over_are_passed_over(conf: Path, hidden: str) -> None:
    write(conf, f"base/parameters/variants/{hidden}", "left by an editor: 1")
    assert set(load(conf).settings.variants) == VARIANTS


def test_no_variant_can_take_the_name_of_a_pipeline(conf: Path) -> None:
    load(conf, audit={"score": "el2n", "suspects": 9})
    shared = register_pipelines().keys() - VARIANTS - {"__default__"}
    assert shared == {*STAGES, "prune_sweep"}
    for name in shared:
        write(conf, f"base/parameters/variants/{name}.yml", {name: BLOCKS_OF_A_SWEEP["random"]})
    said = refused(conf)
    assert len(said) == len(shared)
    assert all("is already the name of another block or pipeline" in line for line in said)


# --- where the configuration is


@pytest.mark.parametrize("pack", [Path, as_tar, as_zip])
def test_a_misspelt_environment_is_led_to_the_right_one(
    conf: Path, pack: Callable[[Path], Path]
) -> None:
    source = pack(conf)
    with pytest.raises(ClickException) as caught:
        _ = load(source, "othr").settings
    assert caught.value.message == (
        f"{source}: there is no environment 'othr'. Did you mean 'other'?"
    )


def test_a_missing_configuration_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(ClickException) as caught:
        _ = load(tmp_path / "conf").settings
    assert caught.value.message == (
        f"{tmp_path}/conf: there is no such folder. "
        "Say with --conf-source where the configuration is."
    )


# --- whose loader it is


def test_the_current_loader_is_the_one_made_last(conf: Path) -> None:
    first = load(conf)
    assert SweepConfigLoader.current() is first
    second = load(conf, "other")
    assert SweepConfigLoader.current() is second


def test_the_pipelines_are_those_of_the_loader_made_last(conf: Path) -> None:
    load(conf)
    assert register_pipelines().keys() >= VARIANTS
    load(conf, "other", sweep={"variants": ["random"]})
    assert "near" not in register_pipelines()


@pytest.mark.parametrize(("env", "runs"), [("other", 2), (None, 5)])
def test_where_no_session_made_a_loader_the_environment_is_that_of_the_shell(
    conf: Path, monkeypatch: pytest.MonkeyPatch, env: str | None, runs: int
) -> None:
    configure_project("leanset")
    monkeypatch.chdir(conf.parent)
    if env:
        monkeypatch.setenv("KEDRO_ENV", env)
    else:
        monkeypatch.delenv("KEDRO_ENV", raising=False)
    assert SweepConfigLoader.current().settings.sweep.runs == runs
    assert SweepConfigLoader.current() is SweepConfigLoader.latest


# --- archives, as `kedro package` makes them


@pytest.mark.parametrize("pack", [as_tar, as_zip])
@pytest.mark.parametrize("env", [None, "other"])
def test_an_archive_gives_the_settings_of_its_folder(
    conf: Path, pack: Callable[[Path], Path], env: str | None
) -> None:
    assert load(pack(conf), env).settings == load(conf, env).settings


@pytest.mark.parametrize("pack", [as_tar, as_zip])
def test_a_file_in_an_archive_that_describes_no_variant_is_named(
    conf: Path, pack: Callable[[Path], Path]
) -> None:
    write(conf, "base/parameters/variants/deep/mine.yml", {"yours": 1})
    write(conf, "base/parameters/variants/torn.yml", "torn: [\n")
    mine, torn = refused(pack(conf))
    assert mine.startswith("conf/base/parameters/variants/deep/mine.yml: mine: the file's only")
    assert torn.startswith("conf/base/parameters/variants/torn.yml: torn: this is not valid YAML")


@pytest.mark.parametrize("pack", [as_tar, as_zip])
def test_an_error_in_an_archive_names_the_file_inside(
    conf: Path, pack: Callable[[Path], Path]
) -> None:
    write(conf, "other/parameters/sweep.yml", {"sweep": {"runs": 0}})
    (line,) = refused(pack(conf), "other")
    assert line == (
        "conf/other/parameters/sweep.yml: sweep.runs: Input should be greater than 0, not 0."
    )
