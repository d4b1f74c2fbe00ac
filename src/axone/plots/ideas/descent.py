"""Gradient descent on a loss of one weight: rates too small, right and too large, side by side."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from axone.messages import Message, _, _n
from axone.plots.ideas.paths import (
    Path,
    X,
    Y,
    check_descents,
    descend,
    draw_path,
    linear_unit,
    say_above,
)
from axone.plots.style import add_note, dress, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_START = 0.0
_LOWEST = float(X[:, 0] @ Y / (X[:, 0] @ X[:, 0]))
"""The W of the least loss, by the normal equation."""

_NEAR = 0.05
"""Of the excess over the least loss: what is left of it when a descent counts as there."""

_FARTHEST = 3.0
"""Times the distance of the start: what flies farther is not followed."""


def descent_of_one_weight(rate: float, steps: int) -> Path:
    """Descend the mean squared error of ŷ = W·x for x = 1…4, y = 2…5, from W = 0.

    Parameters
    ----------
    rate : float
        η.
    steps : int

    Returns
    -------
    Path

    Examples
    --------
    >>> path = descent_of_one_weight(0.1, 3)
    >>> path.losses.round(4).tolist(), path.weights[:, 0].round(4).tolist()
    ([13.5, 3.5, 1.0, 0.375], [0.0, 2.0, 1.0, 1.5])
    """
    return descend(linear_unit(X, Y, bias=False), [_START], rate, steps)


def plot_descent(rates: Sequence[float] = (0.005, 0.1, 0.14), *, steps: int = 10) -> "Figure":
    """Draw gradient descent on a parabola, a panel for each learning rate, its steps numbered.

    The loss is the mean squared error of ŷ = W·x on the rows x = 1, 2, 3, 4 and y = 2, 3, 4, 5,
    from W = 0; what is seen stands above each panel.

    Parameters
    ----------
    rates : sequence of 1 to 5 floats, default (0.005, 0.1, 0.14)
        η: too small, right and too large. From 2/15 on, 2 over the curvature of this loss, each
        step leads farther away.
    steps : int, default 10

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ConfigurationError, ArgumentTypeError
        No rate or too many, or a rate or `steps` out of bounds.

    Examples
    --------
    >>> from axone.plots import plot_descent
    >>> len(plot_descent([0.01, 0.1]).axes)
    2
    """
    check_descents(rates, steps)
    with house_style():
        figure = new_figure(
            _("Gradient descent on J(W), the mean squared error of ŷ = W·x"),
            (max(3.1 * len(rates), 5.0), 4.6),
        )
        panels = figure.subplots(1, len(rates), squeeze=False)[0]
        for axes, rate in zip(panels, rates, strict=True):
            _draw(axes, descent_of_one_weight(rate, steps))
        panels[0].set_ylabel(_("loss J"))
        add_note(
            figure,
            _("Rows: x = 1, 2, 3, 4; y = 2, 3, 4, 5. Each step: W ← W − η·∂J/∂W."),
            _("The dotted line is the least loss, at W = {weight:.3f}.", weight=_LOWEST),
        )
    return figure


def _draw(axes: "Axes", path: Path) -> None:
    weights = path.weights[:, 0]
    reach = min(1.2 * float(np.abs(weights - _LOWEST).max()), _FARTHEST * abs(_START - _LOWEST))
    drawn = np.linspace(_LOWEST - reach, _LOWEST + reach, 201)
    heights = np.mean((X * drawn - Y[:, None]) ** 2, axis=0)
    axes.plot(drawn, heights, color=theme().blue, zorder=2)
    axes.axvline(_LOWEST, color=theme().muted, linestyle=":", linewidth=1.0)
    axes.set_xlim(drawn[0], drawn[-1])
    axes.set_ylim(-0.06 * heights.max(), 1.08 * heights.max())
    draw_path(axes, np.column_stack([weights, path.losses]))
    axes.set_xlabel(_("weight W"))
    say_above(axes, _("η = {rate:g}", rate=path.rate), verdict(path))
    dress(axes)


def verdict(path: Path) -> Message:
    """Say in words what a descent of `descent_of_one_weight` does.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Message

    Examples
    --------
    >>> verdict(descent_of_one_weight(0.001, 5)).partition(":")[0]
    'Too small'
    """
    least = float(np.mean((X[:, 0] * _LOWEST - Y) ** 2))
    first, last = float(path.losses[0]), float(path.losses[-1])
    steps = _n("{count:,} step", "{count:,} steps", path.steps)
    sides = np.sign(path.weights[:, 0] - _LOWEST)
    crosses = bool((sides[1:] * sides[:-1] < 0).any())
    arrives = last - least <= _NEAR * (first - least)
    if last > first * (1 - 1e-9):
        return _(
            "Too large: each step leaps across and farther away. After {steps} J is {last:.3g}.",
            steps=steps,
            last=last,
        )
    if not crosses and not arrives:
        return _(
            "Too small: each step leads down, but hardly. After {steps} J is {last:.3g}, the least "
            "is {least:.3g}.",
            least=least,
            steps=steps,
            last=last,
        )
    if not arrives:
        return _(
            "Large: each step leaps across, and only a little nearer. After {steps} J is "
            "{last:.3g}, the least is {least:.3g}.",
            least=least,
            steps=steps,
            last=last,
        )
    if crosses:
        return _(
            "Right: each step leaps across, but nearer. After {steps} J is {last:.3g}.",
            steps=steps,
            last=last,
        )
    return _("Right: each step leads down. After {steps} J is {last:.3g}.", steps=steps, last=last)
