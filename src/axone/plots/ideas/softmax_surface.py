"""Softmax of three logits: the probability of each class over two of them."""

from typing import TYPE_CHECKING

import numpy as np

from axone.activations import ACTIVATIONS
from axone.arrays import FloatArray
from axone.checks import check_number
from axone.messages import _
from axone.plots.ideas.surfaces import add_surface_axes, draw_surface
from axone.plots.style import add_note, house_style, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_POINTS = 41


def softmax_over(z: FloatArray, third: float = 0.0) -> FloatArray:
    """Return the probabilities of three classes at every pair of logits z₁, z₂.

    Parameters
    ----------
    z : array of shape (n,)
        Of either.
    third : float, default 0
        z₃.

    Returns
    -------
    array of shape (3, n, n)
        A table a class: z₁ along its columns, z₂ along its rows.

    Examples
    --------
    >>> import numpy as np
    >>> softmax_over(np.array([0.0, 5.0]))[:, 0, 1].round(8).tolist()
    [0.98670329, 0.00664835, 0.00664835]
    """
    first, second = np.meshgrid(z, z)
    logits = np.stack([first, second, np.full_like(first, third)], axis=-1).reshape(-1, 3)
    return ACTIVATIONS.resolve("softmax").value(logits).T.reshape(3, *first.shape)


def plot_softmax_surface(*, third: float = 0.0, reach: float = 5.0) -> "Figure":
    """Draw the three probabilities that softmax makes of z₁, z₂ and a fixed z₃, as surfaces.

    Parameters
    ----------
    third : float, default 0
        z₃. Adding one number to all logits changes nothing: two of three can be drawn.
    reach : float, default 5
        z₁ and z₂ go from −reach to reach.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ConfigurationError, ArgumentTypeError
        A setting out of bounds.

    Examples
    --------
    >>> from axone.plots import plot_softmax_surface
    >>> [axes.name for axes in plot_softmax_surface().axes]
    ['3d', '3d', '3d']
    """
    check_number("third", third, at_least=-1e6, at_most=1e6)
    check_number("reach", reach, above=0, at_most=1e6)
    z = np.linspace(-reach, reach, _POINTS)
    first, second = np.meshgrid(z, z)
    with house_style():
        figure = new_figure(
            _("Softmax of z₁, z₂ and z₃ = {third:g}: the probability of each class", third=third),
            (9.6, 4.0),
        )
        for number, heights in enumerate(softmax_over(z, third), start=1):
            axes = add_surface_axes(
                figure, (1, 3, number), ("z₁", "z₂"), elevation=36.0, turned=-68.0
            )
            draw_surface(axes, first, second, heights, (0.0, 1.0))
            axes.set_title(_("ŷ{number}", number="₁₂₃"[number - 1]))
        add_note(
            figure,
            _("At each z₁, z₂ the three heights add up to 1: what one class gains, others lose."),
        )
    return figure
