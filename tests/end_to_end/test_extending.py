"""What docs/extending.md builds works as written: its files are taken out of it and run."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml
from PIL import Image
from sklearn.datasets import load_digits

from tests.end_to_end.project import REPOSITORY

PAGE = (REPOSITORY / "docs/extending.md").read_text()
FILES: dict[str, str] = dict(re.findall(r"```(?:python|yaml)\n# (\S+)\n(.*?)```", PAGE, re.DOTALL))
CHANGES: dict[str, str] = dict(re.findall(r"```diff\n# (\S+)\n(.*?)```", PAGE, re.DOTALL))

OWN_IMAGES = ("to_idx.py", "conf/mine/globals.yml", "conf/mine/parameters/dataset.yml")
CLASS_NAMES = yaml.safe_load(FILES[OWN_IMAGES[2]])["dataset"]["class_names"]
TEST_IMAGES = 150
DEFAULT = [path.stem for path in (REPOSITORY / "conf/base/parameters/variants").glob("*.yml")]
VARIANTS = {
    Path(file).stem: yaml.safe_load(content)
    for file, content in FILES.items()
    if "/variants/" in file
}
(SWEEP,) = set(re.findall(r"^\.venv/bin/kedro (run .*)$", PAGE, re.MULTILINE))
OWN_TESTS = (
    "tests/selectors/test_extremes.py",
    "tests/selectors/test_exact_budgets.py::test_every_method_is_among_the_selectors_tested_here",
    "tests/selectors/test_exact_budgets.py::test_the_global_random_state_is_neither_read_nor_moved",
    "tests/scores/test_log_scores.py",
)


class Copy:
    """A copy of the project, which may have code of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # with what is compiled, which is most of the time that a copy takes to start
        for part in ("conf", "src/leanset", "tests/selectors", "tests/scores"):
            shutil.copytree(REPOSITORY / part, folder / part)
        shared = [path.relative_to(REPOSITORY) for path in (REPOSITORY / "tests").glob("*.py")]
        for file in (Path("pyproject.toml"), Path(".telemetry"), *shared):
            shutil.copy(REPOSITORY / file, folder / file)

    def write(self, file: str) -> None:
        """Write a file of the page."""
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(FILES[file])

    def change(self, file: str) -> None:
        """Add the lines that the page adds to a file, each after the line it stands below."""
        path = self.folder / file
        text = path.read_text()
        for above, added in re.findall(r"^ (.*)\n((?:\+.*\n)+)", CHANGES[file], re.MULTILINE):
            assert text.count(f"\n{above}\n") == 1, above
            new = re.sub(r"^\+", "", added, flags=re.MULTILINE)
            text = text.replace(f"\n{above}\n", f"\n{above}\n{new}")
        path.write_text(text)

    def python(self, *arguments: str) -> str:
        """What Python prints, run with the copy's own code."""
        ended = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": str(self.folder / "src")},
            capture_output=True,
            text=True,
            check=False,
            timeout=200,
        )
        assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]
        return ended.stdout

    def newest(self, file: str) -> Path:
        """The newest version of a result."""
        return max((self.folder / "data/mine" / file).glob(f"*/{file}"))

    def ledger(self) -> pd.DataFrame:
        return pd.read_parquet(self.newest("runs.parquet"))


def draw_pictures(folder: Path) -> None:
    """Digits that pass for animals, in folders named after their classes."""
    digits = load_digits(n_class=len(CLASS_NAMES))
    for number, (pixels, label) in enumerate(zip(digits.images, digits.target, strict=True)):
        split = "test" if number < TEST_IMAGES else "train"
        of_class = folder / split / CLASS_NAMES[label]
        of_class.mkdir(parents=True, exist_ok=True)
        Image.fromarray((pixels * 15).astype("uint8")).save(of_class / f"{number:04}.png")


@pytest.fixture(scope="module")
def of_own_images(tmp_path_factory: pytest.TempPathFactory) -> tuple[Copy, str]:
    """A project with images of its own, and what the script said of them."""
    copy = Copy(tmp_path_factory.mktemp("extended") / "project")
    draw_pictures(copy.folder / "pictures")
    for file in OWN_IMAGES:
        copy.write(file)
    return copy, copy.python("to_idx.py")


@pytest.fixture(scope="module")
def planned(of_own_images: tuple[Copy, str]) -> str:
    """What is to be done with nothing of the page but its images."""
    (command,) = re.findall(r"^\.venv/bin/kedro (leanset plan .*?) +#", PAGE, re.MULTILINE)
    return of_own_images[0].python("-m", "kedro", *command.split())


@pytest.fixture(scope="module")
def extended(of_own_images: tuple[Copy, str], planned: str) -> Copy:
    """The same with all else that the page adds, swept as it says but with two runs a cell."""
    assert planned
    copy = of_own_images[0]
    for file in FILES:
        copy.write(file)
    for file in CHANGES:
        copy.change(file)
    copy.python("-m", "kedro", *SWEEP.split(), "--params=sweep.runs=2")
    return copy


def test_the_script_names_the_classes_as_the_settings_do(of_own_images: tuple[Copy, str]) -> None:
    _, names = of_own_images[1].split(":")
    assert ast.literal_eval(names.strip()) == CLASS_NAMES


def test_images_alone_are_enough_for_the_default_sweep(planned: str) -> None:
    for name in DEFAULT:
        assert name in planned
    for name in VARIANTS:
        assert name not in planned


def test_images_of_ones_own_go_through_the_default_sweep(extended: Copy) -> None:
    ledger = extended.ledger()
    assert {*DEFAULT} < set(ledger["variant"])
    assert set(ledger["status"]) == {"ok"}
    # digits that pass for animals are soon told apart
    assert ledger.loc[ledger["variant"] == "full", "accuracy"].min() > 0.8


def test_every_part_of_the_page_adds_a_variant() -> None:
    sections = re.split(r"^## ", PAGE, flags=re.MULTILINE)[2:]
    assert [section.partition("\n")[0] for section in sections] == [
        "A variant",
        "A rule",
        "A score",
    ]
    for section in sections:
        assert sum(f"/variants/{name}.yml\n" in section for name in VARIANTS) == 1
    assert len(VARIANTS) == 3


def test_its_variants_are_in_the_ledger(extended: Copy) -> None:
    ledger = extended.ledger()
    for name in VARIANTS:
        runs = ledger[ledger["variant"] == name]
        assert len(runs), name
        assert set(runs["status"]) == {"ok"}, name
    assert set(ledger.loc[ledger["variant"] == "hybrid_k20", "kept"]) == {100, 142}


def test_its_variants_are_in_the_report(extended: Copy) -> None:
    report = extended.newest("report.html").read_text(encoding="utf-8")
    for name, content in VARIANTS.items():
        assert f'id="card-{name}"' in report
        assert content[name]["description"].partition("'")[0] in report


def test_its_own_tests_pass(extended: Copy) -> None:
    said = extended.python("-m", "pytest", "-q", "-p", "no:cacheprovider", *OWN_TESTS)
    assert " passed" in said
    assert "failed" not in said


def test_a_variant_of_the_page_is_explained(extended: Copy) -> None:
    (command,) = re.findall(r"^\.venv/bin/kedro (leanset explain .*?) +#", PAGE, re.MULTILINE)
    said = extended.python("-m", "kedro", *command.split())
    assert "pca50_k20" in said
