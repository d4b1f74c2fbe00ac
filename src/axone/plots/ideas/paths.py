"""The path of a descent: where every step led, and how it is drawn, its points numbered.

The steps are those of the library's own optimiser; what a gradient is taken of, a picture says.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from axone.arrays import FloatArray
from axone.checks import check_integer, check_number
from axone.errors import ConfigurationError
from axone.gradients import loss_and_gradient
from axone.layers import Dense
from axone.messages import _
from axone.network import Network
from axone.optimizers import GradientDescent
from axone.parameters import Parameters
from axone.plots.style import SMALL, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Look: TypeAlias = Callable[[FloatArray], tuple[float, FloatArray]]
"""From weights to the loss there and its gradient."""

MOST_STEPS = 1000
MOST_RATES = 5

_APART = 0.055
"""Share of an axes: points closer to one that has a number have none."""

_STYLES = (("-", "o"), ("--", "s"), (":", "^"), ("-.", "D"), ((0, (1, 1)), "v"))
"""Dashes and markers of several paths: colours alone do not tell them apart."""


@dataclass(frozen=True, eq=False)
class Path:
    """Where a descent went.

    Attributes
    ----------
    rate : float
        η of every step.
    weights : array of shape (steps + 1, n)
        The start first.
    losses : array of shape (steps + 1,)
        At each of them.
    """

    rate: float
    weights: FloatArray
    losses: FloatArray

    @property
    def steps(self) -> int:
        """How many steps were made."""
        return len(self.losses) - 1


def descend(look: Look, start: Sequence[float], rate: float, steps: int) -> Path:
    """Make steps of gradient descent, W ← W − η·∂J/∂W.

    Parameters
    ----------
    look : callable
        Returns the loss and its gradient at some weights.
    start : sequence of n floats
    rate : float
        η.
    steps : int
        Fewer are made where the loss stops being finite.

    Returns
    -------
    Path
    """
    rule = GradientDescent(rate)
    weights = np.array(start, dtype=np.float64)
    loss, gradient = look(weights)
    visited, losses = [weights.copy()], [loss]
    for step in range(1, steps + 1):
        with np.errstate(over="ignore", invalid="ignore"):
            rule.update(weights, gradient, [], rate, step)
            loss, gradient = look(weights)
        if not (np.isfinite(loss) and np.isfinite(gradient).all()):
            break
        visited.append(weights.copy())
        losses.append(loss)
    return Path(rate, np.array(visited), np.array(losses))


def linear_unit(x: FloatArray, y: FloatArray, *, bias: bool) -> Look:
    """Return the mean squared error of a unit W·x (+ b), as a function of its weights.

    Parameters
    ----------
    x : array of shape (m, n_features)
    y : array of shape (m,)
    bias : bool
        Whether b is the last weight, or there is none.
    """
    network = Network(Dense(1, bias=bias), input_shape=x.shape[1])

    def look(weights: FloatArray) -> tuple[float, FloatArray]:
        parameters = Parameters(network.layout, weights.copy())
        loss, gradient = loss_and_gradient(
            network, parameters, x, y[:, None], loss="mse", engine="reference"
        )
        return loss, gradient.vector

    return look


def check_descents(rates: Sequence[float], steps: int) -> None:
    """Refuse rates and steps of which no picture can be made.

    Raises
    ------
    ConfigurationError, ArgumentTypeError
        No rate or too many, a rate that is not positive, or a count out of bounds.
    """
    if not 1 <= len(rates) <= MOST_RATES:
        raise ConfigurationError(
            _("{found} learning rates: give 1 to {most}.", found=len(rates), most=MOST_RATES)
        )
    for rate in rates:
        check_number(_("a learning rate"), rate, above=0, at_most=1e6)
    check_integer("steps", steps, at_least=1, at_most=MOST_STEPS)


def draw_path(
    axes: "Axes", points: FloatArray, number: int = 0, label: str = "", *, numbered: bool = True
) -> None:
    """Draw points joined in their order, with the numbers of those that lie apart.

    Parameters
    ----------
    axes : Axes
        With the limits that it will have: what lies outside has no number.
    points : array of shape (steps + 1, 2)
    number : int
        Which path it is of several: decides colour, dashes and marker.
    label : str
        For a legend.
    numbered : bool
        Whether points have numbers at all.
    """
    from matplotlib.patheffects import withStroke

    color = theme().palette[(number + 1) % len(theme().palette)]
    dashes, marker = _STYLES[number % len(_STYLES)]
    axes.plot(
        points[:, 0],
        points[:, 1],
        color=color,
        linestyle=dashes,
        marker=marker,
        markersize=4.5,
        markeredgecolor=theme().paper,
        markeredgewidth=0.5,
        linewidth=1.3,
        label=label,
        zorder=3,
    )
    for step, point in _numbered(axes, points) if numbered else ():
        axes.annotate(
            str(step),
            point,
            xytext=(5, 4),
            textcoords="offset points",
            fontsize=SMALL - 1,
            color=theme().ink,
            annotation_clip=True,
            zorder=4,
            path_effects=[withStroke(linewidth=2, foreground=theme().paper)],
        )


def _numbered(axes: "Axes", points: FloatArray) -> list[tuple[int, tuple[float, float]]]:
    """Return the steps whose numbers have room, with their points."""
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    places = (points - (left, low)) / (right - left, high - low)
    chosen: list[int] = []
    for step, place in enumerate(places):
        inside = bool(((place >= 0) & (place <= 1)).all())
        if inside and all(np.abs(place - places[other]).max() >= _APART for other in chosen):
            chosen.append(step)
    return [(step, (float(points[step, 0]), float(points[step, 1]))) for step in chosen]
