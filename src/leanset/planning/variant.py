"""What is left to do of one variant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from leanset.choices import choices_of
from leanset.config import SweepSettings, VariantSettings
from leanset.errors import LeansetError
from leanset.estimates import Estimate, estimates
from leanset.ledger import run_key
from leanset.pipelines.materials import sources_of_runs
from leanset.pipelines.pruning.drawing import Drawing, drawings_of, rules_of
from leanset.pipelines.stored import hash_of, images_of
from leanset.planning.plan import PlannedCell, Selecting
from leanset.records import model_key, run_record
from leanset.seeds import training_seed
from leanset.selectors.base import SelectorBase
from leanset.store import DryStore, Entry, NotBuiltError
from leanset.subsets import subset_of
from leanset.sweep import Cell
from leanset.tables import Table
from leanset.training import Recipe, TrainingSettings


@dataclass(frozen=True)
class PlannedVariant:
    """A variant and all that its runs depend on, as far as it is known.

    Attributes:
        available: samples in the training split.
        plan: the cells of the whole sweep.
        artifacts: what it selects from; None where some of that is not known.
        choices: None where nothing is left to decide.
    """

    name: str
    settings: VariantSettings
    sweep: SweepSettings
    recipe: Recipe
    training: TrainingSettings
    image_set: list[Entry]
    available: int
    plan: list[Cell]
    artifacts: Mapping[str, list[Entry]] | None
    choices: Table | None
    store: DryStore

    def cells(self) -> Iterator[PlannedCell]:
        """What is left of each of its cells."""
        cells = [cell for cell in self.plan if cell.variant == self.name]
        drawings = self._drawings(cells)
        for cell in cells:
            drawn = drawings.get(cell, [])
            subsets = [self.store.find(drawing.key) for drawing in drawn]
            done = sum(
                self._is_recorded(entry, drawing, run)
                for run, (entry, drawing) in enumerate(zip(subsets, drawn, strict=True))
                if entry is not None
            )
            yield PlannedCell(
                cell,
                done,
                (cell.runs - done) * images_shown(self.recipe, cell.kept, self.available),
                self._selecting(cell, drawn, cell.runs - len(subsets) + subsets.count(None)),
            )

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

    def _selecting(self, cell: Cell, drawings: Sequence[Drawing], missing: int) -> Selecting:
        """So many selections, and what one of them takes."""
        # a rule that does not say what it takes, takes next to nothing, whatever it selects from
        if not missing or type(self.settings.selector).demand is SelectorBase.demand:
            return Selecting(missing)
        unknown = Selecting(missing, memory=None, seconds=None)
        if not drawings:
            return unknown
        try:
            materials = drawings[0].source.materials
        except NotBuiltError:
            return unknown
        expected = estimates({cell: drawings[0].selector}, materials)
        estimate = expected.get(cell, Estimate(cell, 0, 0.0, ""))
        return Selecting(missing, estimate.memory, estimate.seconds, self._refusal(estimate))

    def _refusal(self, estimate: Estimate) -> str:
        try:
            estimate.check(self.sweep.memory_limit)
        except LeansetError as error:
            return str(error)
        return ""

    def _is_recorded(self, selected: Entry, drawing: Drawing, run: int) -> bool:
        row = {
            "image_set_hash": drawing.image_set_hash,
            "subset_hash": subset_of(selected).hash,
        }
        key = run_key(row, self.recipe, training_seed(self.sweep.seed, run))
        asked = [run_record(key), *([model_key(key)] * (self.training.keep_models != "none"))]
        return all(self.store.find(wanted) is not None for wanted in asked)


def images_shown(recipe: Recipe, shown: int, available: int) -> int:
    """What one training is shown in all, of epochs of ``shown`` samples each.

    Where the steps are those of the whole training split, the last epoch is cut short.
    """
    epochs, steps = divmod(recipe.steps(shown, available), recipe.steps_per_epoch(shown))
    return epochs * shown + steps * recipe.batch_size
