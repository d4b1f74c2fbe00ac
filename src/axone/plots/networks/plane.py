"""What pictures of answers over a plane share: the grid they were asked on, rows as markers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from axone.arrays import FloatArray
from axone.errors import DataError, ShapeError
from axone.messages import _, _n
from axone.plots.style import SMALL, add_note, dress, in_short, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.contour import ContourSet
    from matplotlib.figure import Figure

_RIM = 0.05
"""Share of the plane at its edges in which no number is written."""

_APART = 0.07
"""Share of the plane between two numbers."""


class Plane(NamedTuple):
    """A grid over two axes, and rows on it.

    Attributes
    ----------
    x, y : array of shape (gx,), (gy,)
        Rising.
    points : array of shape (m, 2)
        NaN where a row cannot be placed.
    """

    x: FloatArray
    y: FloatArray
    points: FloatArray

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """The outer edges of the cells whose middles the grid's points are."""
        (left, right), (low, high) = (
            (axis[0] - (axis[1] - axis[0]) / 2, axis[-1] + (axis[-1] - axis[-2]) / 2)
            for axis in (self.x, self.y)
        )
        return float(left), float(right), float(low), float(high)


def checked_plane(
    x: ArrayLike, y: ArrayLike, answers: NDArray[np.float64], rows: ArrayLike
) -> Plane:
    """Return the grid on which answers of shape (gy, gx, …) were given, and the rows on it.

    Raises
    ------
    ShapeError
        The arrays do not fit together.
    DataError
        Answers that are not finite.
    """
    across, up = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    points = np.asarray(rows, dtype=np.float64)
    fits = across.ndim == up.ndim == 1 and min(len(across), len(up)) >= 2
    if not fits or answers.shape[:2] != (len(up), len(across)) or points.shape[1:] != (2,):
        raise ShapeError(
            _(
                "answers of shape {answers} on a grid of {x} by {y} points with rows of shape "
                "{rows}: give answers (gy, gx, …), at least 2 points each way, and rows (m, 2).",
                answers=answers.shape,
                x=across.shape,
                y=up.shape,
                rows=points.shape,
            )
        )
    if not np.isfinite(answers).all():
        raise DataError(_("The answers must be finite: has the training diverged?"))
    return Plane(across, up, points)


def finish_plane(
    figure: "Figure", axes: "Axes", plane: Plane, names: Sequence[str], notes: Sequence[str]
) -> None:
    """Name the axes of a plane, show all of it, and say what is not drawn."""
    dress(axes, grid=False)
    left, right, low, high = plane.extent
    axes.set_xlim(left, right)
    axes.set_ylim(low, high)
    axes.set_xlabel(names[0])
    axes.set_ylabel(names[1])
    lost = int(np.isnan(plane.points).any(axis=1).sum())
    left_out = _n(
        "{count:,} row with a missing cell is not drawn.",
        "{count:,} rows with a missing cell are not drawn.",
        lost,
    )
    add_note(figure, *notes, left_out if lost else "")


def write_levels(axes: "Axes", lines: "ContourSet", plane: Plane) -> None:
    """Write its value on each contour line, but where the edge or another would cover it."""
    left, right, low, high = plane.extent
    written: list[tuple[float, float]] = []
    for words in axes.clabel(lines, fontsize=SMALL, inline=False, fmt=in_short):
        x, y = words.get_position()
        across, up = (x - left) / (right - left), (y - low) / (high - low)
        inside = min(across, up, 1 - across, 1 - up) > _RIM
        is_free = all(np.hypot(across - a, up - b) > _APART for a, b in written)
        words.set(path_effects=outlined(), color=theme().ink, visible=inside and is_free)
        if inside and is_free:
            written.append((across, up))


def outlined() -> list[object]:
    """Return what keeps words legible upon any colour: a rim of the ground's colour."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=3.0, foreground=theme().paper)]
