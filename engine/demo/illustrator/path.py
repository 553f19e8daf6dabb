"""Lines as points: smooth curves, bent edges, ellipses, and what lies beside a line."""

from __future__ import annotations

from math import cos, pi, sin
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Point: TypeAlias = tuple[float, float]
Bend: TypeAlias = tuple[float, float, float]
"""A corner, and how far the edge to the next one bulges to its left, as a share of its length."""

Path: TypeAlias = "NDArray[np.float64]"
"""Points in a row, (N, 2)."""

_CATMULL_ROM = np.asarray(((0, 2, 0, 0), (-1, 0, 1, 0), (2, -5, 4, -1), (-1, 3, -3, 1))) / 2
"""Of four points in a row, what makes the powers of the way from the second to the third (a uniform spline)."""

_EDGE = np.arange(7)[:, None] / 7


def smooth(points: Path | Sequence[Point], *, closed: bool = True, pieces: int = 6) -> Path:
    """Lead a smooth line through all points, with so many pieces from one to the next."""
    p = np.asarray(points, dtype=np.float64)
    before, after = (p[-1:], p[:2]) if closed else (p[:1], p[-1:])
    q = np.concatenate((before, p, after))
    fours = np.stack([q[i : len(q) - 3 + i] for i in range(4)], axis=1)  # (lines, 4, 2)
    powers = (np.arange(pieces) / pieces)[:, None] ** np.arange(4)
    path = ((powers @ _CATMULL_ROM) @ fours).reshape(-1, 2)
    return path if closed else np.concatenate((path, p[-1:]))


def bent(corners: Sequence[Bend], *, closed: bool = True) -> Path:
    """Lead an edge from corner to corner, each an arc of its own, so that corners stay sharp."""
    c = np.asarray(corners, dtype=np.float64)
    starts = c if closed else c[:-1]
    a, b = starts[:, :2], np.roll(c[:, :2], -1, axis=0)[: len(starts)]
    along = b - a
    left = np.stack((along[:, 1], -along[:, 0]), axis=1)
    control = (a + b) / 2 + 2 * starts[:, 2:] * left
    t = _EDGE[None]
    path = (1 - t) ** 2 * a[:, None] + 2 * t * (1 - t) * control[:, None] + t**2 * b[:, None]
    flat = path.reshape(-1, 2)
    return flat if closed else np.concatenate((flat, c[-1:, :2]))


def ellipse(x: float, y: float, half_width: float, half_height: float, corners: int = 24) -> Path:
    """Give the outline of an ellipse."""
    angles = [2 * pi * corner / corners for corner in range(corners)]
    return np.asarray([(x + half_width * cos(angle), y + half_height * sin(angle)) for angle in angles])


def symmetric(right: Sequence[Point]) -> list[Point]:
    """Close a shape whose right half is given from its top to its bottom; points on the middle line come once."""
    return [*right, *((-x, y) for x, y in reversed(right) if x)]


def normals(path: Path, *, closed: bool) -> Path:
    """Give at each point the unit vector to the left of the way, (N, 2)."""
    along = np.roll(path, -1, axis=0) - np.roll(path, 1, axis=0) if closed else np.gradient(path, axis=0)
    length = np.hypot(along[:, 0], along[:, 1])[:, None]
    return np.stack((along[:, 1], -along[:, 0]), axis=1) / np.maximum(length, 1e-9)


def clockwise(path: Path) -> bool:
    """Tell the sense of a closed path, as seen on a sheet whose y grows downwards."""
    x, y = path[:, 0], path[:, 1]
    return bool((x * np.roll(y, -1) - np.roll(x, -1) * y).sum() > 0)


def limb(points: Sequence[Point], widths: Sequence[float], *, rounded: bool = False) -> Path:
    """Give the outline of something that bends along points and is so wide there, with a flat or a round start."""
    way = smooth(points, closed=False)
    half = np.interp(np.linspace(0, len(points) - 1, len(way)), range(len(points)), widths)[:, None] / 2
    left = normals(way, closed=False)
    outline = np.concatenate((way + left * half, (way - left * half)[::-1]))
    if not rounded:
        return outline
    turn = np.linspace(0, np.pi, 9)[1:-1, None]
    back = np.stack((left[0, 1], -left[0, 0]))  # against the way
    cap = way[0] + half[0] * (back * np.sin(turn) * 0.9 - left[0] * np.cos(turn))
    return np.concatenate((outline, cap))


def mirrored(right: Path) -> Path:
    """Close a shape whose right half is given as a path from its top to its bottom."""
    return np.concatenate((right, right[::-1] * (-1, 1)))
