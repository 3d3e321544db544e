"""Choosing samples to be shown, and what is said of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leanset.images import ImageSet
from leanset.report.pictures import Pictures
from leanset.scores import Score


@dataclass(frozen=True)
class Shown:
    """One sample in a gallery.

    Attributes:
        picture: a data URI.
        enlarged: whether it is so small that it is shown pixel by pixel.
        alt: what it is, in words.
        fate: whether a variant kept or dropped it; "" where no variant is meant.
        p_label: the probability that the proxies give its label, in words; "" where there is none.
        other: the class that they find likeliest, if that is not its label.
        p_other: the probability that they give that.
        notes: what else there is to say, a few words each.
    """

    sample: int
    picture: str
    enlarged: bool
    alt: str
    label: str
    fate: str = ""
    p_label: str = ""
    other: str = ""
    p_other: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gallery:
    """Samples that were chosen in one way.

    Attributes:
        told: how they were chosen, or that there are none.
        mixed: whether kept and dropped samples stand side by side.
    """

    title: str
    told: str
    shown: tuple[Shown, ...] = ()
    mixed: bool = False


@dataclass(frozen=True)
class Difficulty:
    """A score of kind difficulty.

    Attributes:
        score: its name.
        hardest_first: ``int64 [N]``, the samples by the mean of its replicates.
    """

    score: str
    hardest_first: NDArray[np.int64]


@dataclass(frozen=True)
class Album:
    """What galleries are chosen from; all of it is aligned to the sample index.

    Attributes:
        labels: ``int64 [N]``, as they are trained on.
        shuffled: ``int64 [N]``, the samples in random order. Every gallery is drawn along it, so
            what differs between two of them is due to their rules.
        mean_p: the probabilities that the proxies give, ``float32 [N, C]``.
        true_labels: ``int64 [N]``, where some labels were made wrong on purpose.
    """

    class_names: tuple[str, ...]
    labels: NDArray[np.int64]
    pictures: Pictures
    shuffled: NDArray[np.int64]
    difficulty: Difficulty | None = None
    mean_p: NDArray[np.float32] | None = None
    true_labels: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def key(self) -> str:
        """How to read what stands under a picture; "" where that is its label alone."""
        said = (
            "Under each picture: its label with the probability that the proxies give it and, "
            "in colour, the class they find likelier."
        )
        true = "Where a label was made wrong, the true one."
        parts = [(self.mean_p, said), (self.true_labels, true)]
        return " ".join(words for known, words in parts if known is not None)

    def show(
        self, samples: NDArray[np.int64], kept: NDArray[np.bool_] | None = None
    ) -> tuple[Shown, ...]:
        """Show samples ``[n]`` in their order, and of each whether it is ``kept``, ``bool [N]``."""
        return tuple(self._shown(int(sample), kept) for sample in samples)

    def _shown(self, sample: int, kept: NDArray[np.bool_] | None) -> Shown:
        label = int(self.labels[sample])
        notes: tuple[str, ...] = ()
        if self.true_labels is not None and self.true_labels[sample] != label:
            notes = (f"truly {self.class_names[self.true_labels[sample]]}",)
        fate = "" if kept is None else "kept" if kept[sample] else "dropped"
        p_label, other, p_other = self._judged(sample, label)
        said = f"the proxies say {other}" if other else ""
        return Shown(
            sample=sample,
            picture=self.pictures.of(sample),
            enlarged=self.pictures.small,
            alt=", ".join(filter(None, [self.class_names[label], fate, said, *notes])),
            label=self.class_names[label],
            fate=fate,
            p_label=p_label,
            other=other,
            p_other=p_other,
            notes=notes,
        )

    def _judged(self, sample: int, label: int) -> tuple[str, str, str]:
        from leanset.figures.gallery import percent

        if self.mean_p is None:
            return "", "", ""
        p = self.mean_p[sample]
        likeliest = int(p.argmax())
        p_label, p_other = percent(float(p[label])), percent(float(p[likeliest]))
        disagrees = likeliest != label
        return (p_label, self.class_names[likeliest], p_other) if disagrees else (p_label, "", "")


def album_of(
    images: ImageSet,
    showings: int,
    rng: np.random.Generator,
    scores: Mapping[str, Sequence[NDArray[np.float32]]] | None = None,
    difficulty: str | None = None,
    mean_p: NDArray[np.float32] | None = None,
    true_labels: NDArray[np.int64] | None = None,
) -> Album:
    """The training split of an image set, ready to be shown.

    Args:
        images: no pixel is read yet.
        showings: how many pictures there will be at most.
        rng: draws the samples and breaks ties of the score.
        scores: the replicates ``float32 [N]`` of each score by its name.
        difficulty: which of them says what is hard; it is the mean over its replicates.
        mean_p: from ``ensemble_probabilities``, ``float32 [N, C]``.
        true_labels: ``int64 [N]``, where some labels were made wrong on purpose.
    """
    chance = rng.permutation(len(images.train))
    ranked = None
    if scores is not None and difficulty is not None:
        values = np.mean(scores[difficulty], axis=0)
        ranked = Difficulty(difficulty, np.lexsort((chance, -values)))
    return Album(
        class_names=images.class_names,
        labels=images.train.labels,
        pictures=Pictures(images.train.images, showings),
        shuffled=chance,
        difficulty=ranked,
        mean_p=mean_p,
        true_labels=true_labels,
    )


def first_of(
    ordered: NDArray[np.int64], wanted: NDArray[np.bool_], count: int
) -> NDArray[np.int64]:
    """The first ``count`` of ``ordered`` ``[N]`` that are wanted, ``bool [N]``; or all of them."""
    return ordered[wanted[ordered]][:count]


def difficulty_score(scores: Mapping[str, Score], preferred: str | None = None) -> str | None:
    """Which score says what is hard: of kind difficulty, the preferred one or the first.

    Those that are read from a training log come before others, because only there proxies say
    with which probability they would give which class.
    """
    hard = [name for name, score in scores.items() if score.kind == "difficulty"]
    hard.sort(key=lambda name: (name != preferred, scores[name].sources().log is None))
    return hard[0] if hard else None
