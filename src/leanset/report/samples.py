"""What the proxies say of single samples: the hardest, and those whose label looks wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leanset.report.galleries import Album, Difficulty, Gallery, first_of

SUSPECTS = 24
"""How many samples each of the two galleries shows."""

_ADDED_BY = (
    "With sweep.scores: [aum], this section shows the hardest samples and those whose label looks "
    "wrong, and every card shows which of the hardest it keeps and which it drops, each with the "
    "probabilities that short trainings give."
)


@dataclass(frozen=True)
class InjectedNoise:
    """How well the ranking finds the labels that were made wrong on purpose.

    Attributes:
        wrong: how many they are.
        found: how many of them are among as many samples of the highest score.
        suspects_wrong: how many of the suspects shown are wrong, if some are shown.
    """

    wrong: int
    samples: int
    found: int | None
    suspects_wrong: int | None


@dataclass(frozen=True)
class Samples:
    """The samples of the whole sweep that are worth a look.

    Attributes:
        score: by which they are ranked, if the sweep has one that says what is hard.
        hardest: those of highest score that the proxies agree with the label on, where they say.
        suspects: those of highest score that they would give another label.
        noise: where labels were made wrong on purpose.
        key: how to read what stands under a picture.
        missing: what there is not, and what would add it; "" where there is everything.
    """

    score: str | None
    hardest: Gallery | None
    suspects: Gallery | None
    noise: InjectedNoise | None
    key: str
    missing: str


def samples_of(album: Album, count: int = SUSPECTS) -> Samples:
    """Choose the hardest samples and the suspects, ``count`` of each; 0 shows no pictures."""
    difficulty = album.difficulty
    agrees = None if album.mean_p is None else album.mean_p.argmax(axis=1) == album.labels
    hardest = suspects = None
    if difficulty is not None and count:
        hardest = _hardest(album, difficulty, agrees, count)
        suspects = None if agrees is None else _suspects(album, difficulty, ~agrees, count)
    return Samples(
        score=difficulty.score if difficulty else None,
        hardest=hardest,
        suspects=suspects,
        noise=_noise(album, suspects),
        key=album.key if hardest else "",
        missing=_missing(album, count),
    )


def _hardest(
    album: Album, difficulty: Difficulty, agrees: NDArray[np.bool_] | None, count: int
) -> Gallery:
    if agrees is None:
        shown = album.show(difficulty.hardest_first[:count])
        return Gallery("Hardest", f"The highest {difficulty.score}, hardest first.", shown)
    told = f"The highest {difficulty.score} among those whose label the proxies find likeliest."
    chosen = first_of(difficulty.hardest_first, agrees, count)
    return Gallery("Hardest of the others", told, album.show(chosen))


def _suspects(
    album: Album, difficulty: Difficulty, disagrees: NDArray[np.bool_], count: int
) -> Gallery:
    doubted = int(disagrees.sum())
    told = (
        f"The highest {difficulty.score} among the {doubted:,} samples that the proxies would give "
        "another label. Look at them: a suspect may also be a rare sample with the right label."
        if doubted
        else "There is no sample that the proxies would give another label."
    )
    chosen = first_of(difficulty.hardest_first, disagrees, count)
    return Gallery("Suspected of a wrong label", told, album.show(chosen))


def _noise(album: Album, suspects: Gallery | None) -> InjectedNoise | None:
    if album.true_labels is None:
        return None
    wrong = album.labels != album.true_labels
    total, found = int(wrong.sum()), None
    if album.difficulty is not None:
        found = int(wrong[album.difficulty.hardest_first[:total]].sum())
    shown = [shown.sample for shown in suspects.shown] if suspects else []
    return InjectedNoise(
        wrong=total,
        samples=len(album),
        found=found,
        suspects_wrong=int(wrong[shown].sum()) if shown else None,
    )


def _missing(album: Album, count: int) -> str:
    if count == 0:
        return "There are no pictures, because report.gallery is 0."
    if album.difficulty is None:
        return f"No score of this sweep says which samples are hard. {_ADDED_BY}"
    if album.mean_p is None:
        return (
            f"No probabilities belong to {album.difficulty.score}, so no sample can be suspected "
            f"of a wrong label. {_ADDED_BY}"
        )
    return ""
