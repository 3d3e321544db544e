"""A small real project: the repository's own configuration, on 1,500 digits of 8 × 8 pixels."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from kedro.config import OmegaConfigLoader
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.io import DataCatalog
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from leanset.settings import CONFIG_LOADER_ARGS

REPOSITORY = Path(__file__).parents[2]
_TRAIN = 1000

TINY: dict[str, dict[str, Any]] = {
    "globals.yml": {},
    "parameters/dataset.yml": {
        "dataset": {
            "name": "digits",
            "source": {
                file: {"sha256": None}
                for file in ("train_images", "train_labels", "test_images", "test_labels")
            },
        }
    },
    "parameters/embeddings.yml": {"embeddings": {"pca50": {"components": 16}}},
    "parameters/clusterings.yml": {"clusterings": {"pca50_k500": {"clusters": 100}}},
    # a worker takes seconds to start, and these trainings take none
    "parameters/training.yml": {"training": {"workers": 1}, "recipes": {"lenet5": {"epochs": 1}}},
    "parameters/logs.yml": {
        "logs": {
            "short": {"proxies": 2, "epochs": 1},
            "ensemble": {"proxies": 2, "epochs": 2},
            "dynamics": {"proxies": 1, "epochs": 3},
            "gradients": {"proxies": 1, "epochs": 2, "features_at": [2]},
            "crossval": {"proxies": 2, "epochs": 2},
            "warm": {"proxies": 2, "epochs": 2, "features_at": [2]},
        }
    },
    "parameters/sweep.yml": {"sweep": {"budgets": [20, 0.1], "runs": 2}},
    "parameters/variants/random.yml": {"random": {"budgets": [20, 0.1]}},
    "parameters/variants/furthest_k500.yml": {"furthest_k500": {"budgets": [20, 0.1]}},
}


def as_idx(values: NDArray[np.uint8]) -> bytes:
    """The content of an idx file of unsigned bytes, not gzipped."""
    header = bytes([0, 0, 8, values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape)
    return header + values.tobytes()


def write_idx(path: Path, values: NDArray[np.uint8]) -> None:
    """Write an idx file of unsigned bytes, not gzipped."""
    path.write_bytes(as_idx(values))


def read_idx(path: Path) -> NDArray[np.uint8]:
    """The values of an idx file of unsigned bytes, not gzipped."""
    content = path.read_bytes()
    shape = struct.unpack_from(f">{content[3]}I", content, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * len(shape)).reshape(shape)


@cache
def digits_as_mnist() -> dict[str, bytes]:
    """scikit-learn's digits as the four idx files of MNIST, by name."""
    digits = load_digits()
    images = np.round(digits.images * (255 / 16)).astype(np.uint8)
    labels = digits.target.astype(np.uint8)
    files = {}
    for name, rows in (("train", slice(_TRAIN)), ("t10k", slice(_TRAIN, None))):
        files[f"{name}-images-idx3-ubyte.gz"] = as_idx(images[rows])
        files[f"{name}-labels-idx1-ubyte.gz"] = as_idx(labels[rows])
    return files


def write_digits(folder: Path) -> None:
    """Write scikit-learn's digits as the four idx files of MNIST."""
    folder.mkdir(parents=True)
    for name, content in digits_as_mnist().items():
        (folder / name).write_bytes(content)


@dataclass(frozen=True)
class Project:
    """A Kedro project with this one's code and configuration, and an environment ``tiny``."""

    folder: Path

    @classmethod
    def create(cls, folder: Path) -> Project:
        """Copy the configuration, write the digits, and point to the code."""
        project = cls(folder)
        shutil.copytree(REPOSITORY / "conf", project.conf)
        for file in ("pyproject.toml", ".telemetry"):
            shutil.copy(REPOSITORY / file, folder)
        (folder / "src").mkdir()
        (folder / "src/leanset").symlink_to(REPOSITORY / "src/leanset")
        for file, content in TINY.items():
            project.write(f"tiny/{file}", content)
        project.write(
            "tiny/globals.yml",
            {"raw": str(project.raw), "root": str(project.root), "store": str(folder / "store")},
        )
        write_digits(project.raw)
        project.look_at_no_samples()
        return project

    def look_at_no_samples(self) -> None:
        """Have no sweep make scores that nothing reads, unless a test asks for them."""
        base = "base/parameters/sweep.yml"
        content = yaml.safe_load((self.conf / base).read_text())
        self.write(base, {"sweep": content["sweep"] | {"scores": []}})

    @property
    def conf(self) -> Path:
        return self.folder / "conf"

    @property
    def raw(self) -> Path:
        return self.folder / "raw"

    @property
    def root(self) -> Path:
        return self.folder / "tiny"

    def write(self, file: str, content: Any) -> None:
        """Write one configuration file; a string is written as it is."""
        path = self.conf / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))

    def session(self, env: str = "tiny", **runtime_params: Any) -> KedroSession:
        """A Kedro session in this process."""
        bootstrap_project(REPOSITORY)
        return KedroSession.create(
            REPOSITORY, env=env, conf_source=str(self.conf), runtime_params=runtime_params
        )

    def run(self, **runtime_params: Any) -> str:
        """Run the sweep in this process; its version."""
        with self.session(**runtime_params) as session:
            session.run()
            return str(session.session_id)

    def load(self, dataset: str) -> Any:
        """Load the latest version of a dataset, from a catalog that reads no parameters."""
        loader = OmegaConfigLoader(str(self.conf), env="tiny", **CONFIG_LOADER_ARGS)
        return DataCatalog.from_config(loader["catalog"]).load(dataset)

    def kedro(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a kedro command as a person does, in the folder of the project."""
        return subprocess.run(
            [sys.executable, "-m", "kedro", *arguments],
            cwd=self.folder,
            env=os.environ | {"KEDRO_ENV": "tiny"},
            capture_output=True,
            text=True,
            check=False,
            timeout=200,
        )
