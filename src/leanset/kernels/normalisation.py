"""The statistics of batch norm on packed maps, and what they pass back.

The bias of the convolution is left out everywhere: the batch's own mean takes it away again.
Statistics are ``float32 [3, O]``: mean and precision, 1 / sqrt(variance + eps), of each map, and
the share that each value has in them: zero in evaluation, where they do not come from the batch.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leanset.kernels.compiling import compiled
from leanset.kernels.lanes import LANES, load, splat, store, total


@compiled
def add_row_moments(
    convolved: NDArray[np.float32],
    row: int,
    samples: int,
    mask: NDArray[np.float32],
    moments: NDArray[np.float64],
) -> None:
    """Add a row of ``convolved [O, rows, W, 64]`` to the moments of the first maps.

    ``moments [maps, 3]`` holds count, mean and sum of squared deviations. Columns beyond the
    samples must be zero. Source: Chan, Golub & LeVeque (1983), eq. 2.1.
    """
    _, rows, width, pack = convolved.shape
    added = width * samples
    for o in range(len(moments)):
        start = (o * rows + row) * width * pack
        end = start + width * pack
        # four sums at a time: one alone would wait for its own last addition
        a = b = c = d = splat(0)
        for at in range(start, end, 4 * LANES):
            a += load(convolved, at)
            b += load(convolved, at + LANES)
            c += load(convolved, at + 2 * LANES)
            d += load(convolved, at + 3 * LANES)
        mean = total((a + b) + (c + d)) / added
        centre = splat(mean)
        a = b = c = d = splat(0)
        for at in range(start, end, 4 * LANES):
            e = (load(convolved, at) - centre) * load(mask, 0)
            f = (load(convolved, at + LANES) - centre) * load(mask, LANES)
            g = (load(convolved, at + 2 * LANES) - centre) * load(mask, 2 * LANES)
            h = (load(convolved, at + 3 * LANES) - centre) * load(mask, 3 * LANES)
            a, b, c, d = a + e * e, b + f * f, c + g * g, d + h * h
        count, difference = moments[o, 0] + added, mean - moments[o, 1]
        moments[o, 2] += total((a + b) + (c + d)) + difference**2 * moments[o, 0] * added / count
        moments[o, 1] += difference * added / count
        moments[o, 0] = count


@compiled
def batch_statistics(
    moments: NDArray[np.float64],
    bias: NDArray[np.float32],
    share: float,
    eps: float,
    running_mean: NDArray[np.float32],
    running_variance: NDArray[np.float32],
    statistics: NDArray[np.float32],
) -> None:
    """Statistics of a batch from its moments; the running ones move a share towards them."""
    for o in range(len(moments)):
        count, mean, squares = moments[o, 0], moments[o, 1], moments[o, 2]
        statistics[0, o] = mean
        statistics[1, o] = 1 / np.sqrt(squares / count + eps)
        statistics[2, o] = 1 / count
        running_mean[o] += share * (mean + bias[o] - running_mean[o])
        running_variance[o] += share * (squares / (count - 1) - running_variance[o])


@compiled
def norm_gradients(
    sums: NDArray[np.float64],
    scale: NDArray[np.float32],
    statistics: NDArray[np.float32],
    coefficients: NDArray[np.float32],
    gradients: NDArray[np.float32],
) -> None:
    """The gradients by map, and the coefficients that take ``upstream`` back through the norm.

    ``gradients [3, O]`` are those of the convolution's bias, the scale and the shift, and
    ``coefficients [3, O]`` what ``spread_gradient`` and ``route_row`` work with, all from ``sums
    [O, 2]`` of ``add_peak_sums``. Source: Ioffe & Szegedy (2015), section 3, the terms of each
    value gathered.
    """
    for o in range(len(sums)):
        plain, weighted = sums[o, 0], sums[o, 1]
        precision, share = statistics[1, o], statistics[2, o]
        factor = scale[o] * precision
        # the batch's own mean takes the bias away, so that it has no gradient
        gradients[0, o] = 0 if share > 0 else factor * plain
        gradients[1, o] = weighted * precision
        gradients[2, o] = plain
        coefficients[0, o] = factor
        coefficients[1, o] = -factor * plain * share
        coefficients[2, o] = -factor * precision * precision * weighted * share


@compiled
def spread_gradient(
    convolved: NDArray[np.float32],
    y: int,
    statistics: NDArray[np.float32],
    coefficients: NDArray[np.float32],
    mask: NDArray[np.float32],
    gradient: NDArray[np.float32],
    row: int,
) -> None:
    """A row of ``gradient``: what every convolved value gets back through the batch's statistics.

    That is ``coefficients[1] + coefficients[2] * (convolved - mean)`` of row ``y``, zero where the
    mask is.
    """
    _, rows, width, pack = gradient.shape
    maps, height, _, _ = convolved.shape
    for o in range(maps):
        mean = splat(statistics[0, o])
        constant, slope = splat(coefficients[1, o]), splat(coefficients[2, o])
        source = (o * height + y) * width * pack
        target = (o * rows + row) * width * pack
        for x in range(0, width * pack, pack):
            for b in range(0, pack, LANES):
                value = constant + slope * (load(convolved, source + x + b) - mean)
                store(gradient, target + x + b, value * load(mask, b))
