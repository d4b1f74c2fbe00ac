"""How large the gradient of each layer is, epoch by epoch: where it vanishes, where it explodes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from axone.arrays import FloatArray
from axone.errors import DataError, ShapeError
from axone.messages import _, shorten
from axone.plots.epochs import count_epochs, label_decades
from axone.plots.style import MARKERS, add_note, color_map, dress, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_LINES = 10
"""Layers that can be told apart as lines; more are the rows of a map."""

_MOST_NAMED = 30
"""Rows of a map whose names have room."""

_DASHES = ("-", "--")


def plot_gradient_flow(
    norms: ArrayLike,
    layer_names: Sequence[object],
    *,
    epochs: ArrayLike | None = None,
    title: str = _("Gradient of each layer"),
) -> "Figure":
    """Draw ‖∂L/∂W‖ of each layer over the epochs, on a logarithmic scale.

    Lines that lie far below the others, the lower the nearer to the input, are vanishing
    gradients; lines that climb, exploding ones.

    Parameters
    ----------
    norms : array of shape (n_epochs, n_layers)
        As `Run` measures them at the last step of each epoch. What is 0 or not finite is a gap.
    layer_names : sequence of n_layers objects
        From the input to the output. More than ten layers are drawn as a map, the input below.
    epochs : array of shape (n_epochs,), optional
        Default 1, 2, 3, …
    title : str

    Returns
    -------
    matplotlib.figure.Figure
        8 × 5 inches.

    Raises
    ------
    ShapeError
        Not a name for each layer, or an epoch for each row.
    DataError
        There is no number above 0.

    Examples
    --------
    >>> from axone.plots import plot_gradient_flow
    >>> figure = plot_gradient_flow([[0.1, 1.0], [0.05, 0.6]], ["hidden", "output"])
    >>> figure.axes[0].get_yscale()
    'log'
    """
    table = np.array(norms, dtype=np.float64)
    names = [shorten(name, 28) for name in layer_names]
    if table.ndim != 2 or table.shape[1] != len(names):
        raise ShapeError(
            _(
                "norms have shape {shape}: give (n_epochs, {layers}), one for each layer.",
                shape=table.shape,
                layers=len(names),
            )
        )
    at = np.arange(1.0, len(table) + 1) if epochs is None else np.asarray(epochs, np.float64)
    if at.shape != table.shape[:1]:
        raise ShapeError(
            _(
                "{epochs} epochs and {rows} rows of norms: give one for each.",
                epochs=at.shape,
                rows=len(table),
            )
        )
    table[~(np.isfinite(table) & (table > 0))] = np.nan
    if np.isnan(table).all():
        raise DataError(_("There is no gradient above 0 to draw."))
    with house_style():
        figure = new_figure(title)
        axes = figure.subplots()
        if len(names) <= _MOST_LINES:
            _draw_lines(axes, at, table, names)
            axes.set_ylabel("‖∂L/∂W‖")
            axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), reverse=True, handlelength=3.0)
        else:
            _draw_map(figure, axes, at, table, names)
        count_epochs(axes, at)
        add_note(figure, _("At the last step of each epoch, on a logarithmic scale."))
    return figure


def _draw_lines(axes: "Axes", at: FloatArray, table: FloatArray, names: Sequence[str]) -> None:
    dress(axes)
    axes.set_yscale("log")
    label_decades(axes.yaxis, float(np.log10(np.nanmax(table) / np.nanmin(table))))
    palette = theme().palette
    for number, name in enumerate(names):
        axes.plot(
            at,
            table[:, number],
            color=palette[number % len(palette)],
            linestyle=_DASHES[number // len(palette) % 2],
            marker=MARKERS[number],
            markersize=4.5,
            # A few marks on each line, not at the same epochs.
            markevery=(number * len(at) // 60, max(1, len(at) // 6)),
            linewidth=1.5,
            label=name,
        )


def _draw_map(
    figure: "Figure", axes: "Axes", at: FloatArray, table: FloatArray, names: Sequence[str]
) -> None:
    from matplotlib.colors import LogNorm

    dress(axes, grid=False)
    low, high = float(np.nanmin(table)), float(np.nanmax(table))
    edges = np.concatenate([[at[0] - 0.5], (at[1:] + at[:-1]) / 2, [at[-1] + 0.5]])
    drawn = axes.pcolormesh(
        edges,
        np.arange(len(names) + 1) - 0.5,
        np.ma.masked_invalid(table.T),
        cmap=color_map(theme().warming),
        norm=LogNorm(low, high if high > low else 10 * low),
    )
    shown = np.unique(np.linspace(0, len(names) - 1, min(len(names), _MOST_NAMED)).astype(int))
    axes.set_yticks(shown, [names[number] for number in shown])
    bar = figure.colorbar(drawn, ax=axes, label="‖∂L/∂W‖")
    label_decades(bar.ax.yaxis, float(np.log10(high / low)))
    bar.outline.set_visible(False)
    dress(bar.ax, grid=False)
