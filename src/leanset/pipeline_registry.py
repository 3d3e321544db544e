"""All pipelines, built from the settings of the environment in use."""

from click import ClickException
from kedro.pipeline import Pipeline

from leanset.config import Settings
from leanset.io.config_loader import SweepConfigLoader
from leanset.pipelines import (
    audit,
    clustering,
    embedding,
    ingestion,
    pruning,
    recording,
    reporting,
    scoring,
)
from leanset.report.galleries import difficulty_score


def register_pipelines() -> dict[str, Pipeline]:
    """The stages, each variant under its own name, and ``prune_sweep``: all of them together.

    Beside the sweep stand ``training_log``, which records every log there is, and
    ``noise_audit``, which looks for wrong labels and selects nothing.
    """
    settings = SweepConfigLoader.current().settings
    stages, variants = _stages(settings), _variants(settings)
    prune_sweep = Pipeline([*stages.values(), *variants.values()])
    stages["training_log"] = recording.create_pipeline(settings.logs)
    if settings.audit is not None:
        stages["noise_audit"] = _audit(settings, settings.audit.score, stages["ingestion"])
    _refuse_shared_names(stages, variants)
    return {**stages, **variants, "prune_sweep": prune_sweep, "__default__": prune_sweep}


def _stages(settings: Settings) -> dict[str, Pipeline]:
    """The shared stages, with the named artifacts that the sweep needs and no others."""
    active, needed, listed = settings.active(), settings.artifacts(), settings.listed()
    return {
        "ingestion": ingestion.create_pipeline(active, has_noise=settings.has_noise),
        "embedding": embedding.create_pipeline(
            {name: settings.embeddings[name] for name in needed.embeddings}, listed.embeddings
        ),
        "clustering": clustering.create_pipeline(
            {name: settings.clusterings[name] for name in needed.clusterings}, listed.clusterings
        ),
        "training_log": recording.create_pipeline(
            {name: settings.logs[name] for name in needed.logs}
        ),
        "scoring": scoring.create_pipeline(
            {name: settings.scores[name] for name in needed.scores}, settings.clusterings
        ),
        "reporting": reporting.create_pipeline(_reported(settings)),
    }


def _reported(settings: Settings) -> reporting.Reported:
    """What there is to report on."""
    active, needed = settings.active(), settings.artifacts()
    scores = {name: settings.scores[name] for name in needed.scores}
    preferred = None if settings.audit is None else settings.audit.score
    difficulty = difficulty_score(scores, preferred)
    log = None if difficulty is None else scores[difficulty].sources().log
    return reporting.Reported(
        arms=settings.arms(),
        choices=[
            f"choices_{name}" for name, variant in active.items() if variant.selector.alternatives()
        ],
        matched=[name for name, variant in active.items() if variant.selector.needs().moments],
        artifacts=needed.datasets(),
        scores=[f"score_{name}" for name in scores],
        difficulty=difficulty,
        difficulty_log=None if log is None else f"log_{log}",
        has_noise=settings.has_noise,
        has_hypotheses=bool(settings.hypotheses),
        has_published=settings.published is not None,
    )


def _variants(settings: Settings) -> dict[str, Pipeline]:
    return {
        name: pruning.create_pipeline(
            name, variant, settings.sweep.recipe, has_noise=settings.has_noise
        )
        for name, variant in settings.active().items()
    }


def _audit(settings: Settings, name: str, ingestion: Pipeline) -> Pipeline:
    """From the images to the suspects, by way of one score and its log."""
    score = settings.scores[name]
    log = str(score.sources().log)
    return Pipeline(
        [
            ingestion,
            recording.create_pipeline({log: settings.logs[log]}),
            scoring.create_pipeline({name: score}, settings.clusterings),
            audit.create_pipeline(name, log, has_noise=settings.has_noise),
        ]
    )


def _refuse_shared_names(stages: dict[str, Pipeline], variants: dict[str, Pipeline]) -> None:
    nodes = {node.name for stage in stages.values() for node in stage.nodes}
    for name in sorted(nodes & variants.keys()):
        raise ClickException(
            f"the variant '{name}' has the name of a node; rename its file and key."
        )
