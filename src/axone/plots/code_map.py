"""A map of the rows: each a point where its code lies, so that like rows are neighbours."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from axone.arrays import FloatArray
from axone.errors import DataError, ShapeError
from axone.messages import Message, _, _n, shorten
from axone.plots.classes import checked_labels
from axone.plots.style import MARKERS, SIZE, add_note, dress, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_COLOURS = 20
"""Classes that can be told apart by colour, and have room in a legend."""


_OUTSIDE = 0.01
"""Share of the points that may lie outside on each side, if they lie far."""


def plot_code_map(
    codes: ArrayLike,
    labels: ArrayLike | None = None,
    class_names: Sequence[object] = (),
    *,
    title: str = _("Map of the code"),
) -> "Figure":
    """Draw codes of two numbers as they are, wider ones by their two principal components.

    Parameters
    ----------
    codes : array of shape (m, n)
        As `Model.encode` gives them.
    labels : array of shape (m,), optional
        What the rows are, which nobody told the network: class numbers, or amounts. They choose the
        colours.
    class_names : sequence, optional
        Of class numbers.
    title : str

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ShapeError
        The codes are no table of numbers, or there is not a label for each.
    DataError
        There is no finite code.
    """
    points, axis_labels = _in_two(np.asarray(codes, dtype=np.float64))
    with house_style():
        figure = new_figure(title, (SIZE[0], 6.0))
        axes = figure.subplots()
        dress(axes)
        size = 6.0 if len(points) > 2000 else 14.0
        style: dict[str, Any] = {"s": size, "alpha": 0.8, "linewidths": 0}
        if labels is None or np.ndim(labels) != 1:
            axes.scatter(points[:, 0], points[:, 1], color=theme().blue, **style)
        elif len(class_names):
            _draw_classes(axes, points, labels, class_names, style)
        else:
            amounts = np.asarray(labels, dtype=np.float64)
            if np.ptp(amounts) > 0:
                drawn = axes.scatter(points[:, 0], points[:, 1], c=amounts, cmap="viridis", **style)
                bar = figure.colorbar(drawn, ax=axes, label=_("target"))
                dress(bar.ax, grid=False)
            else:
                axes.scatter(points[:, 0], points[:, 1], color=theme().blue, **style)
        axes.set_xlabel(axis_labels[0])
        axes.set_ylabel(axis_labels[1])
        outside = _look_at_most(axes, points)
        add_note(
            figure,
            _("The network saw no label.") if labels is not None else "",
            _n("{count} point lies outside.", "{count} points lie outside.", outside)
            if outside
            else "",
        )
    return figure


def _in_two(codes: FloatArray) -> tuple[FloatArray, tuple[Message, Message]]:
    """Return codes as points of a plane, and what its axes are."""
    if codes.ndim != 2 or 0 in codes.shape:
        raise ShapeError(
            _("codes have shape {shape}; give (m, n), a row a code.", shape=codes.shape)
        )
    if not np.isfinite(codes).all():
        raise DataError(_("codes hold no finite numbers everywhere."))
    if codes.shape[1] == 1:
        row = np.arange(len(codes))
        return np.column_stack([codes[:, 0], row]), (_("code"), _("row"))
    if codes.shape[1] == 2 or len(codes) < 3:
        return codes[:, :2], (_("code 1"), _("code 2"))
    from sklearn.decomposition import PCA

    found = PCA(2, svd_solver="full").fit(codes)
    first, second = found.explained_variance_ratio_.tolist()
    return found.transform(codes), (
        _("1st principal component of {n} ({share:.0%})", n=codes.shape[1], share=first),
        _("2nd principal component ({share:.0%})", share=second),
    )


def _look_at_most(axes: "Axes", points: FloatArray) -> int:
    """Let a few codes far away not press all others together; return how many are not shown."""
    low, high = np.quantile(points, [_OUTSIDE, 1 - _OUTSIDE], axis=0)
    margin = 0.15 * (high - low)
    low, high = low - margin, high + margin
    if not (high > low).all():
        return 0
    axes.set_xlim(low[0], high[0])
    axes.set_ylim(low[1], high[1])
    return int(((points < low) | (points > high)).any(axis=1).sum())


def _draw_classes(
    axes: "Axes",
    points: FloatArray,
    labels: ArrayLike,
    class_names: Sequence[object],
    style: dict[str, Any],
) -> None:
    from matplotlib import colormaps

    numbers = checked_labels(labels, class_names, len(points))
    present = np.unique(numbers)
    colours: Sequence[Any] = theme().palette
    if len(present) > len(colours):
        many = colormaps["tab10" if len(present) <= 10 else "tab20"]
        colours = [many(place) for place in range(many.N)]
    for place, number in enumerate(present[:_MOST_COLOURS].tolist()):
        rows = numbers == number
        name = shorten(class_names[number], 24)
        marker = MARKERS[place % len(MARKERS)]
        axes.scatter(
            points[rows, 0],
            points[rows, 1],
            color=colours[place],
            marker=marker,
            label=name,
            **style,
        )
    rest = ~np.isin(numbers, present[:_MOST_COLOURS])
    if rest.any():
        axes.scatter(points[rest, 0], points[rest, 1], color="#999999", label=_("others"), **style)
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), markerscale=2.0)
