"""ReLU and max-pooling of 2×2 windows on packed maps, with the norm's scale and shift.

Batch norm and ReLU are monotone, so the largest result of a window is made of its largest convolved
value, or of its smallest where the norm's scale is negative. So pooling comes first, and only the
*peaks*, a quarter of the values, are normalised and rectified.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leanset.kernels.compiling import compiled
from leanset.kernels.lanes import LANES, load, splat, store, total, where_above, where_equal


@compiled
def pool_rows(
    convolved: NDArray[np.float32],
    top: int,
    bottom: int,
    scale: NDArray[np.float32],
    y: int,
    peaks: NDArray[np.float32],
) -> None:
    """Row ``y`` of ``peaks [O, H, W, 64]`` from two rows of ``convolved [O, rows, >= 2W, 64]``.

    A peak is the first largest value of its window in scan order, the first smallest where
    ``scale [O]`` is negative, the first of all where it is zero. A NaN is taken before all else.
    """
    _, rows, convolved_width, pack = convolved.shape
    maps, height, width, _ = peaks.shape
    for o in range(maps):
        sign = splat(np.sign(scale[o]))
        upper = (o * rows + top) * convolved_width * pack
        lower = (o * rows + bottom) * convolved_width * pack
        target = (o * height + y) * width * pack
        for x in range(0, width * pack, pack):
            for b in range(x, x + pack, LANES):
                peak = load(convolved, upper + x + b)
                for at in (upper + pack, lower, lower + pack):
                    value = load(convolved, at + x + b)
                    peak = where_above(sign * value, sign * peak, value, peak)
                store(peaks, target + b, peak)


@compiled
def rectify(
    peaks: NDArray[np.float32],
    statistics: NDArray[np.float32],
    scale: NDArray[np.float32],
    shift: NDArray[np.float32],
    mask: NDArray[np.float32],
    outputs: NDArray[np.float32],
) -> None:
    """``max((peaks - mean) * precision * scale + shift, 0)`` of ``peaks [O, H, W, 64]``.

    Zero where the mask is. ``outputs`` may be ``peaks``.
    """
    maps, height, width, pack = peaks.shape
    zero = splat(0)
    for o in range(maps):
        mean, factor, addend = (
            splat(statistics[0, o]),
            splat(statistics[1, o] * scale[o]),
            splat(shift[o]),
        )
        start = o * height * width * pack
        for x in range(start, start + height * width * pack, pack):
            for b in range(0, pack, LANES):
                value = (load(peaks, x + b) - mean) * factor + addend
                value = where_above(value, zero, value, zero)
                store(outputs, x + b, value * load(mask, b))


@compiled
def add_peak_sums(
    upstream: NDArray[np.float32],
    outputs: NDArray[np.float32],
    peaks: NDArray[np.float32],
    statistics: NDArray[np.float32],
    sums: NDArray[np.float64],
) -> None:
    """Add to ``sums [O, 2]`` the gradients that pass the ReLU, and these times (peak - mean).

    The arrays of maps are ``[O, H, W, 64]``; ``upstream`` is the gradient of ``outputs``. Nothing
    passes in the columns that fill a pack, because their outputs are zeros.
    """
    maps, height, width, pack = peaks.shape
    zero = splat(0)
    for o in range(maps):
        mean = splat(statistics[0, o])
        for y in range(o * height, (o + 1) * height):
            plain = weighted = zero
            for x in range(y * width * pack, (y + 1) * width * pack, pack):
                for b in range(0, pack, LANES):
                    at = x + b
                    passed = where_above(load(outputs, at), zero, load(upstream, at), zero)
                    plain += passed
                    weighted += passed * (load(peaks, at) - mean)
            sums[o, 0] += total(plain)
            sums[o, 1] += total(weighted)


@compiled
def route_row(
    convolved: NDArray[np.float32],
    y: int,
    upstream: NDArray[np.float32],
    outputs: NDArray[np.float32],
    peaks: NDArray[np.float32],
    coefficients: NDArray[np.float32],
    gradient: NDArray[np.float32],
    top: int,
    bottom: int,
) -> None:
    """Add row ``y`` of ``upstream``, times ``coefficients[0]``, to where its peaks came from.

    That is in rows ``top`` and ``bottom`` of ``gradient [O, rows, W, 64]``. Of equal values in a
    window the first in scan order gets the gradient.
    """
    _, rows, width, pack = gradient.shape
    _, height, _, _ = convolved.shape
    maps, pooled_height, pooled_width, _ = peaks.shape
    zero = splat(0)
    for o in range(maps):
        times = splat(coefficients[0, o])
        upper = (o * height + 2 * y) * width * pack
        lower = upper + width * pack
        to_upper = (o * rows + top) * width * pack
        to_lower = (o * rows + bottom) * width * pack
        pooled = (o * pooled_height + y) * pooled_width * pack
        for x in range(0, pooled_width * pack, pack):
            for b in range(0, pack, LANES):
                at = pooled + x + b
                peak = load(peaks, at)
                left = where_above(load(outputs, at), zero, load(upstream, at), zero)
                left = left * times
                for source, target in (
                    (upper, to_upper),
                    (upper + pack, to_upper + pack),
                    (lower, to_lower),
                    (lower + pack, to_lower + pack),
                ):
                    value = load(convolved, source + 2 * x + b)
                    place = target + 2 * x + b
                    store(
                        gradient,
                        place,
                        load(gradient, place) + where_equal(value, peak, left, zero),
                    )
                    left = where_equal(value, peak, zero, left)
