"""The loss around the weights that were kept, over a plane, and the path that training took."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from axone.arrays import FloatArray
from axone.errors import DataError, ShapeError
from axone.messages import _
from axone.plots.networks.plane import Plane, outlined, write_levels
from axone.plots.style import SIZE, add_note, color_map, dress, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LINES = 12

_DECADES = 1.0
"""Losses that span more have contour lines whose ratio is constant."""


def plot_loss_landscape(
    x: ArrayLike,
    y: ArrayLike,
    losses: ArrayLike,
    *,
    path: ArrayLike | None = None,
    kept: int | None = None,
    axis_names: Sequence[str] = ("1", "2"),
    title: str = _("Loss landscape"),
    notes: Sequence[str] = (),
) -> "Figure":
    """Draw the loss over a plane of weights: lines of equal loss, and the path of training.

    After Li et al. (2018), "Visualizing the Loss Landscape of Neural Nets". It is a plane in a
    space of as many dimensions as there are weights: valleys that lead elsewhere are not seen.

    Parameters
    ----------
    x, y : array of shape (gx,), (gy,)
        Rising; (0, 0) are the weights that were kept.
    losses : array of shape (gy, gx)
        What is not finite is left blank.
    path : array of shape (n, 2), optional
        Where the weights lay, from the first to the last.
    kept : int, optional
        Which of them were kept; the origin if left out.
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
        No loss is finite.

    Examples
    --------
    >>> import numpy as np
    >>> from axone.plots import plot_loss_landscape
    >>> axis = np.linspace(-1, 1, 21)
    >>> figure = plot_loss_landscape(axis, axis, axis**2 + axis[:, None] ** 2)
    >>> [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    ['weights kept']
    """
    surface = np.asarray(losses, dtype=np.float64)
    across, up = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    points = np.zeros((0, 2)) if path is None else np.asarray(path, dtype=np.float64)
    fits = across.ndim == up.ndim == 1 and min(len(across), len(up)) >= 2
    if not fits or surface.shape != (len(up), len(across)) or points.shape[1:] != (2,):
        raise ShapeError(
            _(
                "losses of shape {losses} on a grid of {x} by {y} points with a path of shape "
                "{path}: give losses (gy, gx), at least 2 points each way, and a path (n, 2).",
                losses=surface.shape,
                x=across.shape,
                y=up.shape,
                path=points.shape,
            )
        )
    finite = np.isfinite(surface)
    if not finite.any():
        raise DataError(_("No loss is finite: has the training diverged?"))
    with house_style():
        figure = new_figure(title, (SIZE[0], 5.6))
        axes = figure.subplots()
        dress(axes, grid=False)
        plane = Plane(across, up, points)
        _draw_surface(axes, plane, np.ma.masked_array(surface, ~finite))
        _draw_path(axes, points, kept)
        axes.set_xlim(across[0], across[-1])
        axes.set_ylim(up[0], up[-1])
        axes.set_xlabel(axis_names[0])
        axes.set_ylabel(axis_names[1])
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        blank = _("Blank: the loss is not finite.") if not finite.all() else ""
        add_note(figure, *notes, _("Numbers on lines: the loss."), blank)
    return figure


def _levels(losses: FloatArray) -> FloatArray:
    """Return rising levels, evenly spread over the losses or over their logarithms."""
    low, high = float(losses.min()), float(losses.max())
    if low == high:
        return np.array([low])
    if low > 0 and np.log10(high / low) > _DECADES:
        return np.geomspace(low, high, _LINES + 2)[1:-1]
    # Closer together where it is flat, as the bottom of a bowl is.
    shares = np.linspace(0, 1, _LINES + 2)[1:-1] ** 2
    return low + shares * (high - low)


def _draw_surface(axes: "Axes", plane: Plane, surface: Any) -> None:
    from matplotlib.colors import BoundaryNorm, to_hex, to_rgb

    known = surface.compressed()
    levels = _levels(known)
    if len(levels) < 2:
        return
    edges = [min(known.min(), levels[0]), *levels, max(known.max(), levels[-1])]
    # From the ground's colour: what lies low is dark neither on paper nor on a screen.
    paper, blue = np.array(to_rgb(theme().paper)), np.array(to_rgb(theme().blue))
    shades = [to_hex(paper + share * (blue - paper)) for share in (0.0, 0.6)]
    axes.contourf(
        plane.x,
        plane.y,
        surface,
        levels=edges,
        cmap=color_map(shades),
        norm=BoundaryNorm(np.unique(edges), 256),
    )
    lines = axes.contour(
        plane.x, plane.y, surface, levels=levels, colors=[theme().muted], linewidths=0.8
    )
    write_levels(axes, lines, plane)


def _draw_path(axes: "Axes", points: FloatArray, kept: int | None) -> None:
    """Draw the way from start to end, and the weights that were kept."""
    style: dict[str, Any] = {"linestyle": "", "markeredgecolor": theme().paper, "zorder": 6}
    if len(points):
        axes.plot(
            points[:, 0],
            points[:, 1],
            color=theme().vermilion,
            linewidth=1.5,
            marker=".",
            markersize=5,
            zorder=4,
            path_effects=outlined(),
            label=str(_("path of training")),
        )
        ends = ((points[0], "s", _("start")), (points[-1], "o", _("end")))
        for point, marker, words in ends:
            axes.plot(
                *point,
                marker=marker,
                markersize=9,
                color=theme().vermilion,
                label=str(words),
                **style,
            )
    x, y = (0.0, 0.0) if kept is None or not len(points) else points[kept]
    axes.plot(
        x, y, marker="*", markersize=15, color=theme().ink, label=str(_("weights kept")), **style
    )
