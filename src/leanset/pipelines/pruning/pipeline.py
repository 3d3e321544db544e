"""Wiring of one variant."""

from kedro.pipeline import Node, Pipeline

from leanset.config import VariantSettings
from leanset.pipelines.binding import bound
from leanset.pipelines.pruning.nodes import evaluate, keep_models, select, train


def create_pipeline(name: str, variant: VariantSettings, sweep_recipe: str) -> Pipeline:
    """Select, train, evaluate, in the namespace of the variant; it reads exactly what it needs."""
    recipe = f"params:recipes.{variant.recipe or sweep_recipe}"
    clusterings = [f"clustering_{needed}" for needed in variant.selector.needs().clusterings]
    nodes = [
        Node(
            bound(select, name),
            inputs={
                "image_set": "image_set",
                "plan": "plan",
                "variant": f"params:{name}",
                "sweep": "params:sweep",
                **{clustering: clustering for clustering in clusterings},
            },
            outputs=f"subsets_{name}",
            name="select",
        ),
        Node(
            train,
            inputs={
                "image_set": "image_set",
                "subsets": f"subsets_{name}",
                "recipe": recipe,
                "training": "params:training",
                "sweep": "params:sweep",
            },
            outputs=f"results_{name}",
            name="train",
            tags="gpu",
        ),
        Node(
            evaluate,
            inputs={
                "image_set": "image_set",
                "subsets": f"subsets_{name}",
                "results": f"results_{name}",
                "recipe": recipe,
                "sweep": "params:sweep",
            },
            outputs=[f"runs_{name}", f"evaluations_{name}", f"history_{name}"],
            name="evaluate",
        ),
        Node(
            keep_models,
            inputs={
                "runs": f"runs_{name}",
                "results": f"results_{name}",
                "store": "store",
                "training": "params:training",
            },
            outputs=f"models_{name}",
            name="keep_models",
        ),
    ]
    return Pipeline(nodes, namespace=name, prefix_datasets_with_namespace=False)
