"""Good blocks of parameters, ways to spoil them, and what is said of those that are spoilt."""

from copy import deepcopy
from typing import Any, Literal

import numpy as np
import pytest
from numpy.typing import NDArray

from leanset.config import Settings, SettingsError, VariantSettings, check_settings
from leanset.config.references import broken_references
from leanset.selectors import Materials, Needs
from leanset.selectors.base import SelectorBase
from leanset.training.log.snapshot import Moment

IDX = {name: {"file": f"{name}.idx"} for name in
       ("train_images", "train_labels", "test_images", "test_labels")}  # fmt: skip

BLOCKS_OF_A_SWEEP: dict[str, Any] = {
    "dataset": {
        "name": "digits",
        "class_names": ["zero", "one"],
        "source": {"format": "idx", **IDX},
    },
    "embeddings": {"pixels": {"method": "pixels"}, "pca50": {"method": "pca", "components": 50}},
    "clusterings": {"pca50_k50": {"embedding": "pca50", "clusters": 50}},
    "recipes": {
        "lenet5": {
            "model": "lenet5",
            "optimizer": {"name": "adam", "learning_rate": 0.001},
            "batch_size": 64,
            "epochs": 5,
        }
    },
    "logs": {
        "dynamics": {"recipe": "lenet5", "proxies": 3, "epochs": 30},
        "ensemble": {"recipe": "lenet5", "proxies": 10, "epochs": 8},
    },
    "scores": {
        "el2n": {"method": "el2n", "log": "ensemble"},
        "typical": {"method": "prototype_distance", "clustering": "pca50_k50"},
        "median": {"method": "class_median_distance", "embedding": "pixels"},
    },
    "training": {"device": "cpu", "workers": "auto", "keep_models": "none"},
    "sweep": {"seed": 1, "variants": "all", "budgets": [0.1, 20], "runs": 5, "recipe": "lenet5"},
    "random": {"description": "Drawn", "selector": {"method": "random"}},
    "near": {
        "description": "Close to a centroid",
        "selector": {"method": "clustered", "clustering": "pca50_k50", "keep": "closest"},
        "budgets": [30],
    },
}
VARIANTS = {"random", "near"}


def variant(selector: dict[str, Any] | str = "random", **changes: Any) -> dict[str, Any]:
    """A block of a variant, with a selector or a method that takes no settings."""
    block = {"method": selector} if isinstance(selector, str) else selector
    return {"description": "d", "selector": block, **changes}


def ranked(score: str, keep: str = "hardest", **changes: Any) -> dict[str, Any]:
    """A block of a variant that keeps one end of a score."""
    return variant({"method": "ranked", "score": score, "keep": keep}, **changes)


def blocks(*changes: tuple[str, Any]) -> dict[str, Any]:
    """Good blocks with some values changed, each at a path of keys joined by dots."""
    result = deepcopy(BLOCKS_OF_A_SWEEP)
    for path, value in changes:
        *parents, last = path.split(".")
        here = result
        for key in parents:
            here = here[key]
        here[last] = deepcopy(value)
    return result


def without(path: str) -> dict[str, Any]:
    """Good blocks with one key left out."""
    result = deepcopy(BLOCKS_OF_A_SWEEP)
    *parents, last = path.split(".")
    here = result
    for key in parents:
        here = here[key]
    del here[last]
    return result


def parsed(content: dict[str, Any]) -> Settings:
    """The settings that blocks are; what has a selector is a variant."""
    variants = {
        name
        for name, block in content.items()
        if name in VARIANTS or (isinstance(block, dict) and "selector" in block)
    }
    return check_settings(content, variants, lambda _: "a.yml")


def refused(content: dict[str, Any]) -> list[str]:
    """What is said of bad blocks, a line for each problem."""
    with pytest.raises(SettingsError) as caught:
        parsed(content)
    first, *lines = str(caught.value).splitlines()
    assert first == "the settings are wrong, so nothing was run."
    assert all(line.startswith("  a.yml: ") for line in lines)
    return [line.removeprefix("  a.yml: ") for line in lines]


class Looking(SelectorBase):
    """A rule that looks at an embedding, at a log, or at a validation split."""

    method: Literal["looking"] = "looking"
    embedding: str | None = None
    log: str | None = None
    epoch: int | None = None
    validation: bool = False

    def uses_labels(self) -> bool:
        return False

    def needs(self) -> Needs:
        return Needs(
            embeddings=() if self.embedding is None else (self.embedding,),
            moments=() if self.log is None else (Moment(self.log, self.epoch),),
            validation=self.validation,
        )

    def select(
        self, keep: int, materials: Materials, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        raise NotImplementedError


class Behind(Looking):
    """The same rule behind a filter by a score."""

    suspects: str
    then: Looking

    def needs(self) -> Needs:
        return self.then.needs()


def looked_at(settings: Settings, selector: SelectorBase, **changes: Any) -> Settings:
    """Settings with one more variant, named mine."""
    mine = VariantSettings.model_construct(description="d", selector=selector, **changes)  # type: ignore[arg-type]
    return settings.model_copy(update={"variants": {**settings.variants, "mine": mine}})


def problems(settings: Settings) -> list[str]:
    """What is said of settings whose blocks are each right by themselves."""
    return [
        f"{'.'.join(problem.path)}: {problem.message}" for problem in broken_references(settings)
    ]
