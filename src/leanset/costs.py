"""What each stage of a sweep took."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from leanset.hardware import describe_machine
from leanset.store import Entry
from leanset.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Cost:
    """Seconds of one piece of work.

    Attributes:
        stage: embedding, clustering, select, train or evaluate.
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
            yield Cost(entry.key.kind, name, run, entry.seconds, "cpu", machine)


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
