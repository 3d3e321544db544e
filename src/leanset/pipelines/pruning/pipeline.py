"""Wiring of one variant."""

from kedro.pipeline import Node, Pipeline

from leanset.config import VariantSettings
from leanset.pipelines.binding import bound
from leanset.pipelines.pruning.nodes import evaluate, keep_models, select, train


def create_pipeline(name: str, variant: VariantSettings, sweep_recipe: str) -> Pipeline:
    """Select, train, evaluate, in the namespace of the variant; it reads exactly what it needs."""
    recipe = f"params:recipes.{variant.recipe or sweep_recipe}"
    nodes = [
        _select(name, variant),
        _train(name, recipe),
        _evaluate(name, recipe),
        _keep_models(name),
    ]
    return Pipeline(nodes, namespace=name, prefix_datasets_with_namespace=False)


def _select(name: str, variant: VariantSettings) -> Node:
    clusterings = [f"clustering_{needed}" for needed in variant.selector.needs().clusterings]
    inputs = {
        "image_set": "image_set",
        "plan": "plan",
        "variant": f"params:{name}",
        "sweep": "params:sweep",
        **{clustering: clustering for clustering in clusterings},
    }
    return Node(bound(select, name), inputs, f"subsets_{name}", name="select")


def _train(name: str, recipe: str) -> Node:
    inputs = {
        "image_set": "image_set",
        "subsets": f"subsets_{name}",
        "recipe": recipe,
        "training": "params:training",
        "sweep": "params:sweep",
        "store": "store",
    }
    return Node(train, inputs, f"results_{name}", name="train", tags="gpu")


def _evaluate(name: str, recipe: str) -> Node:
    inputs = {
        "image_set": "image_set",
        "subsets": f"subsets_{name}",
        "results": f"results_{name}",
        "recipe": recipe,
        "sweep": "params:sweep",
    }
    outputs = [f"runs_{name}", f"evaluations_{name}", f"history_{name}"]
    return Node(evaluate, inputs, outputs, name="evaluate")


def _keep_models(name: str) -> Node:
    inputs = {
        "runs": f"runs_{name}",
        "store": "store",
        "training": "params:training",
    }
    return Node(keep_models, inputs, f"models_{name}", name="keep_models")
