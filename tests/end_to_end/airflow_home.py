"""A real Airflow with its database in a file, for as long as a test lasts."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.end_to_end.project import REPOSITORY, Project

BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class AirflowHome:
    """A folder with DAGs and a database; commands are run from an empty folder inside it."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    @classmethod
    def create(cls, folder: Path, **settings: str) -> AirflowHome:
        """Make the database; settings are named as Airflow's environment variables end."""
        home = cls(folder, settings)
        home.elsewhere.mkdir(parents=True)
        home.dags.mkdir()
        home.airflow("db", "migrate")
        return home

    @property
    def dags(self) -> Path:
        return self.folder / "dags"

    @property
    def elsewhere(self) -> Path:
        return self.folder / "elsewhere"

    def write_dag(self, project: Project, env: str) -> None:
        """Write the DAG of an environment with the line that ``make airflow`` runs."""
        made = subprocess.run(
            [
                "make", f"--file={REPOSITORY / 'Makefile'}", "--old-file=.venv/airflow", "airflow",
                f"BIN={BIN}", f"ENV={env}", f"DAGS={self.dags}",
            ],
            cwd=project.folder, capture_output=True, text=True, check=False, timeout=100,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr

    def airflow(self, *arguments: str, seconds: int = 100) -> str:
        """Run an airflow command; what it printed."""
        return self._run([str(BIN / "airflow"), *arguments], seconds)

    def python(self, code: str) -> str:
        """Run Python as Airflow runs it; what it printed."""
        return self._run([sys.executable, "-c", code], seconds=100)

    def _run(self, command: list[str], seconds: int) -> str:
        # Airflow may wait for a retry when it is asked to end, so it is not only asked
        done = subprocess.run(
            ["timeout", "-k", "5", str(seconds), *command],
            cwd=self.elsewhere, env=self._environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Have a scheduler run what is due."""
        services = [self._start(name) for name in ("api-server", "scheduler", "dag-processor")]
        try:
            yield
        finally:
            for service in services:
                os.killpg(service.pid, signal.SIGTERM)
            for service in services:
                try:
                    service.wait(timeout=20)
                finally:
                    _kill_group(service.pid)

    def _start(self, service: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{service}.log").open("wb") as log:
            return subprocess.Popen(
                ["timeout", "-k", "5", "400", str(BIN / "airflow"), service],
                cwd=self.elsewhere, env=self._environment, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    @property
    def _environment(self) -> dict[str, str]:
        ours = {
            "HOME": self.folder,
            "CORE__DAGS_FOLDER": self.dags,
            "CORE__LOAD_EXAMPLES": False,
            **self.settings,
        }
        named = {f"AIRFLOW_{'_' if '__' in name else ''}{name}": ours[name] for name in ours}
        return {**os.environ, **{name: str(value) for name, value in named.items()}}

    def rows(self, query: str) -> list[Any]:
        """Ask the database."""
        with closing(sqlite3.connect(self.folder / "airflow.db", timeout=30)) as database:
            return database.execute(query).fetchall()

    def states(self) -> dict[str, str | None]:
        """The state of every task."""
        return dict(self.rows("select task_id, state from task_instance"))

    def run_after(self) -> datetime:
        """When the only DAG run there is was due."""
        ((moment,),) = self.rows("select run_after from dag_run")
        return datetime.fromisoformat(moment).replace(tzinfo=UTC)

    def wait_for(self, state: str) -> None:
        """Wait until the only DAG run there is has a state."""
        until(lambda: self.rows("select state from dag_run") == [(state,)], seconds=250)


def local_executor(workers: int) -> dict[str, Any]:
    """The settings of a LocalExecutor whose services meet on ports of their own."""
    port, logs = free_ports(2)
    return {
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__PARALLELISM": workers,
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": False,
        "CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "API__HOST": "127.0.0.1",
        "API__PORT": port,
        "API__WORKERS": 1,
        "API_AUTH__JWT_SECRET": "of-this-test-alone-" * 4,
        "LOGGING__WORKER_LOG_SERVER_PORT": logs,
    }


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports


def until(condition: Callable[[], bool], *, seconds: float) -> None:
    """Wait for something to become true."""
    patience = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < patience
        time.sleep(0.5)


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return
