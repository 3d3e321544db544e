"""Measure and print one line per figure: ``python -m tests.benchmarks [PART OF A NAME ...]``."""

import sys

from tests.benchmarks import (
    coverage,
    coverage_growth,
    craig,
    engine_cpu,
    engine_cpu_comparison,
    engine_cpu_step,
    engine_gpu,
    registry,
    report,
    scaling,
    scores,
)
from tests.benchmarks.figure import Benchmark

BENCHMARKS: tuple[Benchmark, ...] = (
    registry.HUNDRED_VARIANTS,
    report.REPORT,
    # first of the engine's: only the first can see workers start
    engine_cpu.START,
    engine_cpu.GROWTH,
    engine_cpu_step.STEP,
    engine_cpu_comparison.COMPARISON,
    engine_gpu.R1_GRID,
    engine_gpu.HUNDRED_RUNS,
    engine_gpu.RESNET9,
    scores.FROM_LOG,
    scores.GRADIENTS,
    coverage.FACILITY_LOCATION,
    coverage.K_CENTER,
    craig.CRAIG,
    coverage_growth.GROWTH,
    coverage_growth.MANY,
    scaling.UNIT_COSTS,
)


def main(parts: list[str]) -> None:
    """Print every figure whose name holds one of ``parts``; all if there are none."""
    names = [name for benchmark in BENCHMARKS for name in benchmark.names]
    wanted = {name for name in names if not parts or any(part in name for part in parts)}
    if not wanted:
        sys.exit("No figure is called so. There are:\n" + "\n".join(names))
    for benchmark in BENCHMARKS:
        if wanted.intersection(benchmark.names):
            for figure in benchmark.measure():
                if figure.name in wanted:
                    print(figure.line(), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
