"""Lines that are told apart by their labels, beside their ends, and by dashes and markers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from axone.arrays import FloatArray
from axone.plots.style import LINE_STYLES, MARKERS, SMALL, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LARGEST = 1e100
"""Beyond it Matplotlib's limits would overflow."""


@dataclass(frozen=True, eq=False)
class Line:
    """A line of a picture.

    Attributes
    ----------
    label : str
    y : array of shape (n,)
        What is not finite is a gap.
    reference : bool
        Whether it is only there to measure others by, and grey.
    """

    label: str
    y: FloatArray
    reference: bool = False

    def color(self, number: int) -> str:
        """Return the colour that it has as one of several."""
        colors = theme()
        return colors.muted if self.reference else colors.palette[number % len(colors.palette)]


def draw_lines(
    axes: "Axes",
    lines: Sequence[Line],
    *,
    log: bool = False,
    top: float | None = None,
    gap: float = 0.06,
    beside: Sequence[Line] = (),
) -> None:
    """Draw lines over 1, 2, 3, …, each with its label to the right, no label upon another.

    Parameters
    ----------
    axes : Axes
    lines : sequence of at most nine Lines
    log : bool, default False
        Whether y is logarithmic, what is not above 0 a gap.
    top : float, optional
        The axes end there, if numbers lie above it.
    gap : float, default 0.06
        From label to label at least, as a share of the height.
    beside : sequence of Lines, default ()
        Of axes that share y: the limits make room for them too.
    """
    from matplotlib.ticker import MaxNLocator

    from axone.plots.epochs import label_decades

    drawn = [(line, *_points(line, log=log)) for line in lines]
    for number, (line, x, y) in enumerate(drawn):
        axes.plot(
            x,
            y,
            color=line.color(number),
            linestyle=LINE_STYLES[number % (len(LINE_STYLES) - 1)],
            marker=MARKERS[number % len(MARKERS)],
            markersize=4.5,
            # A few marks on each line, not at the same places.
            markevery=(number * len(x) // 60 % max(len(x), 1), max(1, len(x) // 6)),
            linewidth=1.5,
            zorder=3,
        )
    last = max(len(y) for _line, _x, y in drawn)
    margin = max(0.02 * last, 0.3)
    axes.set_xlim(1 - margin, last + margin)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True, min_n_ticks=1))
    every = np.concatenate([_points(line, log=log)[1] for line in (*lines, *beside)])
    every = every[np.isfinite(every)]
    if every.size and log:
        axes.set_yscale("log")
        high = float(every.max()) if top is None else min(float(every.max()), top)
        low = min(float(every.min()), high / 2)
        axes.set_ylim(low / 1.3, high * 1.3)
        label_decades(axes.yaxis, float(np.log10(high / low)))
    elif every.size:
        high = float(every.max()) if top is None else min(float(every.max()), top)
        low = min(float(every.min()), high)
        axes.set_ylim(low - 0.05 * (high - low or 1.0), high + 0.05 * (high - low or 1.0))
    _label(axes, drawn, gap)


def _points(line: Line, *, log: bool) -> tuple[FloatArray, FloatArray]:
    y = np.array(line.y, dtype=np.float64)
    y[~(np.abs(y) <= _LARGEST)] = np.nan
    if log:
        y[~(y > 0)] = np.nan
    return 1 + np.arange(len(y), dtype=np.float64), y


def _label(axes: "Axes", drawn: Sequence[tuple[Line, FloatArray, FloatArray]], gap: float) -> None:
    to_shares = axes.transScale + axes.transLimits
    ends = np.zeros((len(drawn), 2))
    for number, (_line, x, y) in enumerate(drawn):
        there = np.flatnonzero(np.isfinite(y))
        # A line without a point has its label where there is room.
        ends[number] = to_shares.transform((x[there[-1]], y[there[-1]])) if there.size else (1, 0)
    places = apart(np.clip(ends[:, 1], 0.0, 1.0), gap)
    for number, (line, _x, y) in enumerate(drawn):
        leader = {
            "arrowstyle": "-",
            "color": line.color(number),
            "linewidth": 0.8,
            "relpos": (0.0, 0.5),
            "shrinkA": 0.0,
            "shrinkB": 0.0,
        }
        axes.annotate(
            str(line.label),
            (min(ends[number, 0], 1.0), min(max(ends[number, 1], 0.0), 1.0)),
            xycoords="axes fraction",
            xytext=(1.04, places[number]),
            textcoords="axes fraction",
            verticalalignment="center",
            fontsize=SMALL,
            color=theme().ink,
            annotation_clip=False,
            arrowprops=leader if np.isfinite(y).any() else None,
        )


def apart(places: FloatArray, gap: float) -> FloatArray:
    """Move places from 0 to 1 until they lie apart, their order kept.

    Parameters
    ----------
    places : array of shape (n,)
    gap : float
        At least 0; where n of them have no room, they take what there is.

    Examples
    --------
    >>> apart(np.array([0.5, 0.5, 0.98]), 0.1).round(2).tolist()
    [0.5, 0.6, 0.98]
    """
    gap = min(gap, 1.0 / max(len(places) - 1, 1))
    order = np.argsort(places, kind="stable")
    moved = np.array(places, dtype=np.float64)[order]
    for at in range(1, len(moved)):
        moved[at] = max(moved[at], moved[at - 1] + gap)
    if len(moved):
        moved[-1] = min(moved[-1], 1.0)
    for at in range(len(moved) - 2, -1, -1):
        moved[at] = min(moved[at], moved[at + 1] - gap)
    placed = np.empty_like(moved)
    placed[order] = moved
    return placed
