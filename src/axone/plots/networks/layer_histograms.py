"""Weights and activations of each layer along a training: a ridge for each of some epochs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from axone.arrays import FloatArray
from axone.errors import DataError, ShapeError
from axone.messages import _, _n, shorten
from axone.plots.style import SIZE, SMALL, add_note, dress, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_LAYERS = 6
"""That have room below one another; of more the first and the last three."""

_FEWEST_BINS, _MOST_BINS = 12, 60
_HEIGHT = 1.7
"""Of a ridge, in distances between two of them."""

_OUTSIDE = 0.001
"""Share of the numbers that may lie outside on each side."""


def plot_layer_histograms(
    weights: Sequence[Sequence[ArrayLike]],
    activations: Sequence[Sequence[ArrayLike]],
    layer_names: Sequence[object],
    epochs: Sequence[int],
    *,
    title: str = _("Weights and activations of each layer"),
) -> "Figure":
    """Draw the distribution of each layer's weights and of what it gives, epoch below epoch.

    Ridges that shrink to a peak at 0 are units that fall silent; two peaks at the ends of a sigmoid
    or tanh, units that saturate; ridges that hardly change, a layer that hardly learns.

    Parameters
    ----------
    weights, activations : sequences of shape (n_layers, n_epochs) of arrays
        Numbers of any shape. What is not finite is left out.
    layer_names : sequence of n_layers objects
        From the input to the output.
    epochs : sequence of n_epochs int
        Rising; 0 is before training.
    title : str

    Returns
    -------
    matplotlib.figure.Figure
        8 inches wide, as high as the layers need.

    Raises
    ------
    ShapeError
        Not arrays for each layer and each epoch.
    DataError
        There is no layer, or none that has a finite number.

    Examples
    --------
    >>> import numpy as np
    >>> from axone.plots import plot_layer_histograms
    >>> random = np.random.default_rng(0)
    >>> arrays = [[random.normal(size=50), random.normal(size=50)]]
    >>> figure = plot_layer_histograms(arrays, arrays, ["hidden"], [0, 10])
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['0', '10']
    """
    both = [
        [[np.asarray(cells, dtype=np.float64).ravel() for cells in layer] for layer in side]
        for side in (weights, activations)
    ]
    for side in both:
        lengths = {len(layer) for layer in side} - {len(epochs)}
        if len(side) != len(layer_names) or lengths or not len(epochs):
            raise ShapeError(
                _(
                    "give weights and activations of {layers} layers at {epochs} epochs each, an "
                    "array a layer and epoch.",
                    layers=len(layer_names),
                    epochs=len(epochs),
                )
            )
    if not len(layer_names):
        raise DataError(_("There is no layer with weights to draw."))
    shown = _shown(len(layer_names))
    with house_style():
        each = max(1.5, 0.2 * len(epochs) + 0.55)
        figure = new_figure(title, (SIZE[0], each * len(shown) + 1.0))
        panels = figure.subplots(len(shown), 2, squeeze=False, sharey=True)
        for row, layer in enumerate(shown):
            for axes, side in zip(panels[row], both, strict=True):
                _draw_ridges(axes, side[layer], epochs)
            panels[row, 0].set_title(shorten(layer_names[layer], 40), fontsize=SMALL + 1)
            panels[row, 0].set_ylabel(_("epoch"))
        panels[-1, 0].set_xlabel(_("weights"))
        panels[-1, 1].set_xlabel(_("activations"))
        left_out = len(layer_names) - len(shown)
        add_note(
            figure,
            _("Height: the root of how many; each ridge by its peak. Dashed: the first one."),
            _n(
                "{count} layer between is not drawn.",
                "{count} layers between are not drawn.",
                left_out,
            )
            if left_out
            else "",
        )
    return figure


def _shown(layers: int) -> list[int]:
    if layers <= MOST_LAYERS:
        return list(range(layers))
    half = MOST_LAYERS // 2
    return [*range(half), *range(layers - half, layers)]


def _draw_ridges(axes: "Axes", arrays: Sequence[FloatArray], epochs: Sequence[int]) -> None:
    """Draw a histogram of each array upon a line of its own, the first above."""
    dress(axes, grid=False)
    finite = [cells[np.isfinite(cells)] for cells in arrays]
    together = np.concatenate(finite)
    axes.set_yticks(-np.arange(len(epochs)), [str(epoch) for epoch in epochs])
    axes.set_ylim(-len(epochs) + 0.7, _HEIGHT + 0.1)
    if not len(together):
        axes.text(
            0.5,
            0.5,
            _("nothing finite"),
            ha="center",
            transform=axes.transAxes,
            color=theme().muted,
        )
        axes.set_xticks([])
        return
    low, high = np.quantile(together, [_OUTSIDE, 1 - _OUTSIDE])
    if low == high:
        low, high = low - 0.5, high + 0.5
    numbers = max(map(len, finite))
    bins = int(np.clip(2 * np.sqrt(numbers), _FEWEST_BINS, _MOST_BINS))
    edges = np.linspace(low, high, bins + 1)
    middles = (edges[:-1] + edges[1:]) / 2
    axes.axvline(0.0, color=theme().grid, linewidth=0.8, zorder=0)
    for number, cells in enumerate(finite):
        counts, _edges = np.histogram(cells, edges)
        # Roots: a rectified layer gives so many zeros that nothing else would be seen.
        heights = np.sqrt(counts / max(counts.max(), 1)) * _HEIGHT - number
        # The first and the last stand out: what training began with, and what it came to.
        at_an_end = number in (0, len(finite) - 1)
        color = theme().orange if number == 0 else theme().blue
        axes.fill_between(
            middles,
            -number,
            heights,
            facecolor=theme().paper,
            alpha=0.8,
            linewidth=0,
            zorder=2 * number + 1,
        )
        axes.fill_between(
            middles,
            -number,
            heights,
            facecolor=color,
            alpha=0.35,
            linewidth=0,
            zorder=2 * number + 1,
        )
        axes.plot(
            middles,
            heights,
            color=color,
            linewidth=1.5 if at_an_end else 0.9,
            linestyle="--" if number == 0 else "-",
            zorder=2 * number + 2,
        )
    axes.locator_params(axis="x", nbins=6)
