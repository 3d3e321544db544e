"""CRAIG over all training digits, from a training log on disk."""

import multiprocessing
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from leanset.seeds import numpy_generator, proxy_seed
from leanset.selectors import Materials, parse_selector
from leanset.store import Entry, Key, Store
from leanset.training import TrainingSettings
from leanset.training.log import LogSettings, TrainingLog
from leanset.training.log.proxies import record_log
from leanset.training.log.snapshot import Moment
from tests.benchmarks.figure import Benchmark, Figure
from tests.benchmarks.machine import peak_memory
from tests.benchmarks.workload import R1, mnist

KEEP = 6_000
_EPOCHS = 5
_LOG = LogSettings(recipe="lenet5", proxies=1, epochs=_EPOCHS, features_at=(_EPOCHS,))


def craig() -> Iterator[Figure]:
    """6,000 of 60,000, class by class; the proxy is trained before, and is not timed."""
    with tempfile.TemporaryDirectory() as folder:
        key = Key("log", "proxy")
        _record(Store(Path(folder)), key)
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            seconds, peak = pool.apply(_select, (folder, key))
    yield Figure("craig_mnist_60k", seconds, "s", f"{KEEP:,} of 60,000, from the log on disk")
    yield Figure("craig_mnist_60k_peak", peak, "GB", "of the whole process, with torch")


def _record(store: Store, key: Key) -> Entry:
    recording = store.root / "recording"
    recording.mkdir()
    training = TrainingSettings(device="cpu", workers="auto", keep_models="none")
    return store.get_or_build(
        key,
        lambda: record_log(mnist(), R1, _LOG, [proxy_seed(0, 0)], 0, training, recording),
    )


def _select(folder: str, key: Key) -> tuple[float, float | None]:
    rule = parse_selector({"method": "craig", "log": "proxy", "weights": "loss"})
    start = time.perf_counter()
    entry = Store(Path(folder)).get(key)
    log = TrainingLog.from_arrays(entry.arrays, entry.facts)
    labels = np.asarray(log.labels)
    materials = Materials(labels, snapshots={Moment("proxy"): log.snapshot(None)})
    rule.choose(KEEP, materials, numpy_generator(0))
    return time.perf_counter() - start, peak_memory()


CRAIG = Benchmark(("craig_mnist_60k", "craig_mnist_60k_peak"), craig)
