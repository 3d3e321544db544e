"""Wiring of the audit."""

from kedro.pipeline import Node, Pipeline

from leanset.pipelines.audit.nodes import audit


def create_pipeline(score: str, log: str, *, has_noise: bool) -> Pipeline:
    """List the suspects by one score, with the label that its log's proxies would give."""
    inputs = {
        "image_set": "image_set",
        "score": f"score_{score}",
        "log": f"log_{log}",
        "settings": "params:audit",
        "sweep": "params:sweep",
        **({"label_noise": "label_noise"} if has_noise else {}),
    }
    node = Node(audit, inputs, ["suspects", "suspects_csv", "suspects_page"], name="audit")
    return Pipeline([node], tags="audit")
