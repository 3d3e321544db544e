"""What a variant does, what it is made from, and what it cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leanset.showing.prose import print_words, show
from leanset.terminal import duration, say, widen_pipes
from leanset.words import listed

if TYPE_CHECKING:
    from leanset.explaining import Explanation, Needed
    from leanset.past import Bill

_SHORT = 10.0


def print_explanation(explanation: Explanation, bill: Bill | None, version: str) -> None:
    """Print what there is to say of a variant.

    Args:
        explanation: of its settings.
        bill: what it took when it was last run, if it was.
        version: of the sweep that did.
    """
    widen_pipes()
    method = explanation.method
    show(f"{explanation.name}: {explanation.description}")
    say("")
    show(f"Method {method.name}: {method.summary}")
    if method.text:
        show(method.text)
    if method.source:
        show(f"Source: {method.source}")
    if explanation.settings:
        print_words("Settings here", ("key", "set to"), explanation.settings)
    if explanation.needs:
        rows = [_row(needed) for needed in explanation.needs]
        print_words("Made from", ("artifact", "what it is", "set to"), rows)
    say("")
    show(explanation.labels)
    for line in (_budgets(explanation), _training(explanation), _part(explanation)):
        show(line)
    show(f"Last run ({version}): {_cost(bill)}" if bill else "Not run here yet.")


def _row(needed: Needed) -> tuple[str, ...]:
    what = needed.method.summary if needed.method else "What proxies said of every sample."
    return needed.dataset, what, ", ".join(f"{key}: {value}" for key, value in needed.settings)


def _budgets(explanation: Explanation) -> str:
    budgets = [
        label if kept is None or label == str(kept) else f"{label} ({kept:,} samples)"
        for label, kept in explanation.budgets
    ]
    runs = "run" if explanation.runs == 1 else "runs"
    return f"It keeps {listed(budgets, 'and')}, in {explanation.runs} {runs} each."


def _training(explanation: Explanation) -> str:
    recipe = explanation.trained
    epochs = "epoch" if recipe.epochs == 1 else "epochs"
    steps = "" if recipe.compute == "equal_epochs" else " of all samples, in steps"
    return (
        f"Trained by the recipe {explanation.recipe}: {recipe.model}, {recipe.optimizer.name}, "
        f"batches of {recipe.batch_size}, {recipe.epochs} {epochs}{steps}."
    )


def _part(explanation: Explanation) -> str:
    if explanation.takes_part:
        return "It takes part in the sweep of this environment."
    names = listed([explanation.name, *explanation.groups])
    return f"The sweep of this environment leaves it out; name {names} in sweep.variants."


def _cost(bill: Bill) -> str:
    proxies = f", {bill.proxy_epochs} epochs of proxies among it" if bill.proxy_epochs else ""
    trainings = [f"{_time(seconds)} at {budget}" for budget, seconds in bill.trainings.items()]
    took = f"a training {listed(trainings, 'and')}" if trainings else "no training finished"
    failed = f"; {bill.failed} runs failed" if bill.failed else ""
    return f"selecting took {_time(bill.seconds)} a run{proxies}, {took}{failed}."


def _time(seconds: float) -> str:
    return duration(seconds) if seconds >= _SHORT else f"{seconds:.1f} s"
