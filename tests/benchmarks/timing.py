"""How long a list of runs took, and how well the networks came out."""

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean, median

from tests.benchmarks.workload import Run


@dataclass(frozen=True)
class Timed:
    """Wall seconds of a list of runs, and the test accuracy of each."""

    runs: Sequence[Run]
    seconds: float
    accuracies: Sequence[float]

    @property
    def seconds_per_run(self) -> float:
        """Wall seconds, shared out over the runs."""
        return self.seconds / len(self.runs)


def timed(runs: Sequence[Run], train: Callable[[Sequence[Run]], Sequence[float]]) -> Timed:
    """Time ``train``, which returns the accuracies of the runs it is given."""
    start = time.perf_counter()
    accuracies = train(runs)
    return Timed(runs, time.perf_counter() - start, accuracies)


def described(name: str, measured: Sequence[Timed]) -> str:
    """A few timings of one contender in words: seconds for a run, mean accuracy at each size."""
    seconds = median(each.seconds_per_run for each in measured)
    return f"{name} {seconds:.2f} s a run, {accuracy_by_size(measured)}"


def accuracy_by_size(measured: Sequence[Timed]) -> str:
    """Mean accuracy in percent at each number of samples, from the fewest to the most."""
    by_size = defaultdict[int, list[float]](list)
    for each in measured:
        for run, accuracy in zip(each.runs, each.accuracies, strict=True):
            by_size[len(run.indices)].append(accuracy)
    return " / ".join(f"{100 * mean(by_size[size]):.1f}" for size in sorted(by_size)) + " %"
