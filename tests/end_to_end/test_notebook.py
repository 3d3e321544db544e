"""The notebooks run from top to bottom on a finished sweep."""

import shutil

import nbformat
import pytest
from nbclient import NotebookClient

from tests.end_to_end.project import REPOSITORY, Project


def test_the_notebook_loads_the_ledger_and_draws_the_curve(
    swept: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(REPOSITORY / "notebooks", swept.folder / "notebooks", dirs_exist_ok=True)
    monkeypatch.setenv("KEDRO_ENV", "tiny")
    file = swept.folder / "notebooks/01_read_the_results.ipynb"
    notebook = nbformat.read(file, as_version=4)
    client = NotebookClient(
        notebook, timeout=120, resources={"metadata": {"path": str(file.parent)}}
    )
    client.execute()

    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    (figure,) = (
        output.data["application/vnd.plotly.v1+json"]
        for output in outputs
        if "application/vnd.plotly.v1+json" in output.get("data", {})
    )
    assert {trace["name"] for trace in figure["data"]} == set(swept.load("runs")["variant"])


def test_notebooks_are_committed_without_outputs() -> None:
    for file in (REPOSITORY / "notebooks").glob("*.ipynb"):
        notebook = nbformat.read(file, as_version=4)
        assert all(not cell.get("outputs") for cell in notebook.cells), file.name
