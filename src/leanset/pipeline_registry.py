"""All pipelines, built from the settings of the environment in use."""

from itertools import chain

from click import ClickException
from kedro.pipeline import Pipeline

from leanset.config import Settings
from leanset.io.config_loader import SweepConfigLoader
from leanset.pipelines import clustering, embedding, ingestion, pruning, recording, reporting


def register_pipelines() -> dict[str, Pipeline]:
    """The stages, each variant under its own name, and ``prune_sweep``: all of them together.

    No variant reads a training log yet, so ``training_log`` stands beside the sweep.
    """
    settings = SweepConfigLoader.current().settings
    stages, variants = _stages(settings), _variants(settings)
    prune_sweep = Pipeline([*stages.values(), *variants.values()])
    stages["training_log"] = recording.create_pipeline(settings.logs)
    _refuse_shared_names(stages, variants)
    return {**stages, **variants, "prune_sweep": prune_sweep, "__default__": prune_sweep}


def _stages(settings: Settings) -> dict[str, Pipeline]:
    """The shared stages, with the named artifacts that some active variant needs and no others."""
    active = settings.active()
    needed = chain.from_iterable(
        variant.selector.needs().clusterings for variant in active.values()
    )
    clusterings = {name: settings.clusterings[name] for name in sorted(set(needed))}
    embeddings = sorted({kmeans.embedding for kmeans in clusterings.values()})
    artifacts = [
        *(f"embedding_{name}" for name in embeddings),
        *(f"clustering_{name}" for name in clusterings),
    ]
    return {
        "ingestion": ingestion.create_pipeline(active),
        "embedding": embedding.create_pipeline(embeddings),
        "clustering": clustering.create_pipeline(clusterings),
        "reporting": reporting.create_pipeline(
            list(active), artifacts, has_published=settings.published is not None
        ),
    }


def _variants(settings: Settings) -> dict[str, Pipeline]:
    return {
        name: pruning.create_pipeline(name, variant, settings.sweep.recipe)
        for name, variant in settings.active().items()
    }


def _refuse_shared_names(stages: dict[str, Pipeline], variants: dict[str, Pipeline]) -> None:
    nodes = {node.name for stage in stages.values() for node in stage.nodes}
    for name in sorted(nodes & variants.keys()):
        raise ClickException(
            f"the variant '{name}' has the name of a node; rename its file and key."
        )
