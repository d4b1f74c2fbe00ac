"""The decision boundary of a classifier over a plane: regions, their borders, and rows on them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from axone.arrays import BoolArray, FloatArray, IntArray
from axone.errors import ShapeError
from axone.messages import _, shorten
from axone.plots.classes import checked_labels
from axone.plots.networks.plane import Plane, checked_plane, finish_plane, outlined
from axone.plots.style import MARKERS, SIZE, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_FAINTEST, _STRONGEST = 0.10, 0.55
"""Of the class's colour, where the winner is no likelier than others and where it is certain."""

_SMALLEST_NAMED = 0.035
"""Radius of a circle within a region that its name has room in, as a share of the grid."""


def plot_decision_boundary(
    x: ArrayLike,
    y: ArrayLike,
    probabilities: ArrayLike,
    points: ArrayLike,
    labels: ArrayLike,
    predicted: ArrayLike,
    class_names: Sequence[object],
    *,
    axis_names: Sequence[str] = ("x", "y"),
    title: str = _("Decision boundary"),
    notes: Sequence[str] = (),
) -> "Figure":
    """Draw which class a classifier answers where, how sure it is, and rows with what they are.

    Parameters
    ----------
    x, y : array of shape (gx,), (gy,)
        The grid, rising.
    probabilities : array of shape (gy, gx, K)
        Of each class at each of its points; the colour of the likeliest is the stronger the
        surer. Of a classifier without probabilities ones and zeros.
    points : array of shape (m, 2)
        Where rows lie; NaN where one cannot be placed.
    labels, predicted : array of int of shape (m,)
        What they are, and what the classifier said of them. Where the two differ the row is ringed.
    class_names : sequence of K objects
    axis_names : pair of str
    title : str
    notes : sequence of str, optional
        Sentences for the foot of the picture.

    Returns
    -------
    matplotlib.figure.Figure
        8 × 5.6 inches.

    Raises
    ------
    ShapeError
        The arrays do not fit together.
    DataError
        Probabilities that are not finite, or labels without a name.

    Examples
    --------
    >>> import numpy as np
    >>> from axone.plots import plot_decision_boundary
    >>> axis = np.linspace(-1, 1, 21)
    >>> p = np.broadcast_to(1 / (1 + np.exp(-5 * axis)), (21, 21))
    >>> rows = [[-0.5, 0.2], [0.4, -0.1]]
    >>> figure = plot_decision_boundary(
    ...     axis, axis, np.dstack([1 - p, p]), rows, [0, 1], [0, 1], ["left", "right"]
    ... )
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['left', 'right']
    """
    table = np.asarray(probabilities, dtype=np.float64)
    plane = checked_plane(x, y, table, points)
    names = [shorten(name, 24) for name in class_names]
    if table.ndim != 3 or table.shape[2] != len(names):
        raise ShapeError(
            _(
                "probabilities have shape {shape}: give (gy, gx, {classes}), one for each class.",
                shape=table.shape,
                classes=len(names),
            )
        )
    truth = checked_labels(labels, names, len(plane.points))
    wrong = truth != checked_labels(predicted, names, len(plane.points))
    with house_style():
        figure = new_figure(title, (SIZE[0], 5.6))
        axes = figure.subplots()
        winner = table.argmax(axis=2)
        _draw_regions(axes, plane, table)
        _draw_borders(axes, plane, table, winner)
        _draw_rows(axes, plane, truth, wrong, names)
        _name_regions(axes, plane, winner, names)
        axes.legend(
            title=str(_("rows")),
            loc="upper left",
            bbox_to_anchor=(1.0, 1.0),
            alignment="left",
            markerscale=1.2,
        )
        finish_plane(figure, axes, plane, axis_names, notes)
    return figure


def class_color(number: int) -> FloatArray:
    """Return the colour of a class; from the sixth on nearer to the ink than the first five."""
    from matplotlib.colors import to_rgb

    palette = theme().palette
    own, ink = (np.array(to_rgb(c)) for c in (palette[number % len(palette)], theme().ink))
    share = 0.45 * (number // len(palette) % 2)
    mixed: FloatArray = (1 - share) * own + share * ink
    return mixed


def shades(table: FloatArray) -> FloatArray:
    """Return the colour of each point of a grid: its likeliest class's, paler where less sure.

    Parameters
    ----------
    table : array of shape (gy, gx, K)
        Probabilities.

    Returns
    -------
    array of shape (gy, gx, 3)
        Shares of red, green and blue.
    """
    from matplotlib.colors import to_rgb

    classes = table.shape[2]
    least = 1 / classes
    sure = np.clip((table.max(axis=2) - least) / max(1 - least, 1e-12), 0, 1)
    strength = (_FAINTEST + (_STRONGEST - _FAINTEST) * sure)[..., None]
    colors = np.array([class_color(number) for number in range(classes)])[table.argmax(axis=2)]
    mixed: FloatArray = strength * colors + (1 - strength) * np.array(to_rgb(theme().paper))
    return mixed


def _draw_regions(axes: "Axes", plane: Plane, table: FloatArray) -> None:
    axes.imshow(
        shades(table),
        extent=plane.extent,
        origin="lower",
        aspect="auto",
        interpolation="bilinear",
        zorder=0,
    )


def _draw_borders(axes: "Axes", plane: Plane, table: FloatArray, winner: IntArray) -> None:
    """Draw where a class is as likely as the likeliest other."""
    classes = np.unique(winner).tolist()
    # With two regions the border of the one is that of the other.
    for number in classes[1:] if len(classes) == 2 else classes:
        others = np.delete(table, number, axis=2)
        ahead = table[:, :, number] - others.max(axis=2)
        if ahead.min() < 0 < ahead.max():
            axes.contour(
                plane.x, plane.y, ahead, levels=[0.0], colors=[theme().ink], linewidths=1.3
            )


def _draw_rows(
    axes: "Axes", plane: Plane, truth: IntArray, wrong: BoolArray, names: Sequence[str]
) -> None:
    size = 34.0 if len(truth) <= 300 else 20.0
    style: dict[str, Any] = {"s": size, "linewidths": 0.7, "edgecolors": theme().paper, "zorder": 3}
    for number in np.unique(truth).tolist():
        rows = truth == number
        axes.scatter(
            plane.points[rows, 0],
            plane.points[rows, 1],
            color=class_color(number),
            marker=MARKERS[number % len(MARKERS)],
            label=names[number],
            **style,
        )
    if wrong.any():
        axes.scatter(
            plane.points[wrong, 0],
            plane.points[wrong, 1],
            s=5 * size,
            facecolors="none",
            edgecolors=theme().ink,
            linewidths=1.3,
            zorder=4,
            label=_("wrong ({count:,} of {rows:,})", count=int(wrong.sum()), rows=len(wrong)),
        )


def _name_regions(axes: "Axes", plane: Plane, winner: IntArray, names: Sequence[str]) -> None:
    """Write the name of each class where its region is widest, if it has room there."""
    from scipy.ndimage import distance_transform_edt

    shortest = min(winner.shape)
    for number in np.unique(winner).tolist():
        # A rim of zeros: the end of the picture is a border too.
        depth = distance_transform_edt(np.pad(winner == number, 1))[1:-1, 1:-1]
        row, column = np.unravel_index(int(depth.argmax()), depth.shape)
        if depth[row, column] < _SMALLEST_NAMED * shortest:
            continue
        axes.text(
            plane.x[column],
            plane.y[row],
            names[number],
            ha="center",
            va="center",
            weight="bold",
            zorder=5,
            path_effects=outlined(),
        )
