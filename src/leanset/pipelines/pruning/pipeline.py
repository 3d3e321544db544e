"""Wiring of one variant."""

from kedro.pipeline import Node, Pipeline

from leanset.config import VariantSettings
from leanset.pipelines.binding import bound
from leanset.pipelines.pruning.choosing import choose
from leanset.pipelines.pruning.matching import match_gradients
from leanset.pipelines.pruning.nodes import evaluate, keep_models, select, train


def create_pipeline(
    name: str, variant: VariantSettings, sweep_recipe: str, *, has_noise: bool
) -> Pipeline:
    """Select, train, evaluate, in the namespace of the variant; it reads exactly what it needs.

    Where the rule leaves something to decide, a node before them decides it. Where labels were
    made wrong on purpose, each subset tells how many of them it kept. Where the rule reads what
    proxies said, it is measured how well the gradient of each subset matches that of all.
    """
    recipe = f"params:recipes.{variant.recipe or sweep_recipe}"
    materials = _materials(name, variant, has_noise)
    nodes = [
        *([_choose(name, recipe, materials)] if variant.selector.alternatives() else []),
        _select(name, materials, has_choices=bool(variant.selector.alternatives())),
        *([_match(name, variant)] if variant.selector.needs().moments else []),
        _train(name, recipe),
        _evaluate(name, recipe),
        _keep_models(name),
    ]
    return Pipeline(nodes, namespace=name, prefix_datasets_with_namespace=False)


def _materials(name: str, variant: VariantSettings, has_noise: bool) -> dict[str, str]:
    """What the rule selects from, by the name of its argument."""
    needs = variant.selector.needs()
    artifacts = [
        *(f"clustering_{needed}" for needed in needs.clusterings),
        *(f"score_{needed}" for needed in needs.scores),
        *(f"embedding_{needed}" for needed in needs.embeddings),
        *(f"log_{moment.log}" for moment in needs.moments),
        *(["label_noise"] if has_noise else []),
    ]
    return {
        "image_set": "image_set",
        "plan": "plan",
        "variant": f"params:{name}",
        "sweep": "params:sweep",
        "store": "store",
        **{artifact: artifact for artifact in artifacts},
    }


def _choose(name: str, recipe: str, materials: dict[str, str]) -> Node:
    inputs = {**materials, "recipe": recipe, "training": "params:training"}
    return Node(bound(choose, name=name), inputs, f"choices_{name}", name="choose", tags="gpu")


def _select(name: str, materials: dict[str, str], has_choices: bool) -> Node:
    inputs = {**materials, **({"choices": f"choices_{name}"} if has_choices else {})}
    return Node(bound(select, name=name), inputs, f"subsets_{name}", name="select")


def _match(name: str, variant: VariantSettings) -> Node:
    logs = [f"log_{moment.log}" for moment in variant.selector.needs().moments]
    inputs = {
        "subsets": f"subsets_{name}",
        "plan": "plan",
        "variant": f"params:{name}",
        **{log: log for log in logs},
    }
    return Node(match_gradients, inputs, f"gradient_match_{name}", name="match_gradients")


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
