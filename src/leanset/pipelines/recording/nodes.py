"""Nodes of recording."""

from __future__ import annotations

import logging

from leanset.config import SweepSettings
from leanset.pipelines.stored import hash_of, images_of
from leanset.seeds import fold_seed, proxy_seed
from leanset.store import Entry, Key, Store
from leanset.training import Recipe, TrainingSettings
from leanset.training.engine import ENGINE_VERSION, device_kind
from leanset.training.log import LogSettings
from leanset.training.log.proxies import (
    LOG_VERSION,
    proxy_recipe,
    record_log,
    recorded_validation,
)

logger = logging.getLogger(__name__)


def record(
    image_set: list[Entry],
    store: Store,
    recipe: Recipe,
    settings: LogSettings,
    training: TrainingSettings,
    sweep: SweepSettings,
    *,
    name: str,
) -> list[Entry]:
    """Train the proxies of a log and record them, or take the log from the store."""
    images = images_of(image_set)
    seeds = [proxy_seed(sweep.seed, proxy) for proxy in range(settings.proxies)]
    divided_by = fold_seed(sweep.seed)
    # only logs that have them name them, so that those without keep the keys they always had
    folds = {"folds": divided_by} if settings.folds else {}
    held_back = recorded_validation(images, settings)
    validation = {} if held_back is None else {"validation": len(held_back)}
    key = Key.of(
        "log",
        image_set=hash_of(image_set),
        recipe=proxy_recipe(recipe, settings).model_dump(),
        settings=settings.model_dump(exclude={"recipe", "folds"}),
        **folds,
        **validation,
        seeds=seeds,
        device=device_kind(training.device),
        engine=ENGINE_VERSION,
        version=LOG_VERSION,
    )
    entry = store.get_or_build(
        key,
        lambda: record_log(
            images, recipe, settings, seeds, divided_by, training, store.unfinished(key)
        ),
    )
    logger.info(
        "log %s: %s proxies of %s epochs each, %.0f s of training and %.0f s of recording.",
        name, settings.proxies, settings.epochs,
        sum(entry.facts["seconds_train"]), sum(entry.facts["seconds_recording"]),
    )  # fmt: skip
    return [entry]
