"""The symbols of plotly as paths, for the buttons that stand for its traces."""

from math import cos, pi, sin


def _polygon(points: list[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.2f},{y:.2f}" for x, y in points) + "Z"


def _star() -> str:
    corners = [(-pi / 2 + corner * pi / 5, 5.6 if corner % 2 == 0 else 2.4) for corner in range(10)]
    return _polygon([(radius * cos(angle), radius * sin(angle)) for angle, radius in corners])


_CROSS = [(-1.6, -4.6), (1.6, -4.6), (1.6, -1.6), (4.6, -1.6), (4.6, 1.6), (1.6, 1.6), (1.6, 4.6),
          (-1.6, 4.6), (-1.6, 1.6), (-4.6, 1.6), (-4.6, -1.6), (-1.6, -1.6)]  # fmt: skip

_PATHS = {
    "circle": "M-4.2,0a4.2,4.2 0 1,0 8.4,0a4.2,4.2 0 1,0 -8.4,0Z",
    "square": _polygon([(-3.8, -3.8), (3.8, -3.8), (3.8, 3.8), (-3.8, 3.8)]),
    "diamond": _polygon([(0, -5.2), (5.2, 0), (0, 5.2), (-5.2, 0)]),
    "triangle-up": _polygon([(0, -4.8), (4.8, 3.6), (-4.8, 3.6)]),
    "cross": _polygon(_CROSS),
    "x": _polygon([((x - y) / 2**0.5, (x + y) / 2**0.5) for x, y in _CROSS]),
    "star": _star(),
}


def mark_path(symbol: str) -> str:
    """The path of a symbol around the origin, some ten pixels wide."""
    return _PATHS[symbol]
