"""What a sweep would still do, found out by walking through it without building anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kedro.io import CatalogProtocol
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from leanset.choices import choices_of
from leanset.config import SweepSettings, VariantSettings
from leanset.ledger import run_key
from leanset.pipelines.materials import sources_of_runs
from leanset.pipelines.pruning.drawing import Drawing, drawings_of, rules_of
from leanset.pipelines.stored import hash_of, images_of
from leanset.records import model_key, run_record
from leanset.seeds import training_seed
from leanset.store import DryStore, Entry, NotBuiltError, Promised
from leanset.subsets import subset_of
from leanset.sweep import Cell, cells_of
from leanset.tables import Table
from leanset.training import Recipe, TrainingSettings


@dataclass(frozen=True)
class PlannedArtifact:
    """A named artifact, or a choice: what of it the store has, and what it lacks.

    Attributes:
        there: entries of an artifact, or trainings that a choice rests on.
        missing: None where that shows only when something before it is made.
    """

    name: str
    there: int
    missing: int | None


@dataclass(frozen=True)
class PlannedCell:
    """A cell, and how many of its runs the store has.

    Attributes:
        done: at least so many; what hangs on something that is not built yet counts as undone.
        images: what all networks that are to be trained are shown, in all their epochs.
    """

    cell: Cell
    done: int
    images: int


@dataclass(frozen=True)
class Plan:
    """What there is and what is to do."""

    artifacts: tuple[PlannedArtifact, ...]
    cells: tuple[PlannedCell, ...]


def plan_of(pipeline: Pipeline, catalog: CatalogProtocol[Any, Any]) -> Plan:
    """Walk through a sweep with a store that builds nothing.

    Raw files are read, to know which images they hold. A run is done if all that tells its key is
    in the store, and its record too.

    Raises:
        LeansetError: as the sweep would, of what it reads before it builds anything.
    """
    known = {name: catalog.load(name) for name in pipeline.inputs()}
    known["store"] = DryStore(known["store"])
    artifacts: list[PlannedArtifact] = []
    for node in pipeline.nodes:
        if node.namespace in (None, "ingestion") or node.short_name == "choose":
            known |= _walked(node, known)
            artifacts += _planned(node, known) if node.namespace != "ingestion" else []
    selects = [node for node in pipeline.nodes if node.short_name == "select"]
    cells = [cell for node in selects for cell in _Variant.of(node, pipeline, known).cells()]
    return Plan(tuple(artifacts), tuple(cells))


def _walked(node: Node, known: Mapping[str, Any]) -> dict[str, Any]:
    """What a node hands on, or nothing where it depends on what is not built yet."""
    if not known.keys() >= set(node.inputs):
        return {}
    try:
        return dict(node.run({name: known[name] for name in node.inputs}))
    except NotBuiltError:
        return {}


def _planned(node: Node, known: Mapping[str, Any]) -> Iterator[PlannedArtifact]:
    for name in node.outputs:
        made: list[Entry] | Table | None = known.get(name)
        if made is None:
            yield PlannedArtifact(name, 0, None)
        else:
            # a choice is known only when all its trainings are done
            missing = sum(isinstance(entry, Promised) for entry in made)
            yield PlannedArtifact(name, len(made) - missing, missing)


@dataclass(frozen=True)
class _Variant:
    """A variant and all that its runs depend on, as far as it is known.

    Attributes:
        artifacts: what it selects from; None where some of that is not known.
        choices: None where nothing is left to decide.
    """

    name: str
    settings: VariantSettings
    sweep: SweepSettings
    recipe: Recipe
    training: TrainingSettings
    image_set: list[Entry]
    plan: list[Cell]
    artifacts: Mapping[str, list[Entry]] | None
    choices: Table | None
    store: DryStore

    @classmethod
    def of(cls, select: Node, pipeline: Pipeline, known: Mapping[str, Any]) -> _Variant:
        name = str(select.namespace)
        (train,) = pipeline.only_nodes(f"{name}.train").nodes
        (recipe,) = (given for given in train.inputs if given.startswith("params:recipes."))
        named = [given for given in select.inputs if given.startswith(_ARTIFACTS)]
        return cls(
            name,
            known[f"params:{name}"],
            known["params:sweep"],
            known[recipe],
            known["params:training"],
            known["image_set"],
            cells_of(known["plan"]),
            {given: known[given] for given in named}
            if known.keys() >= set(select.inputs)
            else None,
            known.get(f"choices_{name}"),
            known["store"],
        )

    def cells(self) -> Iterator[PlannedCell]:
        cells = [cell for cell in self.plan if cell.variant == self.name]
        drawings = self._drawings(cells)
        for cell in cells:
            drawn = enumerate(drawings.get(cell, ()))
            done = sum(self._is_recorded(drawing, run) for run, drawing in drawn)
            images = (cell.runs - done) * cell.kept * self.recipe.epochs
            yield PlannedCell(cell, done, images)

    def _drawings(self, cells: list[Cell]) -> dict[Cell, list[Drawing]]:
        """The selections of the runs; none where that cannot be told."""
        if self.artifacts is None:
            return {}
        needs, limit = self.settings.selector.needs(), self.sweep.memory_limit
        chosen = {} if self.choices is None else choices_of(self.choices)
        runs = max(cell.runs for cell in cells)
        try:
            labels = images_of(self.image_set).train.labels
            sources = sources_of_runs(labels, needs, self.artifacts, self.plan, runs, limit)
        except NotBuiltError:
            return {}
        rules = rules_of(cells, self.settings, chosen)
        return drawings_of(rules, sources, self.sweep.seed, hash_of(self.image_set))

    def _is_recorded(self, drawing: Drawing, run: int) -> bool:
        selected = self.store.find(drawing.key)
        if selected is None:
            return False
        row = {
            "image_set_hash": drawing.image_set_hash,
            "subset_hash": subset_of(selected).hash,
        }
        key = run_key(row, self.recipe, training_seed(self.sweep.seed, run))
        asked = [run_record(key), *([model_key(key)] * (self.training.keep_models != "none"))]
        return all(self.store.find(wanted) is not None for wanted in asked)


_ARTIFACTS = ("clustering_", "score_", "embedding_", "log_", "label_noise")
"""What the names of the datasets that a rule may select from begin with."""
