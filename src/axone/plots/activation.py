"""An activation and its derivative, side by side in one picture."""

from typing import TYPE_CHECKING, Any

import numpy as np

from axone.activations import ActivationFunction, of_cells, written
from axone.checks import check_number
from axone.messages import shorten
from axone.plots.style import dress, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_POINTS = 801

_LONGEST_TITLE = 44
"""Characters: more would run out of the picture."""


def plot_activation(
    activation: ActivationFunction | str | dict[str, Any], *, reach: float = 4.0
) -> "Figure":
    """Draw σ(z) and σ′(z), from −reach to reach.

    Parameters
    ----------
    activation : str, mapping or ActivationFunction
        A name, or a formula such as ``"z * sigmoid(1.5*z)"``; learnt constants are drawn at the
        values that they start from.
    reach : float, default 4
        Beyond ±4 most activations are straight lines.

    Returns
    -------
    matplotlib.figure.Figure
        6 × 4 inches.

    Raises
    ------
    ConfigurationError
        Its cells depend on one another, as those of softmax do, or it is no activation.

    Examples
    --------
    >>> from axone.plots import plot_activation
    >>> figure = plot_activation("z * sigmoid(1.5*z)")
    >>> [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    ['σ(z)', 'σ′(z)']
    """
    check_number("reach", reach, above=0, at_most=1e6)
    function = of_cells(activation)
    z = np.linspace(-reach, reach, _POINTS)[:, None]
    value = function.value(z)
    lines = {
        "σ(z)": (value, theme().blue, "-"),
        "σ′(z)": (function.derivative(z, value), theme().orange, "--"),
    }
    with house_style():
        figure = new_figure(shorten(written(function), _LONGEST_TITLE), (6, 4))
        axes = figure.add_subplot()
        for draw in (axes.axhline, axes.axvline):
            draw(0, color=theme().muted, linewidth=0.8, zorder=0)
        for name, (numbers, colour, style) in lines.items():
            shown = np.where(np.isfinite(numbers), numbers, np.nan)
            axes.plot(z[:, 0], shown[:, 0], color=colour, linestyle=style, label=name)
        axes.set_xlabel("z")
        axes.legend(loc="upper left")
        dress(axes)
    return figure
