import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from leanset.kernels import compiling
from leanset.kernels.compiling import compiled

SUM_LANES = """
import numpy as np
from leanset.kernels.convolution import sum_lanes
sum_lanes(np.zeros((1, 1, 2, 2, 16), np.float32), np.zeros((1, 1, 2, 2), np.float32))
print(sum(sum_lanes.stats.cache_hits.values()), sum(sum_lanes.stats.cache_misses.values()))
"""


@compiled
def twice_the_sum(values: NDArray[np.float32]) -> float:
    return 2 * values.sum()


def hits_and_misses(folder: Path) -> str:
    ended = subprocess.run(
        [sys.executable, "-c", SUM_LANES],
        env={**os.environ, "NUMBA_CACHE_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    return ended.stdout.strip()


def test_a_second_process_finds_the_code_of_the_first_on_disk(tmp_path: Path) -> None:
    assert hits_and_misses(tmp_path) == "0 1"
    assert hits_and_misses(tmp_path) == "1 0"


def test_code_is_not_reused_once_any_kernel_has_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    function: Any = twice_the_sum
    assert function(np.ones(3, np.float32)) == 6
    codegen = function.targetctx.codegen()
    before = function._cache._index_key(function.signatures[0], codegen)
    monkeypatch.setattr(compiling, "_SOURCES", "of another day")
    assert function._cache._index_key(function.signatures[0], codegen) != before


def test_processes_never_write_into_each_others_files() -> None:
    names = {
        compiling._PackageCache(twice_the_sum.py_func)._cache_file._data_name(1)  # type: ignore[attr-defined]
        for _ in range(2)
    }
    assert len(names) == 2


def test_kernels_work_where_nothing_can_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_function: object) -> None:
        raise RuntimeError("cannot cache function: no locator available")

    monkeypatch.setattr(compiling, "_PackageCache", refuse)
    assert compiled(lambda value: value + 1)(1) == 2
