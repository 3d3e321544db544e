"""What a stored training log is found by."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from leanset.config import SweepSettings
from leanset.images import ImageSet
from leanset.pipelines.recording import nodes
from leanset.pipelines.stored import stored_images
from leanset.seeds import fold_seed, proxy_seed
from leanset.store import Built, Entry, Key, Store
from leanset.training import Recipe, TrainingSettings
from leanset.training.engine import ENGINE_VERSION
from leanset.training.log import LogSettings
from leanset.training.log.proxies import LOG_VERSION, proxy_recipe

RECIPE = Recipe.model_validate(
    {"model": "mlp", "optimizer": {"name": "adam", "learning_rate": 1e-3}, "batch_size": 64,
     "epochs": 7}
)  # fmt: skip


@dataclass
class Desk:
    """A place to record logs at, where nothing is trained and each call is noted."""

    images: ImageSet
    store: Store
    fold_seeds: list[int] = field(default_factory=list)

    def build(self, *given: Any) -> Built:
        self.fold_seeds.append(given[4])
        return Built({"labels": np.zeros(1)}, {"seconds_train": [0.0], "seconds_recording": [0.0]})

    def record(self, seed: int = 1, **changes: Any) -> Entry:
        settings = LogSettings.model_validate(
            {"recipe": "small", "proxies": 2, "epochs": 3, **changes}
        )
        (entry,) = nodes.record(
            [stored_images(self.store, self.images)],
            self.store,
            RECIPE,
            settings,
            TrainingSettings(device="cpu", workers=1, keep_models="none"),
            SweepSettings(seed=seed, variants="all", budgets=(10,), runs=1, recipe="small"),
            name="short",
        )
        return entry


@pytest.fixture
def desk(digits: ImageSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = Desk(digits, Store(tmp_path))
    monkeypatch.setattr(nodes, "record_log", desk.build)
    return desk


def test_a_log_without_folds_has_the_key_it_had_before_there_were_any(desk: Desk) -> None:
    settings = {"proxies": 2, "epochs": 3, "features_at": (), "gradient_norms": False}
    before = Key.of(
        "log",
        image_set=desk.images.hash,
        recipe=proxy_recipe(RECIPE, LogSettings(recipe="small", proxies=2, epochs=3)).model_dump(),
        settings=settings,
        seeds=[proxy_seed(1, 0), proxy_seed(1, 1)],
        device="cpu",
        engine=ENGINE_VERSION,
        version=LOG_VERSION,
    )
    assert desk.record().key == before
    assert desk.record(folds=False).key == before
    assert len(desk.fold_seeds) == 1


def test_a_log_with_folds_is_another_log_and_so_is_one_of_another_sweep_seed(desk: Desk) -> None:
    keys = {
        desk.record(**given).key
        for given in ({}, {"folds": True}, {"folds": True, "seed": 2}, {"seed": 2})
    }
    assert len(keys) == 4
    assert desk.record(folds=True).key in keys


def test_folds_are_drawn_from_the_seed_of_the_sweep(desk: Desk) -> None:
    desk.record(folds=True)
    desk.record(folds=True, seed=2)
    assert desk.fold_seeds == [fold_seed(1), fold_seed(2)]


# --- the validation split


def test_a_log_names_the_validation_split_only_if_it_records_it(desk: Desk) -> None:
    # the same digits with some held back, which is no part of what is trained on
    divided = Desk(replace(desk.images, validation=desk.images.test), desk.store)
    settings = {"proxies": 2, "epochs": 3, "features_at": (), "gradient_norms": False}
    before = {
        "image_set": divided.images.hash,
        "recipe": proxy_recipe(
            RECIPE, LogSettings(recipe="small", proxies=2, epochs=3)
        ).model_dump(),
        "settings": settings,
        "seeds": [proxy_seed(1, 0), proxy_seed(1, 1)],
        "device": "cpu",
        "engine": ENGINE_VERSION,
        "version": LOG_VERSION,
    }
    assert divided.record().key == Key.of("log", **before)
    before["settings"] = settings | {"features_at": (3,)}
    assert divided.record(features_at=(3,)).key == Key.of("log", **before, validation=697)
    before["image_set"] = desk.images.hash
    assert desk.record(features_at=(3,)).key == Key.of("log", **before)
