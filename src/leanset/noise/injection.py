"""Making a known part of the labels wrong, in memory; the files are never touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Discriminator, TypeAdapter

from leanset.budgets import largest_remainder
from leanset.errors import LeansetError, nearest
from leanset.frozen import Frozen

Labels: TypeAlias = NDArray[np.int64]


def _between_none_and_all(rate: float) -> float:
    if not 0 < rate < 1:
        raise ValueError(f"a noise rate is above 0 and below 1, not {rate:g}")
    return rate


def _changes_every_class(classes: dict[str, str]) -> dict[str, str]:
    if not classes:
        raise ValueError("name at least one class and the class it is taken for")
    for name, taken_for in classes.items():
        if name == taken_for:
            raise ValueError(f"the class '{name}' is taken for itself, which is no noise")
    return classes


Rate: TypeAlias = Annotated[float, AfterValidator(_between_none_and_all)]
"""The share of the samples of the affected classes whose label is made wrong."""


@dataclass(frozen=True)
class NoisyLabels:
    """Labels of which some were made wrong.

    Attributes:
        labels: ``int64 [N]``, as training and scores see them.
        wrong: ``bool [N]``, exactly where ``labels`` differ from the true ones.
    """

    labels: Labels
    wrong: NDArray[np.bool_]


class Symmetric(Frozen):
    """Noise that takes a sample for any of the other classes, each equally likely.

    ``rate`` is the share of all samples whose label becomes wrong; no draw gives back the true
    label, as it does in papers whose wrong label is drawn from all the classes. Every class has
    its proportional share of the wrong labels.
    """

    kind: Literal["symmetric"]
    rate: Rate

    def check(self, class_names: Sequence[str]) -> None:
        """Refuse an image set that this noise is not for.

        Raises:
            ValueError: there is no other class to be taken for.
        """
        if len(class_names) < 2:
            raise ValueError("symmetric noise needs at least two classes")

    def inject(
        self, labels: Labels, class_names: Sequence[str], rng: np.random.Generator
    ) -> NoisyLabels:
        """Make ``round(rate · N)`` of the labels ``int64 [N]`` wrong, in a copy.

        Raises:
            LeansetError: the rate rounds to no wrong label.
        """
        classes = len(class_names)
        wrong = _drawn(labels, np.arange(classes), self.rate, rng)
        steps = rng.integers(1, classes, np.count_nonzero(wrong))
        return _relabelled(labels, wrong, (labels[wrong] + steps) % classes)


class Asymmetric(Frozen):
    """Noise that takes the samples of some classes for one class each, as people do.

    ``classes`` maps a class to the class it is taken for, and ``rate`` is the share of the samples
    of the mapped classes whose label becomes wrong; the other classes stay as they are. On MNIST
    the map of Patrini et al. (2017, arXiv:1609.03683) is 2→7, 3→8, 5→6, 6→5 and 7→1.
    Every mapped class has its proportional share of the wrong labels.
    """

    kind: Literal["asymmetric"]
    rate: Rate
    classes: Annotated[dict[str, str], AfterValidator(_changes_every_class)]

    def check(self, class_names: Sequence[str]) -> None:
        """Refuse an image set that this noise is not for.

        Raises:
            ValueError: the map names a class that the set does not have.
        """
        for name in (*self.classes, *self.classes.values()):
            if name not in class_names:
                raise ValueError(f"there is no class '{name}'. {nearest(name, class_names)}")

    def inject(
        self, labels: Labels, class_names: Sequence[str], rng: np.random.Generator
    ) -> NoisyLabels:
        """Make ``round(rate · n)`` of the labels ``int64 [N]`` wrong, in a copy.

        ``n`` is the number of samples of the mapped classes.

        Raises:
            LeansetError: the rate rounds to no wrong label.
        """
        number = {name: index for index, name in enumerate(class_names)}
        taken_for = np.arange(len(class_names))
        for name, other in self.classes.items():
            taken_for[number[name]] = number[other]
        affected = np.flatnonzero(taken_for != np.arange(len(class_names)))
        wrong = _drawn(labels, affected, self.rate, rng)
        return _relabelled(labels, wrong, taken_for[labels[wrong]])


LabelNoise: TypeAlias = Annotated[Symmetric | Asymmetric, Discriminator("kind")]
"""Every kind of noise."""


_ADAPTER: TypeAdapter[LabelNoise] = TypeAdapter(LabelNoise)


def parse_noise(block: Any) -> LabelNoise:
    """The noise that a block of parameters describes."""
    return _ADAPTER.validate_python(block)


def _drawn(
    labels: Labels, affected: NDArray[np.int64], rate: float, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Draw the samples whose label becomes wrong, ``bool [N]``: of every class its exact share."""
    members = [np.flatnonzero(labels == label) for label in affected]
    sizes = np.array([len(samples) for samples in members], dtype=np.int64)
    count = round(rate * int(sizes.sum()))
    if count == 0:
        raise LeansetError(
            f"a noise rate of {rate:g} makes none of {sizes.sum()} labels wrong.",
            where="dataset.noise",
            remedy="Raise the rate, use more training samples, or leave the noise out.",
        )
    wrong = np.zeros(len(labels), dtype=np.bool_)
    # a class too small for a wrong label of its own stays clean: it is not to be all wrong
    quotas = largest_remainder(sizes * (count / sizes.sum()), rng)
    for samples, quota in zip(members, quotas, strict=True):
        wrong[rng.choice(samples, quota, replace=False)] = True
    return wrong


def _relabelled(labels: Labels, wrong: NDArray[np.bool_], taken_for: Labels) -> NoisyLabels:
    noisy = np.array(labels)
    noisy[wrong] = taken_for
    return NoisyLabels(noisy, wrong)
