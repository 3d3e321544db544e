"""The house keeps its own rules: where Kedro may be, what an import costs, how long things are."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
SOURCE = REPOSITORY / "src" / "leanset"
FILES = sorted(SOURCE.rglob("*.py"))

SHELL = {
    "__main__", "cli", "comparing", "environments", "hooks", "io", "ledgers", "pipeline_registry",
    "pipelines", "planning", "retention", "settings", "showing", "task",
}  # fmt: skip
"""All that may import Kedro."""

HEAVY = {
    "torch", "pandas", "sklearn", "scipy", "plotly", "pandera", "numba", "PIL", "cleanlab",
    "filelock", "pyarrow", "s3fs",
}  # fmt: skip
"""What takes seconds to import and no command but a run needs."""

LIST_PIPELINES = """
from kedro.framework.project import configure_project, pipelines
configure_project("leanset")
from leanset.io.config_loader import SweepConfigLoader
from leanset.settings import CONFIG_LOADER_ARGS
SweepConfigLoader(conf_source="conf", **CONFIG_LOADER_ARGS)
assert "prune_sweep" in list(pipelines)
"""


def named(file: Path) -> str:
    return str(file.relative_to(SOURCE))


def modules() -> set[str]:
    """The modules and packages that lie directly in the package."""
    files = {path.stem for path in SOURCE.glob("*.py")} - {"__init__"}
    return files | {path.parent.name for path in SOURCE.glob("*/__init__.py")}


def core() -> set[str]:
    """The modules that the contract in pyproject.toml keeps from importing Kedro."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    (contract,) = (
        contract
        for contract in project["tool"]["importlinter"]["contracts"]
        if "kedro" in contract.get("forbidden_modules", [])
    )
    assert "ignore_imports" not in contract
    return {module.removeprefix("leanset.") for module in contract["source_modules"]}


def test_every_module_is_of_the_core_or_of_the_shell() -> None:
    assert core() | SHELL == modules()
    assert core() & SHELL == set()


def test_every_folder_of_code_is_a_package() -> None:
    assert {file.parent for file in FILES} == {
        file.parent for file in FILES if file.name == "__init__.py"
    }


@pytest.mark.parametrize(
    "code",
    ["import leanset.pipeline_registry", "import leanset.settings", LIST_PIPELINES],
    ids=["the registry", "the settings", "building every pipeline"],
)
def test_what_every_command_imports_is_light(code: str) -> None:
    report = f"import sys\nprint(sorted({HEAVY!r} & sys.modules.keys()))"
    ended = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines()[-1] == "[]"


def functions(file: Path) -> Iterator[tuple[str, int]]:
    """The name and the number of lines of every function, without its decorators."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{named(file)}: {node.name}", (node.end_lineno or 0) - node.lineno + 1


def test_no_file_is_longer_than_300_lines() -> None:
    lengths = {named(file): len(file.read_text().splitlines()) for file in FILES}
    assert {name: length for name, length in lengths.items() if length > 300} == {}


def test_no_function_is_longer_than_50_lines() -> None:
    lengths = [function for file in FILES for function in functions(file)]
    assert lengths
    assert [(name, length) for name, length in lengths if length > 50] == []
