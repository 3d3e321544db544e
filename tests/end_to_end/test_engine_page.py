"""What docs/engine.md says is true: its example runs, its tables are those of the settings."""

import re

import numpy as np
import pytest

from leanset.images import ImageSet
from leanset.models import MODELS
from leanset.training import Recipe
from leanset.training.recipe.optimizers import Adam, AdamW, Sgd
from leanset.training.recipe.schedules import Constant, Cosine, OneCycle
from tests.end_to_end.project import REPOSITORY, Project

PAGE = (REPOSITORY / "docs/engine.md").read_text()


def test_its_example_runs_as_written(digits: ImageSet, capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(example, {"np": np, "images": digits})  # noqa: S102 - our own page
    printed = [line.rsplit(" ", 1) for line in capsys.readouterr().out.splitlines()]
    assert {key for key, _ in printed} == {"first 100", "first 200"}
    assert all(0 < float(accuracy) <= 1 for _, accuracy in printed)


def test_its_table_of_recipes_has_every_key_and_every_name() -> None:
    section = PAGE.partition("## Recipes")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    keys = {key for row in rows for key in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert keys == set(Recipe.model_fields)
    values = {value for row in rows for value in re.findall(r"`(\w+)`", row.split("|")[2])}
    parts = (Sgd, Adam, AdamW, Constant, Cosine, OneCycle)
    expected = set(MODELS) | {"equal_epochs", "equal_steps", "flip", "crop_padding", "cutout"}
    for part in parts:
        expected |= {part.model_fields["name"].annotation.__args__[0]}  # type: ignore[union-attr]
        expected |= set(part.model_fields) - {"name", "learning_rate"}
    assert values == expected


def test_its_command_for_training_logs_works(project: Project) -> None:
    (command,) = re.findall(r"^kedro (run --pipelines=\S+)$", PAGE, re.MULTILINE)
    ended = project.kedro(*command.split())
    assert ended.returncode == 0, ended.stderr
    assert len(project.load("log_ensemble")) == 1


def test_every_figure_on_it_was_measured_or_says_that_it_was_not() -> None:
    table = PAGE.partition("<!-- make bench -->")[2].partition("<!-- end -->")[0]
    figures = dict(re.findall(r"^\| `(\w+)` \| ([^|]*?) \|", table, re.MULTILINE))
    for baseline in ("dataloader", "tight_loop", "two_processes"):
        assert float(figures[f"engine_cpu_vs_{baseline}"].removesuffix(" x")) > 1
    assert figures["engine_gpu_r1_grid"] == "not measured"
