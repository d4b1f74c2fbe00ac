"""The picture of a learning-rate range test: the loss after some steps at each rate."""

from typing import TYPE_CHECKING, Any

import numpy as np

from axone.arrays import FloatArray
from axone.checks import as_array
from axone.errors import ShapeError
from axone.messages import _
from axone.plots.style import dress, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_HIGHEST = 2.0
"""Times the first loss: what is thrown up higher would flatten the rest of the picture."""


def plot_learning_rates(
    rates: Any,
    losses: Any,
    *,
    suggestion: float | None = None,
    learning_rate: float | None = None,
    title: str = "",
) -> "Figure":
    """Draw the loss after some steps at each rate, the suggestion, and the rate that there is.

    Parameters
    ----------
    rates, losses : array-like of shape (n_rates,)
        As a range test gives them: `axone doctor`.
    suggestion, learning_rate : float, optional
    title : str

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ShapeError
        Not a loss for each rate.

    Examples
    --------
    >>> from axone.plots import plot_learning_rates
    >>> figure = plot_learning_rates([1e-3, 1e-2, 1e-1], [1.0, 0.7, 1.2], suggestion=1e-3)
    >>> figure.axes[0].get_xscale()
    'log'
    """
    steps, heights = as_array(rates, "rates"), as_array(losses, "losses")
    if steps.shape != heights.shape or steps.ndim != 1:
        raise ShapeError(
            _(
                "rates have shape {rates} and losses {losses}: give a loss for each rate.",
                rates=steps.shape,
                losses=heights.shape,
            )
        )
    marks = (
        (suggestion, _("suggested: {rate:.2g}", rate=suggestion or 0.0), theme().green, "-"),
        (
            learning_rate,
            _("the experiment's: {rate:.2g}", rate=learning_rate or 0.0),
            theme().orange,
            "--",
        ),
    )
    with house_style():
        figure = new_figure(title)
        axes = figure.add_subplot()
        axes.plot(steps, heights, color=theme().blue)
        for rate, label, colour, style in marks:
            if rate is not None:
                axes.axvline(rate, color=colour, linestyle=style, label=str(label))
        axes.set_xscale("log")
        axes.set_xlabel(str(_("learning rate")))
        axes.set_ylabel(str(_("loss of the same rows")))
        axes.set_ylim(*_reach(heights[np.isfinite(heights)]))
        if any(rate is not None for rate, *_rest in marks):
            axes.legend()
        dress(axes)
    return figure


def _reach(losses: FloatArray) -> tuple[float, float]:
    """Return the lowest and the highest loss that are shown, with a margin."""
    if not len(losses):
        return 0.0, 1.0
    low, high = float(losses.min()), min(float(losses.max()), _HIGHEST * float(losses[0]))
    margin = 0.05 * max(high - low, 1e-12)
    return low - margin, high + margin
