"""Predicted numbers over a plane, as a coloured surface, and rows with what they are in truth."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from axone.errors import ShapeError
from axone.messages import _, shorten
from axone.plots.networks.plane import checked_plane, finish_plane, write_levels
from axone.plots.style import SIZE, color_map, dress, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LINES = 8


def plot_prediction_surface(
    x: ArrayLike,
    y: ArrayLike,
    predictions: ArrayLike,
    points: ArrayLike,
    targets: ArrayLike,
    *,
    axis_names: Sequence[str] = ("x", "y"),
    target_name: str = _("target"),
    title: str = _("Predictions"),
    notes: Sequence[str] = (),
) -> "Figure":
    """Draw what a regression predicts where, with lines of equal predictions, and rows on it.

    Ground and rows share one scale of colours: a row that stands out from the ground about it is
    predicted badly.

    Parameters
    ----------
    x, y : array of shape (gx,), (gy,)
        The grid, rising.
    predictions : array of shape (gy, gx)
    points : array of shape (m, 2)
        Where rows lie; NaN where one cannot be placed.
    targets : array of shape (m,)
        What they are.
    axis_names : pair of str
    target_name, title : str
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
        Predictions that are not finite.

    Examples
    --------
    >>> import numpy as np
    >>> from axone.plots import plot_prediction_surface
    >>> axis = np.linspace(0, 50, 11)
    >>> sums = axis + axis[:, None]
    >>> figure = plot_prediction_surface(axis, axis, sums, [[10, 20]], [30], target_name="sum")
    >>> figure.axes[1].get_ylabel()
    'sum: surface predicted, rows true'
    """
    surface = np.asarray(predictions, dtype=np.float64)
    plane = checked_plane(x, y, surface, points)
    true = np.asarray(targets, dtype=np.float64)
    if surface.ndim != 2 or true.shape != plane.points.shape[:1]:
        raise ShapeError(
            _(
                "predictions of shape {predictions} and targets of shape {targets}: give (gy, gx), "
                "and one target for each of the {rows} rows.",
                predictions=surface.shape,
                targets=true.shape,
                rows=len(plane.points),
            )
        )
    known = true[np.isfinite(true)]
    low = min(surface.min(), known.min(initial=np.inf))
    high = max(surface.max(), known.max(initial=-np.inf))
    if low == high:
        low, high = low - 0.5, high + 0.5
    colors = color_map(theme().warming)
    with house_style():
        figure = new_figure(title, (SIZE[0], 5.6))
        axes = figure.subplots()
        drawn = axes.imshow(
            surface,
            extent=plane.extent,
            origin="lower",
            aspect="auto",
            cmap=colors,
            vmin=low,
            vmax=high,
            alpha=0.85,
        )
        if np.ptp(surface) > 0:
            lines = axes.contour(
                plane.x, plane.y, surface, levels=_LINES, colors=[theme().ink], linewidths=0.8
            )
            write_levels(axes, lines, plane)
        axes.scatter(
            plane.points[:, 0],
            plane.points[:, 1],
            c=true,
            cmap=colors,
            vmin=low,
            vmax=high,
            s=30.0 if len(true) <= 300 else 14.0,
            edgecolors=theme().ink,
            linewidths=0.8,
            zorder=3,
        )
        bar = figure.colorbar(drawn, ax=axes)
        bar.outline.set_visible(False)
        dress(bar.ax, grid=False)
        bar.set_label(_("{target}: surface predicted, rows true", target=shorten(target_name, 30)))
        finish_plane(figure, axes, plane, axis_names, notes)
    return figure
