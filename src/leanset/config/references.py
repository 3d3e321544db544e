"""What the blocks of parameters owe each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from leanset.budgets import label
from leanset.config.blocks import NAME, Settings
from leanset.embeddings import NetworkFeatures
from leanset.errors import nearest
from leanset.scores import Fault, LogScore, PrecomputedScore, unrecorded
from leanset.training.log import LogSettings


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the settings, at a path of keys in a file."""

    path: tuple[str, ...]
    message: str
    file: str = ""


def broken_references(settings: Settings) -> Iterator[Problem]:
    """Names that name nothing; then, if there are none, what cannot work together."""
    unknown = [
        *_names(settings),
        *_artifacts(settings),
        *_sweep(settings),
        *_variants(settings),
        *_hypotheses(settings),
    ]
    yield from unknown
    if not unknown:
        yield from _logs_that_do_not_serve(settings)
        yield from _data_sets_that_do_not_serve(settings)
        yield from _scores_of_other_labels(settings)
        yield from _audit(settings)


def _names(settings: Settings) -> Iterator[Problem]:
    for block in ("embeddings", "clusterings", "recipes", "logs", "scores"):
        for name in getattr(settings, block):
            if not NAME.fullmatch(name):
                yield Problem(
                    (block, name),
                    "names are lower-case letters, digits and _, beginning with a letter.",
                )


def _artifacts(settings: Settings) -> Iterator[Problem]:
    for name, clustering in settings.clusterings.items():
        path = ("clusterings", name, "embedding")
        yield from _unknown(path, "embedding", clustering.embedding, settings.embeddings)
    for name, embedding in settings.embeddings.items():
        read = embedding.source_log()
        if read is not None:
            yield from _unknown(("embeddings", name, "log"), "log", read, settings.logs)
    for name, log in settings.logs.items():
        yield from _unknown(("logs", name, "recipe"), "recipe", log.recipe, settings.recipes)
    for name, score in settings.scores.items():
        source = score.sources()
        for kind, named, known in (
            ("log", source.log, settings.logs),
            ("clustering", source.clustering, settings.clusterings),
            ("embedding", source.embedding, settings.embeddings),
        ):
            if named is not None:
                yield from _unknown(("scores", name, kind), kind, named, known)


def _sweep(settings: Settings) -> Iterator[Problem]:
    sweep, known = settings.sweep, {*settings.variants, *settings.groups()}
    yield from _unknown(("sweep", "recipe"), "recipe", sweep.recipe, settings.recipes)
    for name in sweep.variants if sweep.variants != "all" else ():
        yield from _unknown(("sweep", "variants"), "variant", name, known)
    if sweep.variants == "all" and not settings.active():
        yield Problem(
            ("sweep", "variants"), "no variant takes part: all of them have groups; name some."
        )
    for name in sweep.scores:
        yield from _unknown(("sweep", "scores"), "score", name, settings.scores)
    if settings.audit is not None:
        yield from _unknown(("audit", "score"), "score", settings.audit.score, settings.scores)


def _variants(settings: Settings) -> Iterator[Problem]:
    for name, variant in settings.variants.items():
        needs, block = variant.selector.needs(), variant.selector.model_dump()
        if variant.recipe is not None:
            yield from _unknown((name, "recipe"), "recipe", variant.recipe, settings.recipes)
        for kind, names, known in (
            ("clustering", needs.clusterings, settings.clusterings),
            ("score", needs.scores, settings.scores),
            ("embedding", needs.embeddings, settings.embeddings),
            ("log", [moment.log for moment in needs.moments], settings.logs),
        ):
            for named in names:
                path = (name, "selector", *_keys_of(kind, named, block))
                yield from _unknown(path, kind, named, known)
        for group in sorted({*variant.groups} & settings.variants.keys()):
            yield Problem((name, "groups"), f"'{group}' is already the name of a variant.")


def _keys_of(kind: str, named: str, block: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys under which a selector names an artifact; one may be the kind, or say its role.

    An artifact may have the name of one of another kind, or of a method.
    """
    paths = [path for path in _paths_to(named, block) if path[-1] != "method"]
    return next((path for path in paths if path[-1] == kind), (*paths, ())[0])


def _paths_to(value: str, block: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for key, inner in block.items():
        if inner == value:
            yield (key,)
        elif isinstance(inner, Mapping):
            yield from ((key, *path) for path in _paths_to(value, inner))


def _hypotheses(settings: Settings) -> Iterator[Problem]:
    cells = {
        f"{name} at {label(budget)}"
        for name, variant in settings.active().items()
        for budget in variant.budgets or settings.sweep.budgets
    }
    for number, claim in enumerate(settings.hypotheses):
        named = [
            cell
            for budget, than_budget in claim.pairs()
            for cell in (f"{claim.better} at {budget}", f"{claim.than} at {than_budget}")
        ]
        for cell in dict.fromkeys(named):
            yield from _unknown(("hypotheses", str(number)), "cell", cell, cells)


def _logs_that_do_not_serve(settings: Settings) -> Iterator[Problem]:
    """Of what is to be read from them; what nobody reads may be left as it is."""
    yield from _scores_that_are_not_served(settings)
    for name in settings.artifacts().embeddings:
        embedding = settings.embeddings[name]
        if isinstance(embedding, NetworkFeatures):
            log = settings.logs[embedding.log]
            for fault in unrecorded(embedding.log, log, embedding.epoch):
                yield Problem(("embeddings", name, fault.key), fault.message)
    for name, variant in settings.active().items():
        for moment in variant.selector.needs().moments:
            keys = _keys_of("log", moment.log, variant.selector.model_dump())
            for fault in unrecorded(moment.log, settings.logs[moment.log], moment.epoch):
                yield Problem((name, "selector", *keys[:-1], fault.key), fault.message)


def _scores_that_are_not_served(settings: Settings) -> Iterator[Problem]:
    for name, runs in _runs_of_scores(settings).items():
        score = settings.scores[name]
        if isinstance(score, LogScore):
            for fault in _faults(score, settings.logs[score.log], runs):
                yield Problem(("scores", name, fault.key), fault.message)


def _faults(score: LogScore, log: LogSettings, runs: int) -> Iterator[Fault]:
    yield from score.faults(log)
    # only together do proxies with folds hold one without each sample
    divided = score.proxies == "own" and not log.folds
    each = log.proxies // runs or log.proxies
    if divided and each < min(score.least_proxies, log.proxies):
        yield Fault(
            "proxies",
            f"it takes at least {score.least_proxies} proxies, but {runs} runs have {each} each of "
            f"the {log.proxies} of the log {score.log}; let them be shared, or raise "
            f"logs.{score.log}.proxies.",
        )


def _runs_of_scores(settings: Settings) -> dict[str, int]:
    """How many runs each score is made for, of those that are made."""
    runs = dict.fromkeys(settings.sweep.scores, settings.sweep.runs)
    if settings.audit is not None:
        runs.setdefault(settings.audit.score, 1)
    for variant in settings.active().values():
        for name in variant.selector.needs().scores:
            runs[name] = max(runs.get(name, 0), variant.runs or settings.sweep.runs)
    return runs


def _data_sets_that_do_not_serve(settings: Settings) -> Iterator[Problem]:
    for name, variant in settings.active().items():
        needs = variant.selector.needs()
        if variant.selector.alternatives() and not settings.dataset.validation:
            yield Problem(
                (name, "selector"),
                f"to choose between {' and '.join(variant.selector.alternatives())} takes a "
                "validation split; set dataset.validation, for instance to 0.1.",
            )
        if needs.validation and not settings.dataset.validation:
            yield Problem(
                (name, "selector", "method"),
                f"{variant.selector.method} looks at a validation split; set dataset.validation, "
                "for instance to 0.1.",
            )
        if needs.wrong_labels and settings.dataset.noise is None:
            yield Problem(
                (name, "selector", "method"),
                f"{variant.selector.method} has to know which labels are wrong; set dataset.noise.",
            )


def _scores_of_other_labels(settings: Settings) -> Iterator[Problem]:
    if settings.dataset.noise is None:
        return
    for name in settings.artifacts().scores:
        score = settings.scores[name]
        if isinstance(score, PrecomputedScore) and score.uses_labels:
            yield Problem(
                ("scores", name, "uses_labels"),
                "it was made with the labels on disk, but dataset.noise makes some of them wrong "
                "in memory only; leave one of the two out.",
            )


def _audit(settings: Settings) -> Iterator[Problem]:
    if settings.audit is None:
        return
    path, name = ("audit", "score"), settings.audit.score
    if not isinstance(settings.scores[name], LogScore):
        yield Problem(path, f"'{name}' is not read from a training log; name one that is.")
    elif settings.scores[name].kind != "difficulty":
        yield Problem(path, f"'{name}' is high where proxies waver, not on wrong labels.")


def _unknown(
    path: tuple[str, ...], kind: str, name: str, known: Iterable[str]
) -> Iterator[Problem]:
    if name not in known:
        yield Problem(path, f"there is no {kind} '{name}'. {nearest(name, known)}")
