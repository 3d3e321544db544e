"""The engine, called through its one door."""

from collections.abc import Sequence

from leanset.images import ImageSet
from leanset.training import Job, Recipe, RunResult, TrainingSettings, train_runs
from tests.benchmarks.workload import R1, Run


def results(
    images: ImageSet, runs: Sequence[Run], settings: TrainingSettings, recipe: Recipe = R1
) -> list[RunResult]:
    """The results, in the order of the runs.

    Raises:
        RuntimeError: a run failed.
    """
    jobs = [
        Job(key=str(number), indices=run.indices, recipe=recipe, training_seed=run.seed)
        for number, run in enumerate(runs)
    ]
    by_key = {result.key: result for result in train_runs(images, jobs, settings)}
    failures = [result.failure for result in by_key.values() if result.failure]
    if failures:
        raise RuntimeError(f"{len(failures)} of {len(jobs)} runs failed: {failures[0]}")
    return [by_key[job.key] for job in jobs]


def accuracies(images: ImageSet, trained: Sequence[RunResult]) -> list[float]:
    """The test accuracy of each result."""
    return [float((result.predicted == images.test.labels).mean()) for result in trained]


def settings(device: str, **changes: object) -> TrainingSettings:
    """Training on one kind of device; nothing is kept."""
    block = {"device": device, "workers": "auto", "keep_models": "none"} | changes
    return TrainingSettings.model_validate(block)
