"""Disturb the quick sweep and compare: ``python -m tests.soak [--kills 25] [--pairs 10]``.

Kills end the whole process group, every other one after a random time, the rest while runs are
trained, shortly after a random number of them is recorded; the sweep is then run again to its end.
Pairs are two sweeps at once on one folder. Every ledger must equal that of an undisturbed sweep.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pandas as pd

from tests.soak.ground import Ground, SpoiltError

Wait = Callable[[Ground, "subprocess.Popen[bytes]"], None]
"""What passes until the sweep is killed."""


def main() -> None:
    """Run all disturbances; exits with 1 at the first that shows."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("--kills", type=int, default=25)
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--seed", type=int, default=2025)
    asked = parser.parse_args()
    rng = random.Random(asked.seed)  # noqa: S311 - moments, not secrets
    with tempfile.TemporaryDirectory(prefix="leanset-soak-") as folder:
        try:
            _soak(Path(folder), asked.kills, asked.pairs, rng)
        except SpoiltError as error:
            sys.exit(f"soak: {error}")


def _soak(folder: Path, kills: int, pairs: int, rng: random.Random) -> None:
    undisturbed = Ground(folder / "undisturbed")
    start = time.monotonic()
    said = undisturbed.run("sweep")
    seconds = time.monotonic() - start
    (expected,) = undisturbed.ledgers()
    _say(f"an undisturbed sweep: {said.trained} runs in {seconds:.0f} s")
    for number in range(1, kills + 1):
        wait = (
            _for_a_time(rng.uniform(0, seconds))
            if number % 2
            else _for_records(rng.randint(1, len(expected) - 1), rng.uniform(0, 0.5))
        )
        _say(f"kill {number} of {kills} {_kill(folder / f'kill{number}', expected, wait)}")
    for number in range(1, pairs + 1):
        _say(f"pair {number} of {pairs} {_pair(folder / f'pair{number}', expected, rng)}")
    _say(f"{kills} kills and {pairs} pairs of sweeps: every ledger equals the undisturbed one")


def _kill(folder: Path, expected: pd.DataFrame, wait: Wait) -> str:
    ground = Ground(folder)
    start, process = time.monotonic(), ground.begin("killed")
    wait(ground, process)
    after = time.monotonic() - start
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    durable = ground.records()
    said = ground.run("again")
    ground.check(expected, sweeps=1)
    if (said.recorded, said.trained) != (durable, len(expected) - durable):
        raise SpoiltError(
            f"{durable} records were durable, but {said.recorded} were used and {said.trained} of "
            f"{len(expected)} runs were trained"
        )
    return f"after {after:.1f} s: {durable} records were durable, {said.trained} runs trained"


def _for_a_time(seconds: float) -> Wait:
    def wait(_: Ground, process: subprocess.Popen[bytes]) -> None:
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=seconds)

    return wait


def _for_records(count: int, seconds: float) -> Wait:
    """Until so many runs are recorded, and some seconds on."""

    def wait(ground: Ground, process: subprocess.Popen[bytes]) -> None:
        while process.poll() is None and ground.begun() < count:
            time.sleep(0.01)
        time.sleep(seconds)

    return wait


def _pair(folder: Path, expected: pd.DataFrame, rng: random.Random) -> str:
    ground, apart = Ground(folder), rng.uniform(0, 5)
    first = ground.begin("first")
    time.sleep(apart)
    second = ground.begin("second")
    said = [ground.finish("first", first), ground.finish("second", second)]
    ground.check(expected, sweeps=2)
    trained = [one.trained for one in said]
    if sum(trained) != len(expected):
        raise SpoiltError(f"{trained[0]} and {trained[1]} runs were trained of {len(expected)}")
    ground.records()
    return f"{apart:.1f} s apart: {trained[0]} and {trained[1]} runs trained, none twice"


def _say(line: str) -> None:
    print(f"soak: {line}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
