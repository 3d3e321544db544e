"""The wheel and the archive of the configuration run the sweep where the repository is not."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import pytest

from tests.end_to_end.project import REPOSITORY, Project, write_digits
from tests.optional import only_where_all_is_required, require

WHAT_WAS_FOUND = ["variant", "kept", "run", "accuracy", "loss", "subset_hash", "run_key"]
HERE = {"raw": "data/01_raw", "root": "data/tiny", "store": "data/store"}


def ended(
    *command: str | Path, folder: Path, timeout: float = 200
) -> subprocess.CompletedProcess[str]:
    """A command, run to its end with nothing of this process's choice of Python or of logging."""
    ours = ("PYTHON", "VIRTUAL_ENV", "KEDRO_", "MAKE")
    return subprocess.run(
        [*map(str, command)],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith(ours)},
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )


def succeeded(*command: str | Path, folder: Path, timeout: float = 200) -> str:
    """What a command that ended well said."""
    process = ended(*command, folder=folder, timeout=timeout)
    assert process.returncode == 0, process.stdout + process.stderr
    return process.stdout


@dataclass(frozen=True)
class Environment:
    """A virtual environment, and an empty folder beside it to run commands in."""

    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "bin/python"

    @property
    def leanset(self) -> Path:
        return self.folder / "bin/leanset"

    @property
    def outside(self) -> Path:
        return self.folder.parent / "outside"


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the repository with secrets and the build of an earlier version, packaged."""
    project = Project.create(tmp_path_factory.mktemp("packaged") / "repository")
    for file in ("LICENSE", "Makefile", "README.md"):
        shutil.copy(REPOSITORY / file, project.folder)
    project.write("tiny/globals.yml", HERE)
    project.write("tiny/parameters/sweep.yml", {"sweep": {"runs": 2, "variants": ["random"]}})
    for secret in ("credentials.yml", "credentials.yaml", "deep/parameters.yml"):
        project.write(f"local/{secret}", {"secret": {"key": "1234"}})
    stale = project.folder / "build/lib/leanset/gone.py"
    stale.parent.mkdir(parents=True)
    stale.touch()
    pip = (sys.executable, "-m", "pip", "download", "--no-deps", "--dest", project.folder / "pip")
    index = ended(*pip, "setuptools", folder=project.folder)
    require(index.returncode == 0, "a package index, which a build takes setuptools from,")
    binaries = f"BIN={Path(sys.executable).parent}"
    succeeded("make", "--old-file=.venv/runtime", "package", binaries, folder=project.folder)
    return project


@pytest.fixture(scope="module")
def wheel(packaged: Project) -> Path:
    (wheel,) = packaged.folder.glob("dist/*.whl")
    return wheel


@pytest.fixture(scope="module")
def archive(packaged: Project) -> Path:
    return packaged.folder / "dist/conf-leanset.tar.gz"


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """The wheel in an environment of its own, which borrows the dependencies of this one."""
    only_where_all_is_required("running the wheel")
    environment = Environment(tmp_path_factory.mktemp("installed") / "venv")
    environment.outside.mkdir()
    here = environment.folder.parent
    succeeded(sys.executable, "-m", "venv", "--without-pip", environment.folder, folder=here)
    pip = (sys.executable, "-m", "pip", "--python", environment.python)
    succeeded(*pip, "install", "--no-deps", "--no-index", wheel, folder=here)
    # a folder that is merely added to the path has no say: its own .pth files, among them that of
    # an editable install, are not read
    (packages,) = environment.folder.glob("lib/python*/site-packages")
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    write_digits(environment.outside / "data/01_raw")
    return environment


@pytest.fixture(scope="module")
def said(installed: Environment, archive: Path) -> str:
    """What the sweep says that the wheel runs on the archive."""
    command = (installed.python, "-m", "leanset", "--env=tiny", f"--conf-source={archive}")
    return succeeded(*command, folder=installed.outside)


def files_of(package: Path) -> Iterator[str]:
    for path in package.rglob("*"):
        if path.is_file() and path.parent.name != "__pycache__":
            yield path.relative_to(package.parent).as_posix()


def ledger(folder: Path) -> pd.DataFrame:
    (file,) = folder.glob("runs.parquet/*/runs.parquet")
    return pd.read_parquet(file)


def test_the_wheel_holds_every_file_of_the_package_and_none_that_is_gone(
    packaged: Project, wheel: Path
) -> None:
    names = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert names == set(files_of(packaged.folder / "src/leanset"))


def test_the_archive_holds_the_configuration_without_what_is_private(
    packaged: Project, archive: Path
) -> None:
    with tarfile.open(archive) as tar:
        packed = {member.name for member in tar if member.isfile()}
        assert "conf/local" in tar.getnames()
    private = {name for name in files_of(packaged.conf) if name.startswith("conf/local/")}
    assert len(private) == 4  # three with a secret, and .gitkeep
    assert packed == set(files_of(packaged.conf)) - private


def test_the_package_that_runs_is_that_of_the_wheel(installed: Environment) -> None:
    code = "import leanset; print(leanset.__file__)"
    file = Path(succeeded(installed.python, "-c", code, folder=installed.outside).strip())
    assert file.is_relative_to(installed.folder)


def test_the_installed_sweep_gives_the_ledger_of_the_repository(
    installed: Environment, said: str, swept: Project
) -> None:
    assert "planned: 2 cells, 4 runs" in said
    runs = ledger(installed.outside / "data/tiny")[WHAT_WAS_FOUND]
    assert len(runs) == 4
    shared = runs.merge(swept.load("runs")[WHAT_WAS_FOUND], how="left", indicator=True)
    assert (shared["_merge"] == "both").all()


def test_the_installed_sweep_speaks_in_plain_lines(said: str) -> None:
    assert said.startswith("digits: 1,000 training and 797 test images, 10 classes")
    assert "INFO" not in said
    assert "kedro" not in said


def test_the_installed_sweep_writes_nothing_but_data(installed: Environment, said: str) -> None:
    assert said
    assert [path.name for path in installed.outside.iterdir()] == ["data"]
    assert {path.name for path in (installed.outside / "data").iterdir()} == {
        Path(folder).name for folder in HERE.values()
    }


def test_a_bad_variant_in_the_archive_is_named(
    installed: Environment, packaged: Project, tmp_path: Path
) -> None:
    broken = Project(tmp_path / "broken")
    shutil.copytree(packaged.conf, broken.conf)
    mine = {"mine": {"description": "A test", "selector": {"method": "randon"}}}
    broken.write("tiny/parameters/variants/mine.yml", mine)
    with tarfile.open(tmp_path / "conf.tar.gz", "w:gz") as tar:
        tar.add(broken.conf, "conf")
    arguments = ("--env=tiny", f"--conf-source={tmp_path}/conf.tar.gz")
    process = ended(installed.leanset, *arguments, folder=tmp_path)
    assert process.returncode == 1
    assert process.stderr.splitlines() == [
        "Error: the settings are wrong, so nothing was run.",
        "  conf/tiny/parameters/variants/mine.yml: mine.selector: there is no method 'randon'. "
        "Did you mean 'random'?",
    ]


def test_without_a_configuration_the_installed_command_asks_for_one(
    installed: Environment, tmp_path: Path
) -> None:
    process = ended(installed.leanset, "--env=tiny", folder=tmp_path)
    assert process.returncode == 1
    assert process.stderr == (
        f"Error: {tmp_path}/conf: there is no such folder. "
        "Say with --conf-source where the configuration is.\n"
    )


@pytest.mark.timeout(900)
def test_an_empty_environment_takes_the_wheel_and_runs_the_quick_sweep(
    wheel: Path, archive: Path, tmp_path: Path
) -> None:
    only_where_all_is_required("installing every dependency anew")
    environment = Environment(tmp_path / "venv")
    environment.outside.mkdir()
    shutil.copytree(REPOSITORY / "data/01_raw", environment.outside / "data/01_raw")
    succeeded(sys.executable, "-m", "venv", environment.folder, folder=tmp_path)
    pip = (environment.python, "-m", "pip")
    succeeded(*pip, "install", "--no-compile", wheel, folder=tmp_path, timeout=600)
    command = (environment.python, "-m", "leanset", "--env=quick", f"--conf-source={archive}")
    said = succeeded(*command, folder=environment.outside, timeout=600)
    assert "planned: 11 cells, 22 runs" in said
    runs = ledger(environment.outside / "data/quick")
    assert len(runs) == 22
    assert (runs["status"] == "ok").all()
    assert runs.loc[runs["variant"] == "full", "accuracy"].min() > 0.95
