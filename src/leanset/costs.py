"""What each stage of a sweep took."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from statistics import median
from typing import TYPE_CHECKING

from leanset.hardware import describe_machine
from leanset.provenance import total, work_before
from leanset.store import Entry
from leanset.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Cost:
    """Seconds of one piece of work.

    Attributes:
        stage: embedding, clustering, log, score, choose, select, train or evaluate.
        name: which artifact, or which variant and budget.
        run: the run or replicate it belongs to.
        machine: where it was measured; an artifact from the store may be older than the sweep.
    """

    stage: str
    name: str
    run: int
    seconds: float
    device: str
    machine: str


def costs_of_artifacts(artifacts: Iterable[tuple[str, Sequence[Entry]]]) -> Iterator[Cost]:
    """What building each replicate of each artifact took, when it was built."""
    for name, entries in artifacts:
        for run, entry in enumerate(entries):
            machine = str(entry.manifest["machine"])
            device = str(entry.facts.get("device", "cpu"))
            yield Cost(entry.key.kind, name, run, _seconds(entry), device, machine)


def _seconds(entry: Entry) -> float:
    """Seconds of one process; of a log those of all processes that trained its proxies."""
    if entry.key.kind == "log":
        return float(sum(entry.facts["seconds_train"]) + sum(entry.facts["seconds_recording"]))
    return entry.seconds


def costs_of_choices(choices: Iterable[pd.DataFrame]) -> Iterator[Cost]:
    """What the trainings took that a choice on the validation split was made from."""
    machine = describe_machine()
    for table in choices:
        for row in rows_of(table):
            name = f"{row['variant']} at {row['budget']}, {row['alternative']}"
            yield Cost("choose", name, 0, row["seconds"], row["device"], machine)


def costs_of_runs(runs: pd.DataFrame) -> Iterator[Cost]:
    """What selecting, training and evaluating each finished run took."""
    machine = describe_machine()
    for row in rows_of(runs[runs["status"] == "ok"]):
        name = f"{row['variant']} at {row['budget']}"
        yield Cost("select", name, row["run"], row["seconds_select"], "cpu", machine)
        yield Cost("train", name, row["run"], row["seconds_train"], row["device"], machine)
        yield Cost("evaluate", name, row["run"], row["seconds_evaluate"], row["device"], machine)


def costs_table(costs: Iterable[Cost]) -> pd.DataFrame:
    """The costs as a table, one row each."""
    import pandas as pd

    columns = [field.name for field in fields(Cost)]
    return pd.DataFrame([asdict(cost) for cost in costs], columns=columns)


def score_table(scores: Mapping[str, Sequence[Entry]]) -> pd.DataFrame:
    """What each score is, and what one replicate of it took, in the middle of all.

    ``seconds_before`` and ``proxy_epochs`` are of what it is made from, ``seconds`` its own.
    """
    import pandas as pd

    rows = []
    for name, entries in scores.items():
        facts = entries[0].facts
        before = [total(work_before(entry)) for entry in entries]
        rows.append(
            {
                "score": name,
                "method": facts["settings"]["method"],
                "kind": facts["kind"],
                "uses_labels": facts["uses_labels"],
                "replicates": len(entries),
                "proxy_epochs": before[0].proxy_epochs,
                "seconds_before": median(work.seconds for work in before),
                "seconds": median(entry.seconds for entry in entries),
            }
        )
    return pd.DataFrame(rows)
