"""The newest tables that sweeps left behind, in this environment or beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro.io import AbstractVersionedDataset, CatalogProtocol

from leanset.errors import LeansetError
from leanset.past import Past, past_of
from leanset.training import TrainingSettings

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Newest:
    """A table, and the version of the sweep that wrote it."""

    version: str
    table: pd.DataFrame


def newest(catalog: CatalogProtocol[Any, Any], name: str) -> Newest | None:
    """The newest version of a table; None where no sweep has written one."""
    dataset = catalog.get(name)
    if not isinstance(dataset, AbstractVersionedDataset) or not dataset.exists():
        return None
    return Newest(str(dataset.resolve_load_version()), dataset.load())


def past_for(
    recipes: set[str], catalog: CatalogProtocol[Any, Any], beside: Callable[[], Iterable[str]]
) -> Past:
    """What earlier sweeps took that trained as this machine would.

    Args:
        recipes: what is to be trained by; what the environment has not timed of them, another may.
        catalog: of the environment.
        beside: where the ledgers of other environments lie; asked for only if it matters.
    """
    # asked for only where something is to be trained, as torch takes seconds to import
    device = _device(catalog.load("params:training")) if recipes else None
    runs, costs = newest(catalog, "runs"), newest(catalog, "costs")
    past = past_of(runs.table if runs else None, costs.table if costs else None, device)
    if past.per_image.keys() >= recipes:
        return past
    return past.timed_also_by(list(_pasts(beside(), device)))


def _device(training: TrainingSettings) -> str:
    """The kind that networks are trained on here; what is asked for, where that is not here."""
    from leanset.training.engine import device_kind

    try:
        return device_kind(training.device)
    except LeansetError:
        return training.device


def _pasts(ledgers: Iterable[str], device: str | None) -> Iterator[Past]:
    """What trainings took by the newest version of each of several ledgers, the newest first."""
    import pandas as pd

    for _, file in sorted(_newest_files(ledgers), reverse=True):
        yield past_of(pd.read_parquet(file), device=device)


def _newest_files(ledgers: Iterable[str]) -> Iterator[tuple[str, Path]]:
    """The version and the file of each that is there."""
    for ledger in {Path(ledger) for ledger in ledgers}:
        files = sorted(ledger.glob(f"*/{ledger.name}"))
        if files:
            yield files[-1].parent.name, files[-1]
