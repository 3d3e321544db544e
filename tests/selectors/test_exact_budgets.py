"""What holds for every selector: exactly the budget, distinct, in range, the same by its seed."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from leanset.clustering import Clustering
from leanset.errors import LeansetError
from leanset.selectors import (
    METHODS,
    BetaSampling,
    Ccs,
    Clustered,
    Denoised,
    Full,
    Materials,
    Middle,
    OracleClean,
    Random,
    Ranked,
    Rs2,
    SampleScores,
    Selector,
    StratifiedRandom,
    Weighted,
    Window,
    parse_selector,
)
from leanset.training.log.snapshot import Moment, Snapshot

BALANCES = ("none", "proportional", "uniform")


def scored_rules() -> Iterable[Selector]:
    """Every rule over a score, with every class balance."""
    for balance in BALANCES:
        over = {"score": "s", "balance": balance}
        for keep in ("hardest", "easiest"):
            yield Ranked.model_validate({"method": "ranked", "keep": keep, **over})
            for temperature in (0.01, 1.0):
                yield Weighted.model_validate(
                    {"method": "weighted", "keep": keep, "temperature": temperature, **over}
                )
        for start, width in ((0.0, None), (0.3, None), (0.2, 0.4)):
            yield Window.model_validate(
                {"method": "window", "start": start, "width": width, **over}
            )
        yield Middle.model_validate({"method": "middle", **over})
        for beta, strata in ((0.0, 50), (0.3, 3)):
            yield Ccs.model_validate({"method": "ccs", "beta": beta, "strata": strata, **over})
        yield BetaSampling.model_validate({"method": "beta_sampling", "doubt": "doubt", **over})


def covering_rules() -> Iterable[Selector]:
    """Every rule of coverage and of gradients, with every class balance it takes."""
    for balance in BALANCES:
        for block in (
            {"method": "facility_location", "embedding": "e"},
            {"method": "facility_location", "embedding": "e", "similarity": "euclidean"},
            {"method": "facility_location", "embedding": "e", "optimizer": {"name": "lazy"}},
            {"method": "facility_location", "embedding": "e", "optimizer": {"name": "stochastic"}},
            {"method": "graph_cut", "embedding": "e"},
            {"method": "k_center", "embedding": "e"},
            {"method": "herding", "embedding": "e"},
            {"method": "d2", "embedding": "e", "score": "s"},
            {"method": "craig", "log": "l", "weights": "loss"},
            {"method": "gradmatch", "log": "l", "weights": "sampler", "clip": 2},
            {"method": "glister", "log": "l", "refreshes": 3},
            {"method": "cal", "log": "l", "neighbours": 3},
            {"method": "contextual_diversity", "log": "l"},
        ):
            yield parse_selector({"balance": balance, **block})
    for keep in ("furthest", "closest"):
        yield parse_selector(
            {"method": "semdedup", "embedding": "e", "clustering": "c", "keep": keep}
        )


SCORED = tuple(scored_rules())
COVERING = tuple(covering_rules())
SELECTORS_OF_MANY: tuple[Selector, ...] = (
    Full(method="full"),
    Random(method="random"),
    Rs2(method="rs2"),
    StratifiedRandom(method="stratified_random"),
    Clustered(method="clustered", clustering="c", keep="closest"),
    Clustered(method="clustered", clustering="c", keep="furthest"),
    Clustered(method="clustered", clustering="c", keep="random"),
    Clustered(method="clustered", clustering="c", keep="hybrid", closest_share=0.5),
    Clustered(method="clustered", clustering="c", keep="hybrid", closest_share=0.001),
    Clustered(method="clustered", clustering="c", keep="hybrid", closest_share=0.37),
    OracleClean(method="oracle_clean"),
    *SCORED,
    *(Denoised(method="denoised", suspects="doubt", drop=0.2, then=rule) for rule in SCORED[::3]),
    Denoised(method="denoised", suspects="s", drop=2, then=Random(method="random")),
    Denoised(
        method="denoised",
        suspects="s",
        drop=0.5,
        then=Clustered(method="clustered", clustering="c", keep="closest"),
    ),
)
SELECTORS = (
    *SELECTORS_OF_MANY,
    *COVERING,
    *(Denoised(method="denoised", suspects="doubt", drop=0.2, then=rule) for rule in COVERING[::4]),
)


@dataclass(frozen=True)
class Case:
    materials: Materials
    keep: int


def materials_of(
    assignment: np.ndarray,
    distance: np.ndarray,
    labels: np.ndarray,
    clusters: int,
    score: np.ndarray | None = None,
    use_labels: bool = True,
) -> Materials:
    """A clustering, a score, a doubt that runs the other way, and every fifth label wrong."""
    values = (distance if score is None else score).astype(np.float32)
    doubt = (values.max() - values) / max(float(values.max()), 1.0)
    points = np.stack([values, doubt, assignment.astype(np.float32)], axis=1)
    seen = said_of(labels, points)
    return Materials(
        labels,
        {"c": Clustering(assignment, distance, np.zeros((clusters, 1), dtype=np.float32))},
        {"s": SampleScores(values, use_labels), "doubt": SampleScores(doubt, use_labels)},
        np.arange(len(labels)) % 5 == 4,
        embeddings={"e": points},
        snapshots={Moment("l"): seen},
        validation={Moment("l"): seen.at(np.arange(0, len(labels), 2))},
    )


def said_of(labels: np.ndarray, points: np.ndarray) -> Snapshot:
    """Two proxies that see the points, scaled, and are the surer the nearer these are to 0."""
    classes = int(labels.max()) + 1
    features = np.stack([points, -2 * points]).astype(np.float32)
    logits = np.zeros((2, len(labels), classes), dtype=np.float64)
    logits[:, np.arange(len(labels)), labels] = 3 / (1 + np.abs(features).sum(axis=2))
    errors = np.exp(logits) / np.exp(logits).sum(axis=2, keepdims=True)
    errors[:, np.arange(len(labels)), labels] -= 1
    return Snapshot(labels, errors.astype(np.float32), features)


@st.composite
def small_cases(draw: st.DrawFn) -> Case:
    """Written out sample by sample, so that hypothesis can shrink a failure to its core.

    Scores take one to four values, and of the classes 0 to 5 some are absent.
    """
    clusters = draw(st.integers(2, 8))
    classes = draw(st.lists(st.integers(0, 5), min_size=1, max_size=4, unique=True))
    highest = draw(st.integers(0, 3))
    samples = draw(
        st.lists(
            st.tuples(
                st.integers(0, clusters - 1),
                st.integers(0, 3),
                st.sampled_from(classes),
                st.integers(0, highest),
            ),
            min_size=1,
            max_size=30,
        )
    )
    assignment, distance, labels, score = (
        np.array(column, np.int64) for column in zip(*samples, strict=True)
    )
    materials = materials_of(
        assignment, distance.astype(np.float64), labels, clusters, score, draw(st.booleans())
    )
    return Case(materials, draw(st.integers(1, len(samples))))


@st.composite
def large_cases(draw: st.DrawFn) -> Case:
    """Up to 5,000 clusters: many of them empty, of one sample, or of nearly all samples."""
    clusters = draw(st.integers(2, 5000))
    size = draw(st.integers(1, 6000))
    skew = draw(st.sampled_from([0.0, 0.5, 1.0, 3.0]))
    distances_that_differ = draw(st.sampled_from([1, 5, 10**9]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    weights = rng.permutation((1.0 + np.arange(clusters)) ** -skew)
    assignment = rng.choice(clusters, size, p=weights / weights.sum())
    distance = rng.integers(0, distances_that_differ, size).astype(np.float64)
    labels = rng.choice(10, size, p=rng.dirichlet(np.full(10, 0.3)))
    keep = draw(st.one_of(st.integers(1, size), st.sampled_from([1, size])))
    return Case(materials_of(assignment, distance, labels, clusters), keep)


def feasible(selector: Selector, case: Case) -> int:
    """The budget of the case, or a smaller one that the rule does not refuse; 0 if it has none."""
    available = len(case.materials.labels)
    keep = available if isinstance(selector, Full) else case.keep
    if isinstance(selector, OracleClean):
        assert case.materials.wrong is not None
        keep = min(keep, int((~case.materials.wrong).sum()))
    while keep:
        try:
            selector.check(keep, available)
        except LeansetError:
            keep = keep * 3 // 4
        else:
            break
    return keep


def check(selector: Selector, case: Case, seed: int) -> None:
    available = len(case.materials.labels)
    keep = feasible(selector, case)
    if not keep:
        return
    first, second = (
        selector.choose(keep, case.materials, np.random.default_rng(seed)).indices for _ in range(2)
    )
    expected = available if selector.redraws else keep
    assert first.shape == (expected,)
    assert np.issubdtype(first.dtype, np.integer)
    assert len(np.unique(first)) == expected
    assert first.min() >= 0
    assert first.max() < available
    assert (first == second).all()


def test_every_method_is_among_the_selectors_tested_here() -> None:
    assert {selector.method for selector in SELECTORS} == set(METHODS)


@given(st.sampled_from(SELECTORS), small_cases(), st.integers(0, 2**63 - 1))
@settings(max_examples=300, deadline=None)
def test_a_subset_has_exactly_its_budget_on_few_samples(
    selector: Selector, case: Case, seed: int
) -> None:
    check(selector, case, seed)


@given(large_cases(), st.integers(0, 2**63 - 1))
@settings(max_examples=25, deadline=None)
def test_a_subset_has_exactly_its_budget_with_up_to_5000_clusters(case: Case, seed: int) -> None:
    for selector in SELECTORS_OF_MANY:
        check(selector, case, seed)


def arrays_of(materials: Materials) -> list[np.ndarray]:
    assert materials.wrong is not None
    return [
        materials.labels,
        *materials.clusterings["c"].arrays().values(),
        *(scores.values for scores in materials.scores.values()),
        materials.wrong,
        *materials.embeddings.values(),
        *(array for seen in materials.snapshots.values() for array in vars(seen).values()),
        *(array for seen in materials.validation.values() for array in vars(seen).values()),
    ]


@given(small_cases(), st.integers(0, 2**63 - 1))
@settings(max_examples=25, deadline=None)
def test_selecting_leaves_its_materials_alone(case: Case, seed: int) -> None:
    before = [array.copy() for array in arrays_of(case.materials)]
    for selector in SELECTORS:
        check(selector, case, seed)
    after = arrays_of(case.materials)
    assert all((a == b).all() for a, b in zip(before, after, strict=True))


def fifty() -> Case:
    rng = np.random.default_rng(0)
    assignment, distance, labels = rng.integers(0, 5, 50), rng.random(50), rng.integers(0, 3, 50)
    return Case(materials_of(assignment, distance, labels, clusters=5), 17)


def test_arrays_mapped_read_only_from_disk_are_selected_from_as_well() -> None:
    case = fifty()
    for array in arrays_of(case.materials):
        array.flags.writeable = False
    for selector in SELECTORS:
        assert feasible(selector, case)
        check(selector, case, seed=0)


def test_the_global_random_state_is_neither_read_nor_moved() -> None:
    materials = fifty().materials
    for selector in SELECTORS[1:]:
        chosen = []
        for global_seed in (1, 2):
            np.random.seed(global_seed)  # noqa: NPY002 - the global state is what must not matter
            before = np.random.get_state()[1].tolist()  # type: ignore[index] # noqa: NPY002
            chosen.append(selector.select(17, materials, np.random.default_rng(3)).tolist())
            assert np.random.get_state()[1].tolist() == before  # type: ignore[index] # noqa: NPY002
        assert chosen[0] == chosen[1]


def test_rules_over_a_score_keep_exactly_any_budget_from_a_class_of_one_sample() -> None:
    # uniform shares of 2, 5, 8 and 11 of sizes 1, 4, 0 and 6 pass over what the classes lack
    labels = np.array([0, 1, 1, 1, 1, 3, 3, 3, 3, 3, 3])
    nothing = np.zeros(11, dtype=np.int64)
    for score in (nothing, np.arange(11), np.arange(11) % 2):
        materials = materials_of(nothing, nothing.astype(np.float64), labels, 2, score)
        for keep in (2, 5, 8, 11):
            for selector in SCORED:
                check(selector, Case(materials, keep), seed=keep)
