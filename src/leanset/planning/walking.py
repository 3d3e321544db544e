"""Walking through a sweep with a store that builds nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kedro.io import CatalogProtocol
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from leanset.planning.plan import Plan, PlannedArtifact
from leanset.planning.variant import PlannedVariant
from leanset.store import DryStore, Entry, NotBuiltError, Promised
from leanset.sweep import cells_of
from leanset.tables import Table


def plan_of(pipeline: Pipeline, catalog: CatalogProtocol[Any, Any]) -> Plan:
    """Walk through a sweep with a store that builds nothing.

    Raw files are read, to know which images they hold. A run is done if all that tells its key is
    in the store, and its record too.

    Raises:
        LeansetError: as the sweep would, of what it reads before it builds anything.
    """
    known = {name: catalog.load(name) for name in pipeline.inputs()}
    known["store"] = DryStore(known["store"])
    artifacts: list[PlannedArtifact] = []
    for node in pipeline.nodes:
        if node.namespace in (None, "ingestion") or node.short_name == "choose":
            known |= _walked(node, known)
            artifacts += _planned(node, known) if node.namespace != "ingestion" else []
    selects = [node for node in pipeline.nodes if node.short_name == "select"]
    cells = [cell for node in selects for cell in _variant(node, pipeline, known).cells()]
    return Plan(tuple(artifacts), tuple(cells))


def _walked(node: Node, known: Mapping[str, Any]) -> dict[str, Any]:
    """What a node hands on, or nothing where it depends on what is not built yet."""
    if not known.keys() >= set(node.inputs):
        return {}
    try:
        return dict(node.run({name: known[name] for name in node.inputs}))
    except NotBuiltError:
        return {}


def _planned(node: Node, known: Mapping[str, Any]) -> Iterator[PlannedArtifact]:
    for name in node.outputs:
        made: list[Entry] | Table | None = known.get(name)
        if made is None:
            yield PlannedArtifact(name, 0, None)
        else:
            # a choice is known only when all its trainings are done
            missing = sum(isinstance(entry, Promised) for entry in made)
            yield PlannedArtifact(name, len(made) - missing, missing)


def _variant(select: Node, pipeline: Pipeline, known: Mapping[str, Any]) -> PlannedVariant:
    """A variant by the node that selects for it, with all of it that is known."""
    name = str(select.namespace)
    (train,) = pipeline.only_nodes(f"{name}.train").nodes
    (recipe,) = (given for given in train.inputs if given.startswith("params:recipes."))
    named = [given for given in select.inputs if given.startswith(_ARTIFACTS)]
    return PlannedVariant(
        name=name,
        settings=known[f"params:{name}"],
        sweep=known["params:sweep"],
        recipe=known[recipe],
        training=known["params:training"],
        image_set=known["image_set"],
        available=len(known["source_images"].train),
        plan=cells_of(known["plan"]),
        artifacts={given: known[given] for given in named}
        if known.keys() >= set(select.inputs)
        else None,
        choices=known.get(f"choices_{name}"),
        store=known["store"],
    )


_ARTIFACTS = ("clustering_", "score_", "embedding_", "log_", "label_noise")
"""What the names of the datasets that a rule may select from begin with."""
