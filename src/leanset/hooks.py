"""Kedro hooks: reads stay inside their sweep, the sweep shows its progress, errors are readable."""

from __future__ import annotations

import logging
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from click import ClickException
from kedro.framework.hooks import hook_impl
from kedro.io import AbstractVersionedDataset, CatalogProtocol, DatasetError, Version
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from leanset.disks import refusal
from leanset.errors import LeansetError
from leanset.progress import RunFinished, listening
from leanset.sweep import cells_of
from leanset.terminal import SweepBar, duration, say, widen_pipes

logger = logging.getLogger(__name__)

_REPORT = "report"


class PinnedReads:
    """What a run writes it reads back in its own version, never another sweep's newer one."""

    @hook_impl
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: CatalogProtocol[Any, Any]
    ) -> None:
        """Pin every versioned output of the pipeline to the version of this run."""
        version = Version(run_params["run_id"], run_params["run_id"])
        for name in pipeline.all_outputs():
            try:
                dataset = catalog.get(name)
            except DatasetError as error:
                speak(error)
                raise
            if isinstance(dataset, AbstractVersionedDataset) and dataset._version:
                dataset._version = version


class SweepProgress:
    """Shows the bar while runs are trained, and what the sweep cost when it is done."""

    def __init__(self) -> None:
        self._bar: SweepBar | None = None
        self._variants: set[str] = set()
        self._finished: list[RunFinished] = []
        self._listening = ExitStack()
        self._started = 0.0

    @hook_impl
    def before_pipeline_run(self, pipeline: Pipeline) -> None:
        """Note which variants will be trained, and listen."""
        self._finished = []
        self._started = time.monotonic()
        self._variants = {
            node.namespace
            for node in pipeline.nodes
            if node.namespace and node.short_name == "train"
        }
        self._listening.enter_context(listening(self._on_run))

    @hook_impl
    def before_node_run(self, node: Node, inputs: dict[str, Any]) -> None:
        """Open the bar when the plan first reaches a node that selects."""
        if self._bar is None and node.short_name == "select" and "plan" in inputs:
            cells = [cell for cell in cells_of(inputs["plan"]) if cell.variant in self._variants]
            self._bar = SweepBar(cells)

    @hook_impl
    def after_pipeline_run(self) -> None:
        """Say what the sweep cost."""
        self._stop()
        if self._finished:
            logger.info(_cost(self._finished, time.monotonic() - self._started))

    @hook_impl
    def on_pipeline_error(self) -> None:
        """Take the bar away."""
        self._stop()

    def _on_run(self, event: RunFinished) -> None:
        self._finished.append(event)
        if self._bar is not None:
            self._bar.run_finished(event)

    def _stop(self) -> None:
        self._listening.close()
        if self._bar is not None:
            self._bar.close()
            self._bar = None


class ReportPlace:
    """Says last where the report is; a sweep with failed runs has one too."""

    @hook_impl(trylast=True)
    def after_pipeline_run(self, pipeline: Pipeline, catalog: CatalogProtocol[Any, Any]) -> None:
        """After what the sweep cost."""
        self._say(pipeline, catalog)

    @hook_impl
    def on_pipeline_error(self, pipeline: Pipeline, catalog: CatalogProtocol[Any, Any]) -> None:
        """Before what went wrong."""
        self._say(pipeline, catalog)

    def _say(self, pipeline: Pipeline, catalog: CatalogProtocol[Any, Any]) -> None:
        if _REPORT not in pipeline.all_outputs():
            return
        report = catalog.get(_REPORT)
        if isinstance(report, AbstractVersionedDataset) and report.exists():
            place, here = Path(str(report._get_load_path())), Path.cwd()
            say(f"The report: {place.relative_to(here) if place.is_relative_to(here) else place}")


class PeopleFirst:
    """Gives lines room, and ends a command with one line where a person can mend the cause."""

    @hook_impl
    def after_context_created(self) -> None:
        """Before the first line is printed."""
        widen_pipes()

    @hook_impl
    def on_node_error(self, error: Exception) -> None:
        """Before Kedro says which node failed."""
        speak(error)

    @hook_impl(trylast=True)
    def on_pipeline_error(self, error: Exception) -> None:
        """Of what went wrong between nodes: loading and saving."""
        speak(error)


def speak(error: Exception) -> None:
    """Turn what a person can mend, however it was wrapped, into the command's last words."""
    if isinstance(error, ClickException):
        return
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, LeansetError):
            raise ClickException(str(cause)) from error
        if isinstance(cause, ImportError) and "s3fs" in str(cause):
            raise ClickException("what is in S3 needs: pip install 'leanset[s3]'.") from error
        cause = cause.__cause__
    refused = refusal(error)
    if refused is not None:
        raise ClickException(str(refused)) from error


def _cost(events: list[RunFinished], seconds: float) -> str:
    known = [event for event in events if event.from_record]
    trained = [event for event in events if not event.from_record]
    reused = f"{len(known)} runs were taken from their records." if known else ""
    if not trained:
        return f"nothing was trained: {reused} {duration(seconds)} in all."
    return f"{_training_cost(trained, seconds)} {reused}".rstrip()


def _training_cost(events: list[RunFinished], seconds: float) -> str:
    images = sum(event.samples_seen for event in events)
    busy = sum(event.seconds_train / event.concurrency for event in events if not event.failure)
    if busy == 0:
        return f"{len(events)} runs in {duration(seconds)}, none of them finished."
    return (
        f"{len(events)} runs on {images:,} images in {duration(seconds)}: {seconds / busy:.2f} × "
        f"the {duration(busy)} that training alone takes at {images / busy:,.0f} images/s."
    )
