"""The typed schema of every block of parameters."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ByteSize,
    Field,
    PositiveInt,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    field_validator,
)

from leanset.budgets import Budgets
from leanset.claims import Claim
from leanset.clustering import Clusterer
from leanset.config.arms import Arm, arm_of
from leanset.config.artifacts import Artifacts, Known
from leanset.embeddings import Embedding
from leanset.frozen import Frozen
from leanset.noise import LabelNoise
from leanset.replication import Published
from leanset.scores import Score
from leanset.selectors import Needs, Selector
from leanset.selectors.base import MEMORY
from leanset.sources import Source
from leanset.training.log import LogSettings
from leanset.training.recipe import Recipe, TrainingSettings

NAME = re.compile(r"[a-z][a-z0-9_]*")

_LEAST_MEMORY = 1_000_000


def _some(variants: str | tuple[str, ...]) -> str | tuple[str, ...]:
    if not variants:
        raise ValueError("name at least one variant, or write all")
    return variants


def _is_part(part: Any) -> float:
    if isinstance(part, bool) or not isinstance(part, int | float):
        raise ValueError(f"a split is a number of samples or a fraction, not {part!r}")
    if not part >= 0 or (isinstance(part, float) and part >= 1):
        raise ValueError(
            f"a split is a number of samples from 0, or a fraction below 1.0, not {part}"
        )
    return part


def _is_size(size: Any, parse: ValidatorFunctionWrapHandler) -> ByteSize:
    try:
        parsed: ByteSize = parse(size)
    except ValidationError:
        raise ValueError(
            f"a size is text such as 2GB, or a number of bytes, not {size!r}"
        ) from None
    if parsed < _LEAST_MEMORY:
        raise ValueError(f"no selection gets by with {size!r} of memory; give it at least 1MB")
    return parsed


class DatasetSettings(Frozen):
    """The image set: where it comes from, what its classes are called, how much of it is used.

    ``train_samples`` draws a random part of the training split; leave it out to use all.
    ``validation`` takes so much of that (a count or a fraction) away, for decisions; ``noise``
    then makes some labels of what is left to train on wrong, in memory only.
    """

    name: str
    class_names: Annotated[tuple[str, ...], Field(min_length=2)]
    source: Source
    train_samples: PositiveInt | None = None
    validation: Annotated[int | float, BeforeValidator(_is_part)] = 0
    noise: LabelNoise | None = None

    def validation_samples(self, available: int) -> int:
        """How many of the samples there are to train on are taken away for validation."""
        part = self.validation
        return max(1, round(part * available)) if 0 < part < 1 else int(part)

    @field_validator("noise")
    @classmethod
    def _noise_is_among_the_classes(
        cls, noise: LabelNoise | None, read: ValidationInfo
    ) -> LabelNoise | None:
        if noise is not None and "class_names" in read.data:
            noise.check(read.data["class_names"])
        return noise


class SweepSettings(Frozen):
    """What all variants share, unless a variant says otherwise.

    ``variants`` is ``all``, which is those without a group, or a list of variants and groups.
    ``scores`` are made and compared even if no variant reads them. ``memory_limit`` is what a
    selection may take beside what it is given. ``on_failure`` says what follows from a run that
    fails: under ``continue`` the sweep goes on, reports it as failed, and ends with an error; under
    ``raise`` its variant does all its runs, then ends with an error and saves nothing.
    """

    seed: Annotated[int, Field(ge=0, lt=2**32)]
    variants: Annotated[Literal["all"] | tuple[str, ...], AfterValidator(_some)]
    budgets: Budgets
    runs: PositiveInt
    recipe: str
    scores: tuple[str, ...] = ()
    memory_limit: Annotated[ByteSize, WrapValidator(_is_size)] = ByteSize(MEMORY)
    on_failure: Literal["continue", "raise"] = "continue"


class VariantSettings(Frozen):
    """One pruning rule under test; what it leaves out is as in the sweep.

    A variant with ``groups`` takes part only in sweeps that name it or one of them.
    """

    description: str
    selector: Selector
    groups: tuple[str, ...] = ()
    budgets: Budgets | None = None
    runs: PositiveInt | None = None
    recipe: str | None = None


class AuditSettings(Frozen):
    """The look for wrong labels: which score ranks the suspects, and how many are shown."""

    score: str
    suspects: PositiveInt


class ReportSettings(Frozen):
    """What the report judges by.

    ``margin`` is in percent points, ``confidence`` that of every interval and of each family of
    verdicts together, ``targets`` are accuracies in percent, and ``gallery`` is the number of
    pictures of each kind on a variant's card.
    """

    margin: Annotated[float, Field(gt=0, lt=100)] = 0.5
    confidence: Annotated[float, Field(ge=0.5, lt=1)] = 0.95
    targets: tuple[Annotated[float, Field(gt=0, lt=100)], ...] = (95, 97, 98, 99)
    gallery: Annotated[int, Field(ge=0, le=100)] = 12


class Settings(Frozen):
    """Every block of parameters.

    ``folder`` is a path given on the command line in place of the raw folder of the catalog.
    ``rerun`` is given there too: ``all`` builds and trains everything once more.
    """

    dataset: DatasetSettings
    embeddings: dict[str, Embedding]
    clusterings: dict[str, Clusterer]
    recipes: dict[str, Recipe]
    training: TrainingSettings
    sweep: SweepSettings
    variants: dict[str, VariantSettings]
    logs: dict[str, LogSettings] = Field(default_factory=dict)
    scores: dict[str, Score] = Field(default_factory=dict)
    audit: AuditSettings | None = None
    report: ReportSettings = ReportSettings()
    hypotheses: tuple[Claim, ...] = ()
    published: Published | None = None
    folder: str | None = None
    rerun: Literal["all", "changed"] = "changed"

    def active(self) -> dict[str, VariantSettings]:
        """The variants of this sweep, by name in alphabetical order."""
        asked = self.sweep.variants
        return {
            name: variant
            for name, variant in sorted(self.variants.items())
            if (not variant.groups if asked == "all" else {name, *variant.groups} & set(asked))
        }

    def arms(self) -> tuple[Arm, ...]:
        """The variants of this sweep as a report speaks of them, in alphabetical order."""
        return tuple(
            arm_of(name, variant.description, variant.selector, self._known)
            for name, variant in self.active().items()
        )

    def artifacts(self) -> Artifacts:
        """All that the variants of this sweep select from, and the scores that it lists."""
        needs = [variant.selector.needs() for variant in self.active().values()]
        return self._known.behind(Needs(scores=self.sweep.scores), *needs)

    def listed(self) -> Artifacts:
        """The scores that the sweep lists, and all that they are made from."""
        return self._known.behind(Needs(scores=self.sweep.scores))

    @property
    def _known(self) -> Known:
        return Known(self.clusterings, self.scores, self.embeddings)

    @property
    def has_noise(self) -> bool:
        """Whether labels are made wrong on purpose."""
        return self.dataset.noise is not None

    def groups(self) -> set[str]:
        """All names that variants can be called together by."""
        return {group for variant in self.variants.values() for group in variant.groups}


BLOCKS: frozenset[str] = frozenset(Settings.model_fields) - {"variants"}
"""The names of all parameters blocks that are not variants."""
