"""Run every benchmark and print one line per figure: ``bench NAME VALUE UNIT``."""

from tests.benchmarks import registry
from tests.benchmarks.figure import Figure


def figures() -> list[Figure]:
    """Every figure, in order."""
    return [registry.hundred_variants()]


if __name__ == "__main__":
    for figure in figures():
        print(f"bench {figure.name} {figure.value:.3g} {figure.unit}", flush=True)  # noqa: T201
