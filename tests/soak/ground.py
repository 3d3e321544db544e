"""Where the quick sweep is run to be disturbed: a folder of its own for results and store."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import yaml

from leanset.store import Store

REPOSITORY = Path(__file__).parents[2]
_ENVIRONMENT = "soak"
_FOUND = ("variant", "budget", "kept", "run", "run_key", "subset_hash", "status",
          "steps", "samples_seen", "accuracy", "loss", "worst_class_recall")  # fmt: skip
_TRAINED = re.compile(r"^(\d+) runs on ", re.MULTILINE)
_RECORDED = re.compile(r"(\d+)\s+runs\s+were\s+taken\s+from\s+their\s+records")


class SpoiltError(AssertionError):
    """Something is not as it was in the undisturbed sweep."""


@dataclass(frozen=True)
class Said:
    """What a sweep said of itself at its end: how many runs it trained, and how many it knew."""

    trained: int
    recorded: int


class Ground:
    """The repository's configuration, with the environment ``quick`` moved into a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(REPOSITORY / "conf", self._conf)
        shutil.copytree(self._conf / "quick", self._conf / _ENVIRONMENT)
        places = {"root": str(folder / "results"), "store": str(folder / "store")}
        (self._conf / _ENVIRONMENT / "globals.yml").write_text(yaml.safe_dump(places))
        training = {"training": {"device": "cpu"}}
        (self._conf / _ENVIRONMENT / "parameters" / "training.yml").write_text(
            yaml.safe_dump(training)
        )

    @property
    def _conf(self) -> Path:
        return self.folder / "conf"

    def begin(self, name: str) -> subprocess.Popen[bytes]:
        """Start a sweep as the first of a process group; its words go to a file of that name."""
        with self._log(name).open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "kedro", "run", f"--env={_ENVIRONMENT}",
                 f"--conf-source={self._conf}"],
                cwd=REPOSITORY,
                env=os.environ | {"CUDA_VISIBLE_DEVICES": ""},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip

    def finish(self, name: str, process: subprocess.Popen[bytes]) -> Said:
        """Wait for the end of a sweep that must succeed."""
        code, log = process.wait(), self._log(name).read_text()
        if code != 0:
            raise SpoiltError(f"the sweep '{name}' ended with {code}:\n{log[-3000:]}")
        trained, recorded = _TRAINED.search(log), _RECORDED.search(log)
        return Said(int(trained[1]) if trained else 0, int(recorded[1]) if recorded else 0)

    def run(self, name: str) -> Said:
        """A sweep to its end."""
        return self.finish(name, self.begin(name))

    def begun(self) -> int:
        """The runs whose records have their names, whole or not."""
        return sum(1 for _ in (self.folder / "store" / "run").glob("*"))

    def records(self) -> int:
        """The runs whose records are in the store, each of them whole."""
        store = Store(self.folder / "store")
        return sum(
            store.get(kept.key) is not None for kept in store.kept() if kept.key.kind == "run"
        )

    def ledgers(self) -> list[pd.DataFrame]:
        """What every finished sweep found, oldest first, without what it took."""
        versions = sorted((self.folder / "results" / "runs.parquet").glob("*/runs.parquet"))
        return [pd.read_parquet(version)[list(_FOUND)] for version in versions]

    def check(self, expected: pd.DataFrame, sweeps: int) -> None:
        """Compare the newest ledgers with that of an undisturbed sweep, and look for damage.

        Raises:
            SpoiltError: some run differs, or a ledger is missing, or something was set aside.
        """
        found = self.ledgers()[-sweeps:]
        if len(found) != sweeps:
            raise SpoiltError(f"{len(found)} ledgers of {sweeps} sweeps")
        for ledger in found:
            difference = ledger.compare(expected) if len(ledger) == len(expected) else ledger
            if len(difference):
                raise SpoiltError(f"the ledger differs:\n{difference}")
        aside = [path.name for path in (self.folder / "store").glob("*/*.damaged-*")]
        if aside:
            raise SpoiltError(f"damaged entries were set aside: {aside}")

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"
