"""Nodes of the audit."""

from __future__ import annotations

import logging

import numpy as np

from leanset.config import AuditSettings, SweepSettings
from leanset.pipelines.stored import images_of, log_of
from leanset.seeds import numpy_generator, reporting_seed
from leanset.store import Entry
from leanset.tables import Table

logger = logging.getLogger(__name__)


def audit(
    image_set: list[Entry],
    score: list[Entry],
    log: list[Entry],
    settings: AuditSettings,
    sweep: SweepSettings,
    label_noise: list[Entry] | None = None,
) -> tuple[Table, Table, str]:
    """Rank the samples whose label looks wrong, as a table and as a page of pictures.

    The score is the mean of its replicates, so that every proxy has a say.
    """
    from leanset.figures.gallery import suspects_page
    from leanset.noise.audit import suspects_table
    from leanset.training.log.ensemble import ensemble_probabilities

    images = images_of(image_set)
    (recorded,) = log
    suspects = suspects_table(
        np.mean([entry["values"] for entry in score], axis=0),
        ensemble_probabilities(log_of(recorded)),
        images.train,
        images.class_names,
        settings.suspects,
        numpy_generator(reporting_seed(sweep.seed)),
        wrong=label_noise[0]["wrong"] if label_noise else None,
    )
    disagree = int((~suspects["agrees"]).sum())
    logger.info(
        "%s suspects by %s; for %s of them the proxies would give another label.",
        len(suspects), settings.score, disagree,
    )  # fmt: skip
    title = f"{images.name}: suspect labels by {settings.score}"
    return (
        suspects,
        suspects,
        suspects_page(suspects, images.train.images, title, ranked_by=settings.score),
    )
