"""What each stage costs for one image on this machine, in seconds, memory and disk."""

import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from leanset.clustering import KMeans
from leanset.embeddings.pca import Pca
from leanset.images import ImageSet, Split
from leanset.models import input_size
from leanset.pipelines.stored import stored_images
from leanset.scores import LogScore, parse_score
from leanset.scores.scoring import score_log
from leanset.seeds import numpy_generator, proxy_seed
from leanset.selectors import Materials, SampleScores, parse_selector
from leanset.store import Built, Key, Store
from leanset.training.log import LogSettings, TrainingLog
from leanset.training.log.proxies import record_log
from leanset.training.prepared import prepare
from tests.benchmarks import engine, engine_cpu
from tests.benchmarks.figure import Figure
from tests.benchmarks.machine import peak_memory, watch_other_work
from tests.benchmarks.workload import R1, mnist, on_disk, random_runs
from tests.end_to_end.project import Project

COMPONENTS, CLUSTERS = 50, 500
_PASSES = 4
_EPOCHS, _CLASSES = 10, 10
_REPEATS = 3


@dataclass(frozen=True)
class Sizes:
    """How much is measured: enough to be representative, or just enough to try it.

    Attributes:
        images: training images that are embedded, clustered, recorded and scored.
        covered: numbers of samples that facility location is timed on.
        ranked: samples that are ranked.
        stored: bytes that are written and checked.
    """

    images: int = 60_000
    covered: tuple[int, ...] = (5_000, 10_000, 20_000)
    ranked: int = 1_000_000
    stored: int = 256_000_000


SMALL = Sizes(images=3_000, covered=(500, 1_000, 2_000), ranked=50_000, stored=8_000_000)


@dataclass(frozen=True)
class Taken:
    """Seconds, and bytes of memory at the peak beyond those before."""

    seconds: float
    memory: float


def unit_costs(sizes: Sizes) -> Iterator[Figure]:
    """Every figure that the arithmetic of docs/scaling.md rests on."""
    busy = watch_other_work()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        images = _first(mnist(), sizes.images)
        yield from _ingest(folder)
        np.save(folder / "images.npy", images.train.images)
        yield from _pca(folder, sizes)
        yield from _k_means(folder, sizes)
        with on_disk(images) as mapped:
            yield from _training(mapped, folder)
        yield from _score(sizes)
        yield from _selection(folder, sizes)
        yield from _store(folder, sizes)
        yield _start_up(folder)
    share = busy()
    yield Figure(
        "scaling_other_work",
        None if share is None else 100 * share,
        "%",
        "of the machine went to other processes; above a few percent, measure again",
    )


def _first(images: ImageSet, count: int) -> ImageSet:
    """The set with as many training images."""
    train = Split.whole(images.train.images[:count], images.train.labels[:count])
    return replace(images, train=train)


def _alone(task: Callable[..., Taken], *arguments: Any) -> Taken:
    """What a task takes in a process of its own, whose memory has never been higher."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(task, arguments)


def _measured(task: Callable[[], object]) -> Taken:
    before, start = _bytes(), time.perf_counter()
    task()
    return Taken(time.perf_counter() - start, _bytes() - before)


def _bytes() -> float:
    gigabytes = peak_memory()
    return float("nan") if gigabytes is None else 1e9 * gigabytes


def _ingest(folder: Path) -> Iterator[Figure]:
    taken = _alone(_read_and_store, str(folder / "ingested"))
    images = mnist()
    size = len(images.train) + len(images.test)
    yield _seconds("ingest", taken, size, "read, hashed, written and checked; 28 × 28")
    yield _memory("ingest", taken, size)
    yield _disk("images", sum(array.nbytes for array in images.arrays().values()) / size)


def _read_and_store(folder: str) -> Taken:
    return _measured(lambda: stored_images(Store(Path(folder)), mnist()))


def _pca(folder: Path, sizes: Sizes) -> Iterator[Figure]:
    taken = _alone(_embed, str(folder))
    embedding = np.load(folder / "embedding.npy", mmap_mode="r")
    yield _seconds("pca", taken, sizes.images, f"{COMPONENTS} components of 784 pixels")
    yield _memory("pca", taken, sizes.images)
    yield _disk("embedding", embedding.nbytes / sizes.images)


def _embed(folder: str) -> Taken:
    images = np.load(f"{folder}/images.npy", mmap_mode="r")
    pca = Pca(method="pca", components=COMPONENTS)
    pca.embed(images[: 2 * COMPONENTS])
    return _measured(lambda: np.save(f"{folder}/embedding.npy", pca.embed(images)))


def _k_means(folder: Path, sizes: Sizes) -> Iterator[Figure]:
    taken = _alone(_cluster, str(folder))
    # each pass and the assignment at the end compare every image with every cluster
    rounds = _PASSES + 1
    yield Figure(
        "scaling_k_means",
        1e9 * taken.seconds / (sizes.images * CLUSTERS * rounds),
        "ns",
        f"an image, a cluster and a pass, with {CLUSTERS} clusters of {COMPONENTS} numbers",
    )
    yield _memory("k_means", taken, sizes.images)
    arrays = np.load(folder / "clustering.npz")
    of_samples = sum(arrays[name].nbytes for name in ("assignment", "distance"))
    yield _disk("clustering", of_samples / sizes.images)


def _cluster(folder: str) -> Taken:
    embedding = np.load(f"{folder}/embedding.npy", mmap_mode="r")
    never = len(embedding) * _PASSES
    kmeans = KMeans(embedding="pca", clusters=CLUSTERS, passes=_PASSES, patience=never)
    kmeans.model_copy(update={"clusters": 2}).fit(embedding[:100], seed=0)
    fitted = []
    taken = _measured(lambda: fitted.append(kmeans.fit(embedding, seed=0)))
    np.savez(f"{folder}/clustering.npz", **fitted[0].arrays())
    return taken


def _training(images: ImageSet, folder: Path) -> Iterator[Figure]:
    size, settings = len(images.train), engine.settings("cpu")
    engine_cpu.warm_up(images)
    recipe = R1.model_copy(update={"epochs": 1})
    counts = [size] * 4
    start = time.perf_counter()
    engine.results(images, random_runs(counts, size, seed=0), settings, recipe)
    seconds = time.perf_counter() - start
    yield _seconds("training", Taken(seconds, 0), sum(counts), "LeNet-5, with its evaluation")
    prepared = prepare(images, input_size("lenet5"), torch.device("cpu"))
    held = prepared.train_images.nbytes + prepared.train_labels.nbytes
    yield Figure("scaling_training_memory", held / size, "bytes/image", "one copy for all workers")
    log = LogSettings(recipe="lenet5", proxies=2, epochs=2)
    proxies = [proxy_seed(0, proxy) for proxy in range(log.proxies)]
    recorded = folder / "log"
    recorded.mkdir()
    start = time.perf_counter()
    built = record_log(images, R1, log, proxies, 0, settings, recorded)
    seconds, passes = time.perf_counter() - start, size * log.proxies * log.epochs
    yield _seconds("proxy_epoch", Taken(seconds, 0), passes, "trained on and recorded")
    written = sum(array.nbytes for name, array in built.arrays.items() if name != "labels")
    yield Figure(
        "scaling_log_disk",
        written / passes,
        "bytes",
        f"an image, a proxy and an epoch; {_CLASSES} classes",
    )


def _score(sizes: Sizes) -> Iterator[Figure]:
    rng, proxies = numpy_generator(0), 2
    shape = (proxies, _EPOCHS, sizes.images, _CLASSES)
    logits = rng.standard_normal(shape, dtype=np.float32).astype(np.float16)
    labels = rng.integers(_CLASSES, size=sizes.images)
    log = TrainingLog(labels, (), np.ones(proxies), {"logits": logits}, None)
    score = parse_score({"method": "dyn_unc", "log": "made_up"})
    assert isinstance(score, LogScore)
    values = score_log(log, score, "dyn_unc")
    seconds = min(_timed(lambda: score_log(log, score, "dyn_unc")) for _ in range(_REPEATS))
    yield Figure(
        "scaling_score",
        1e9 * seconds / (sizes.images * proxies * _EPOCHS),
        "ns",
        "an image, a proxy and an epoch; dyn_unc, which reads every epoch",
    )
    yield _disk("score", values.nbytes / sizes.images)


def _selection(folder: Path, sizes: Sizes) -> Iterator[Figure]:
    rng = numpy_generator(0)
    values = SampleScores(rng.standard_normal(sizes.ranked, dtype=np.float32), use_labels=True)
    ranked = parse_selector({"method": "ranked", "score": "made_up", "keep": "hardest"})
    materials = Materials(rng.integers(10, size=sizes.ranked), scores={"made_up": values})
    seconds = min(
        _timed(lambda: ranked.select(sizes.ranked // 10, materials, numpy_generator(0)))
        for _ in range(_REPEATS)
    )
    yield Figure("scaling_ranked", 1e9 * seconds / sizes.ranked, "ns/image", "a tenth is kept")
    points = rng.permutation(np.load(folder / "embedding.npy"))
    _covered(points, 100)
    covered = [_covered(points, size) for size in sizes.covered]
    yield Figure(
        "scaling_facility_location", covered[-1], "s", "a tenth of as many as in the next line"
    )
    yield Figure("scaling_facility_location_samples", sizes.covered[-1], "samples")
    exponent = float(np.polyfit(np.log(sizes.covered), np.log(covered), 1)[0])
    sampled = ", ".join(f"{size:,}" for size in sizes.covered)
    yield Figure("scaling_facility_location_growth", exponent, "exponent", f"from {sampled}")


def _covered(points: NDArray[np.float32], size: int) -> float:
    rule = parse_selector({"method": "facility_location", "embedding": "pca", "balance": "none"})
    of_all = Materials(np.zeros(size, dtype=np.int64), embeddings={"pca": points[:size]})
    return _timed(lambda: rule.select(size // 10, of_all, numpy_generator(0)))


def _store(folder: Path, sizes: Sizes) -> Iterator[Figure]:
    store, key = Store(folder / "store"), Key.of("images", benchmark=True)
    values = numpy_generator(0).integers(256, size=sizes.stored, dtype=np.uint8)
    writing = _timed(lambda: store.get_or_build(key, lambda: Built({"values": values}, {})))
    checking = min(_timed(lambda: store.get(key)) for _ in range(_REPEATS))
    megabytes = sizes.stored / 1e6
    yield Figure("scaling_store_write", megabytes / writing, "MB/s", "synced and checksummed")
    yield Figure("scaling_store_check", megabytes / checking, "MB/s", "from the page cache")


def _start_up(folder: Path) -> Figure:
    project = Project.create(folder / "project")
    _ingestion(project)
    seconds = median(_timed(lambda: _ingestion(project)) for _ in range(_REPEATS))
    return Figure("scaling_start_up", seconds, "s", "a task with next to nothing to do")


def _ingestion(project: Project) -> None:
    ended = project.kedro("run", "--pipelines=ingestion")
    if ended.returncode:
        raise RuntimeError(ended.stderr)


def _seconds(name: str, taken: Taken, images: int, detail: str) -> Figure:
    return Figure(f"scaling_{name}", 1e6 * taken.seconds / images, "µs/image", detail)


def _memory(name: str, taken: Taken, images: int) -> Figure:
    return Figure(f"scaling_{name}_memory", taken.memory / images, "bytes/image", "at the peak")


def _disk(name: str, size: float) -> Figure:
    return Figure(f"scaling_{name}_disk", size, "bytes/image", "in the store")


def _timed(task: Callable[[], object]) -> float:
    start = time.perf_counter()
    task()
    return time.perf_counter() - start
