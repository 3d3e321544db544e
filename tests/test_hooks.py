"""Hooks: reads stay in their sweep, the bar follows the runs, errors speak to people."""

import errno
import logging
from io import StringIO
from pathlib import Path

import pytest
from click import ClickException
from kedro.framework.hooks.manager import _create_hook_manager
from kedro.io import DataCatalog, DatasetError, MemoryDataset, Version
from kedro.pipeline import Node, Pipeline
from kedro_datasets.pandas import ParquetDataset
from rich.console import Console

from leanset import hooks, terminal
from leanset.errors import LeansetError
from leanset.hooks import PeopleFirst, PinnedReads, ReportPlace, SweepProgress
from leanset.io import StoredDataset
from leanset.io.text import TextDataset
from leanset.progress import RunFinished, announce
from leanset.sweep import Cell, plan_table

NAN = float("nan")


def raised(error: BaseException, cause: BaseException | None = None) -> BaseException:
    """An error as it is when it has been raised from its cause."""
    try:
        raise error from cause
    except type(error) as caught:
        return caught


# --- errors


def test_our_own_error_becomes_the_last_words_of_the_command() -> None:
    error = LeansetError("there is no such folder.", where="/raw", remedy="Make it.")
    with pytest.raises(ClickException) as caught:
        PeopleFirst().on_node_error(error)
    assert caught.value.message == "/raw: there is no such folder. Make it."
    assert caught.value.__cause__ is error


def test_our_own_error_is_found_however_deep_others_wrapped_it() -> None:
    error = raised(OSError("b"), raised(KeyError("a"), LeansetError("it is damaged.")))
    with pytest.raises(ClickException, match=r"^it is damaged\.$"):
        PeopleFirst().on_node_error(raised(RuntimeError("c"), error))


def test_the_outermost_of_our_own_errors_speaks() -> None:
    error = raised(LeansetError("what it means."), LeansetError("what it was."))
    with pytest.raises(ClickException, match=r"^what it means\.$"):
        PeopleFirst().on_node_error(error)


def test_an_object_store_without_its_client_says_what_to_install() -> None:
    missing = raised(DatasetError("cannot be made"), ImportError("Install s3fs to access S3"))

    class Closed(DataCatalog):
        def get(self, *_: object, **__: object) -> None:
            raise missing

    writes = Pipeline([Node(lambda: 1, None, "runs", name="write")])
    with pytest.raises(ClickException, match=r"needs: pip install 'leanset\[s3\]'"):
        PinnedReads().before_pipeline_run({"run_id": "now"}, writes, Closed())


def test_an_error_nobody_foresaw_keeps_its_traceback() -> None:
    error = raised(RuntimeError("c"), ValueError("b"))
    PeopleFirst().on_node_error(error)
    PeopleFirst().on_pipeline_error(error)


def test_our_own_error_is_found_where_kedro_saved_or_loaded_too() -> None:
    error = raised(DatasetError("Failed while saving"), LeansetError("it is full."))
    with pytest.raises(ClickException, match=r"^it is full\.$"):
        PeopleFirst().on_pipeline_error(error)


@pytest.mark.parametrize("hook", [PeopleFirst.on_node_error, PeopleFirst.on_pipeline_error])
def test_a_full_disk_is_told_of_wherever_it_came_up(hook) -> None:
    full = OSError(errno.ENOSPC, "No space left on device", "/data/a")
    with pytest.raises(ClickException, match=r"^/data/a: it could not be written, because the di"):
        hook(PeopleFirst(), raised(DatasetError("Failed while saving"), full))


def test_last_words_are_said_once() -> None:
    PeopleFirst().on_pipeline_error(raised(ClickException("it is."), LeansetError("it is.")))


def test_pipes_are_widened_before_the_first_line(monkeypatch: pytest.MonkeyPatch) -> None:
    widened = []
    monkeypatch.setattr(hooks, "widen_pipes", lambda: widened.append(True))
    PeopleFirst().after_context_created()
    assert widened == [True]


# --- pinned reads


def test_what_a_run_writes_it_reads_in_its_own_version(tmp_path: Path) -> None:
    def parquet(name: str, version: Version | None) -> ParquetDataset:
        return ParquetDataset(filepath=str(tmp_path / name), version=version)

    ours, now = "2026-01-01T00.00.00.000Z", Version(None, "2026-01-01T00.00.00.000Z")
    catalog = DataCatalog(
        {
            "read": parquet("read", now),
            "written": parquet("written", now),
            "pointer": StoredDataset(
                filepath=str(tmp_path / "p"), store={"filepath": str(tmp_path)}, version=now
            ),
            "unversioned": parquet("unversioned", None),
            "passing": MemoryDataset(),
        }
    )
    outputs = ["written", "pointer", "unversioned", "passing"]
    pipeline = Pipeline([Node(lambda read: [read] * 4, "read", outputs, name="n")])
    PinnedReads().before_pipeline_run({"run_id": ours}, pipeline, catalog)

    assert catalog["written"].resolve_load_version() == ours
    assert catalog["pointer"].resolve_load_version() == ours
    assert catalog["unversioned"].resolve_load_version() is None
    assert catalog["read"]._version == now  # the latest there is


# --- the progress of a sweep


def event(
    variant: str,
    run: int,
    *,
    seconds: float = 1.0,
    failure: str | None = None,
    from_record: bool = False,
) -> RunFinished:
    return RunFinished(
        variant=variant, budget="1000", run=run, kept=1000, samples_seen=0 if failure else 1000,
        seconds_train=NAN if failure else seconds, concurrency=2,
        accuracy=None if failure else 0.5, failure=failure, from_record=from_record,
    )  # fmt: skip


def variant_nodes(name: str, nodes: tuple[str, ...] = ("select", "train")) -> Pipeline:
    """The wiring of a variant, as far as the hook looks at it."""
    wires = {
        "select": Node(lambda plan: plan, {"plan": "plan"}, f"subsets_{name}", name="select"),
        "train": Node(lambda s: s, {"s": f"subsets_{name}"}, f"results_{name}", name="train"),
    }
    return Pipeline(
        [wires[node] for node in nodes], namespace=name, prefix_datasets_with_namespace=False
    )


CELLS = [Cell(name, "lenet5", "1000", 1000, 2, ()) for name in ("far", "near", "random")]


class Clock:
    def __init__(self) -> None:
        self.now = 50.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    ours = Clock()
    monkeypatch.setattr(hooks, "time", ours)
    monkeypatch.setattr(terminal, "time", ours)
    return ours


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    received = StringIO()
    console = Console(file=received, force_terminal=False, width=120)
    monkeypatch.setattr(terminal, "get_console", lambda: console)
    return received


def begin(progress: SweepProgress, pipeline: Pipeline) -> None:
    progress.before_pipeline_run(pipeline)
    for node in pipeline.nodes:
        inputs = {"plan": plan_table(CELLS)} if "plan" in node.inputs else {}
        progress.before_node_run(node, inputs)


@pytest.mark.usefixtures("clock")
def test_the_bar_counts_the_cells_of_the_variants_that_are_trained(log: StringIO) -> None:
    progress = SweepProgress()
    begin(progress, variant_nodes("near") + variant_nodes("far") + variant_nodes("random", ()))
    announce(event("near", 0))
    announce(event("near", 1))
    progress.after_pipeline_run()
    assert log.getvalue() == (
        "near at 1000: median 50.00 %, 2 of 2 runs   [1/2 cells, 2/4 runs, 0 s left]\n"
    )


@pytest.mark.usefixtures("clock")
def test_a_run_that_only_trains_what_was_selected_before_has_no_bar(log: StringIO) -> None:
    progress = SweepProgress()
    begin(progress, variant_nodes("near", ("train",)))
    announce(event("near", 0))
    progress.after_pipeline_run()
    assert log.getvalue() == ""


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("end", [SweepProgress.after_pipeline_run, SweepProgress.on_pipeline_error])
def test_after_its_end_a_run_hears_nothing(log: StringIO, end) -> None:
    progress = SweepProgress()
    begin(progress, variant_nodes("near"))
    end(progress)
    announce(event("near", 0))
    announce(event("near", 1))
    assert log.getvalue() == ""


@pytest.mark.usefixtures("clock")
def test_the_bar_is_taken_away_before_the_last_words_of_the_command(log: StringIO) -> None:
    progress, manager = SweepProgress(), _create_hook_manager()
    for hook in (progress, PeopleFirst()):  # as in the settings
        manager.register(hook)
    pipeline = variant_nodes("near")
    begin(progress, pipeline)
    error = LeansetError("the disk is full.")
    with pytest.raises(ClickException):
        manager.hook.on_pipeline_error(
            error=error, run_params={}, pipeline=pipeline, catalog=DataCatalog()
        )
    announce(event("near", 0))
    announce(event("near", 1))
    assert log.getvalue() == ""


# --- the line of costs


def cost_of(
    events: list[RunFinished], seconds: float, clock: Clock, caplog: pytest.LogCaptureFixture
) -> str:
    progress = SweepProgress()
    with caplog.at_level(logging.INFO, "leanset"):
        begin(progress, variant_nodes("near", ("train",)))
        for one in events:
            announce(one)
        clock.now += seconds
        progress.after_pipeline_run()
    return "\n".join(record.getMessage() for record in caplog.records)


@pytest.fixture
def caplog_of_leanset(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> pytest.LogCaptureFixture:
    """A caplog that hears our logger even where Kedro's configuration cut it off."""
    monkeypatch.setattr(logging.getLogger("leanset"), "propagate", True)
    return caplog


def test_the_costs_of_a_worked_example(
    clock: Clock, caplog_of_leanset: pytest.LogCaptureFixture
) -> None:
    events = [event("near", 0, seconds=4.0), event("near", 1, seconds=6.0)]
    # two at a time: 4 / 2 + 6 / 2 = 5 s of training for 2,000 images, in 12.5 s
    assert cost_of(events, 12.5, clock, caplog_of_leanset) == (
        "2 runs on 2,000 images in 12 s: 2.50 × the 5 s that training alone takes at 400 images/s."
    )


def test_failed_runs_cost_no_training(
    clock: Clock, caplog_of_leanset: pytest.LogCaptureFixture
) -> None:
    events = [event("near", 0, failure="it died"), event("near", 1, seconds=4.0)]
    assert cost_of(events, 100, clock, caplog_of_leanset) == (
        "2 runs on 1,000 images in 1 min 40 s: 50.00 × the 2 s that training alone takes at "
        "500 images/s."
    )


def test_where_every_run_failed_there_is_no_rate(
    clock: Clock, caplog_of_leanset: pytest.LogCaptureFixture
) -> None:
    events = [event("near", run, failure="it died") for run in range(2)]
    assert cost_of(events, 3, clock, caplog_of_leanset) == "2 runs in 3 s, none of them finished."


def test_a_run_that_trains_nothing_says_nothing_of_costs(
    clock: Clock, caplog_of_leanset: pytest.LogCaptureFixture
) -> None:
    assert cost_of([], 3, clock, caplog_of_leanset) == ""


def test_runs_from_records_are_counted_apart_and_cost_no_training(
    clock: Clock, caplog_of_leanset: pytest.LogCaptureFixture
) -> None:
    events = [
        event("near", 0, seconds=1000.0, from_record=True),
        event("near", 1, seconds=4.0),
    ]
    # 4 s, two at a time, for 1,000 images
    assert cost_of(events, 3, clock, caplog_of_leanset) == (
        "1 runs on 1,000 images in 3 s: 1.50 × the 2 s that training alone takes at 500 images/s. "
        "1 runs were taken from their records."
    )


def test_where_all_runs_are_from_records_nothing_was_trained(
    clock: Clock, caplog_of_leanset: pytest.LogCaptureFixture
) -> None:
    events = [event("near", run, from_record=True) for run in range(2)]
    assert cost_of(events, 3, clock, caplog_of_leanset) == (
        "nothing was trained: 2 runs were taken from their records. 3 s in all."
    )


def test_a_second_sweep_in_one_process_counts_from_its_own_beginning(
    clock: Clock, caplog_of_leanset: pytest.LogCaptureFixture
) -> None:
    progress = SweepProgress()
    with caplog_of_leanset.at_level(logging.INFO, "leanset"):
        for _ in range(2):
            begin(progress, variant_nodes("near", ("train",)))
            for run in range(2):
                announce(event("near", run, seconds=4.0))
            clock.now += 8
            progress.after_pipeline_run()
            clock.now += 1000  # a cup of coffee
    second = caplog_of_leanset.records[-1].getMessage()
    assert second == (
        "2 runs on 2,000 images in 8 s: 2.00 × the 4 s that training alone takes at 500 images/s."
    )


# --- the report


@pytest.mark.parametrize("ending", ["after_pipeline_run", "on_pipeline_error"])
@pytest.mark.parametrize("inside", [True, False])
def test_the_place_of_the_report_is_said_however_the_run_ended(
    ending: str, inside: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[str] = []
    monkeypatch.setattr(hooks, "say", lines.append)
    if inside:
        monkeypatch.chdir(tmp_path)
    report = TextDataset(filepath=str(tmp_path / "report.html"), version=Version(None, "v1"))
    catalog, pipeline = (
        DataCatalog({"report": report}),
        Pipeline([Node(lambda runs: runs, "runs", "report", name="write")]),
    )
    getattr(ReportPlace(), ending)(pipeline=pipeline, catalog=catalog)
    assert lines == []
    report.save("a page")
    report.release()
    getattr(ReportPlace(), ending)(pipeline=pipeline, catalog=catalog)
    place = Path("report.html/v1/report.html")
    assert lines == [f"The report: {place if inside else tmp_path / place}"]


def test_a_run_that_makes_no_report_says_nothing_of_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines: list[str] = []
    monkeypatch.setattr(hooks, "say", lines.append)
    ReportPlace().after_pipeline_run(
        Pipeline([Node(lambda a: a, "a", "b", name="other")]), DataCatalog()
    )
    assert lines == []
