"""Gradient descent on a loss of a weight and a bias: paths on its contour lines."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from axone.arrays import FloatArray
from axone.messages import Message, _, _n
from axone.plots.ideas.paths import (
    Path,
    X,
    Y,
    check_descents,
    descend,
    draw_contours,
    draw_path,
    linear_unit,
    say_above,
)
from axone.plots.style import add_note, dress, house_style, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LOWEST = np.array([1.0, 1.0])
"""y = 1·x + 1 holds for every row."""

_MOST_STEPS = 3000
"""After which nobody waits for a descent to arrive."""

_LOST = 1e4
"""Times the first loss: a descent that is so far off does not come back."""

_VALLEY = 0.05
"""Of the first loss: with less, the valley is reached."""

_W, _B = (-1.0, 3.0), (-0.7, 1.9)
"""What is shown."""

_LEVELS = (0.02, 0.1, 0.5, 2.0, 5.0, 10.0, 20.0, 40.0)


def descent_with_bias(rate: float) -> Path:
    """Descend the mean squared error of ŷ = W·x + b for x = 1…4, y = 2…5, from W = b = 0.

    Parameters
    ----------
    rate : float
        η.

    Returns
    -------
    Path
        It ends where W and b are right to three decimals, where it is lost, or after 3000 steps.

    Examples
    --------
    >>> path = descent_with_bias(0.1)
    >>> path.weights[:3].round(2).tolist(), path.steps
    ([[0.0, 0.0], [2.0, 0.7], [0.65, 0.26]], 233)
    """
    look = linear_unit(X, Y, bias=True)
    first, _gradient = look(np.zeros(2))

    def ends(weights: FloatArray, loss: float) -> bool:
        return _is_there(weights) or loss > _LOST * first

    return descend(look, [0.0, 0.0], rate, _MOST_STEPS, ends)


def plot_descent_2d(rates: Sequence[float] = (0.01, 0.1, 0.125), *, steps: int = 30) -> "Figure":
    """Draw gradient descent on contour lines, a panel for each learning rate.

    The loss is the mean squared error of ŷ = W·x + b on the rows x = 1, 2, 3, 4 and y = 2, 3, 4, 5,
    from W = b = 0: a long valley, since a change of W can nearly be undone by one of b.

    Parameters
    ----------
    rates : sequence of 1 to 5 floats, default (0.01, 0.1, 0.125)
        η. From 0.1198 on, 2 over the greatest curvature, steps lead ever farther away.
    steps : int, default 30
        That are drawn. How many it takes to be right to three decimals is said in any case.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ConfigurationError, ArgumentTypeError
        No rate or too many, or a rate or `steps` out of bounds.

    Examples
    --------
    >>> from axone.plots import plot_descent_2d
    >>> len(plot_descent_2d([0.1]).axes)
    1
    """
    check_descents(rates, steps)
    with house_style():
        figure = new_figure(
            _("Gradient descent on J(W, b), the mean squared error of ŷ = W·x + b"),
            (max(3.1 * len(rates), 5.0), 4.6),
        )
        panels = figure.subplots(1, len(rates), squeeze=False, sharey=True)[0]
        for axes, rate in zip(panels, rates, strict=True):
            _draw(axes, descent_with_bias(rate), steps)
        panels[0].set_ylabel(_("bias b"))
        add_note(
            figure,
            _("Rows: x = 1, 2, 3, 4; y = 2, 3, 4, 5."),
            _("Lines of equal J; × is the least, 0, at W = b = 1."),
            _n("{count:,} step is drawn.", "The first {count:,} steps are drawn.", steps),
        )
    return figure


def _draw(axes: "Axes", path: Path, steps: int) -> None:
    draw_contours(
        axes,
        lambda w, b: np.mean((w[..., None] * X[:, 0] + b[..., None] - Y) ** 2, -1),
        (_W, _B),
        _LEVELS,
        _LOWEST,
        _LEVELS[4:],
    )
    draw_path(axes, path.first(steps).weights, _LOWEST)
    axes.set_xlabel(_("weight W"))
    say_above(axes, _("η = {rate:g}", rate=path.rate), verdict(path))
    dress(axes, grid=False)


def _is_there(weights: FloatArray) -> bool:
    """Tell whether weights are right to three decimals."""
    return bool((np.abs(weights - _LOWEST) < 5e-4).all())


def verdict(path: Path) -> Message:
    """Say in words what a descent of `descent_with_bias` does.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Message

    Examples
    --------
    >>> verdict(descent_with_bias(1.0)).partition(":")[0]
    'Too large'
    """
    steps = _n("{count:,} step", "{count:,} steps", path.steps)
    if path.losses[-1] > path.losses[0]:
        return _("Too large: each step leaps across the valley, and farther.")
    if path.turns_back and not _is_there(path.weights[-1]):
        return _(
            "Large: across the valley and back, hardly nearer. Not there after {steps}.",
            steps=steps,
        )
    if path.losses[-1] > _VALLEY * path.losses[0]:
        return _(
            "Too small: each step leads down, but hardly. Not there after {steps}.", steps=steps
        )
    if not _is_there(path.weights[-1]):
        return _(
            "Too small: into the valley, then hardly along it. Not there after {steps}.",
            steps=steps,
        )
    if path.turns_back:
        return _(
            "Across the valley and back, then along its floor. There after {steps}.", steps=steps
        )
    return _(
        "Small: down into the valley, then slowly along its floor. There after {steps}.",
        steps=steps,
    )
