"""Losses of two weights on which optimisers race, and the rates at which each rule does well there.

One is a real mean squared error with its rows; the others are those of
`axone.plots.ideas.stationary_points`, chosen for their shapes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from axone.arrays import FloatArray
from axone.messages import Message, _
from axone.plots.ideas.paths import Look, X, Y, linear_unit
from axone.plots.ideas.stationary_points import LANDSCAPES, Landscape
from axone.random import RandomStream

_NOISE = 0.3
"""Standard deviation of what SGD's gradients are off by, on a surface without rows."""


class Noisy(Protocol):
    """The gradient that stochastic gradient descent sees at some weights."""

    def __call__(self, weights: FloatArray, random: RandomStream) -> FloatArray:
        """Return it, drawn from a stream of its own for every step."""


@dataclass(frozen=True, eq=False)
class Surface:
    """A loss of two weights, and how to race on it.

    Attributes
    ----------
    title : Message
    height : callable
        Of two arrays of one shape.
    look : callable
        From weights to the loss there and its gradient.
    noisy : callable
        From weights to the gradient that SGD sees.
    told : Message
        What that is.
    start : tuple of float
    limits : pair of pairs of float
        What is shown.
    levels : sequence of float
        Heights of the contour lines.
    lowest : tuple of float, optional
        The lowest point, or one of them, where there is one.
    least : float
        The loss there, or the one that no weights reach.
    names : pair of Message
        Of the two weights.
    rates : mapping of str to float
        η of each rule.
    """

    title: Message
    height: Callable[[FloatArray, FloatArray], FloatArray]
    look: Look
    noisy: Noisy
    told: Message
    start: tuple[float, float]
    limits: tuple[tuple[float, float], tuple[float, float]]
    levels: Sequence[float]
    lowest: tuple[float, float] | None
    least: float
    names: tuple[Message, Message]
    rates: Mapping[str, float]


def valley() -> Surface:
    """Return the mean squared error of W·x + b on four rows: a long valley, lowest at W = b = 1."""
    rows = [linear_unit(X[[row]], Y[[row]], bias=True) for row in range(len(X))]

    def of_one_row(weights: FloatArray, random: RandomStream) -> FloatArray:
        row = int(random.uniform((1,))[0] * len(rows))
        return rows[row](weights)[1]

    return Surface(
        title=_("Valley: J(W, b) of ŷ = W·x + b"),
        height=lambda w, b: np.mean((w[..., None] * X[:, 0] + b[..., None] - Y) ** 2, -1),
        look=linear_unit(X, Y, bias=True),
        noisy=of_one_row,
        told=_("J is the mean squared error on four rows; SGD sees one of them at each step."),
        start=(-0.6, -0.2),
        limits=((-1.0, 2.8), (-0.7, 1.9)),
        levels=(0.02, 0.1, 0.5, 2.0, 5.0, 10.0, 20.0, 40.0),
        lowest=(1.0, 1.0),
        least=0.0,
        names=(_("weight W"), _("bias b")),
        rates={
            "gradient_descent": 0.1,
            "sgd": 0.02,
            "momentum": 0.1,
            "nesterov": 0.02,
            "rmsprop": 0.1,
            "adam": 0.15,
        },
    )


def _of_landscape(
    landscape: Landscape,
    start: tuple[float, float],
    least: float,
    rates: Mapping[str, float],
    left: float = -1.7,
) -> Surface:
    def look(weights: FloatArray) -> tuple[float, FloatArray]:
        height = float(landscape.height(*(np.array(each) for each in weights)))
        return height, np.array(landscape.slopes(float(weights[0]), float(weights[1])))

    def with_noise(weights: FloatArray, random: RandomStream) -> FloatArray:
        return look(weights)[1] + _NOISE * random.normal((2,))

    along = np.linspace(-1.7, 1.7, 61)
    heights = landscape.height(*np.meshgrid(along, along))
    return Surface(
        title=landscape.title,
        height=landscape.height,
        look=look,
        noisy=with_noise,
        told=_("SGD's gradients are off at random, by {noise:g} or so.", noise=_NOISE),
        start=start,
        limits=((left, 1.7), (-1.7, 1.7)),
        levels=np.unique(np.quantile(heights, np.linspace(0.02, 0.98, 12))).tolist(),
        lowest=landscape.lowest,
        least=least,
        names=(_("W₁"), _("W₂")),
        rates=rates,
    )


def saddle() -> Surface:
    """Return a saddle, reached from the ridge: what pushes off sideways is tiny at first."""
    rates = {
        "gradient_descent": 0.1,
        "sgd": 0.1,
        "momentum": 0.2,
        "nesterov": 0.02,
        "rmsprop": 0.05,
        "adam": 0.1,
    }
    return _of_landscape(LANDSCAPES[1], (1.4, -0.01), -1.0, rates)


def minima() -> Surface:
    """Return two valleys, of which the one that is farther is the deeper."""
    rates = {
        "gradient_descent": 0.05,
        "sgd": 0.05,
        "momentum": 0.2,
        "nesterov": 0.02,
        "rmsprop": 0.05,
        "adam": 0.1,
    }
    landscape = LANDSCAPES[0]
    lowest = np.array([landscape.lowest])
    least = float(landscape.height(lowest[:, 0], lowest[:, 1])[0])
    return _of_landscape(landscape, (1.6, 1.3), least, rates)


def plateau() -> Surface:
    """Return a terrace between two cliffs, nearly flat."""
    rates = {
        "gradient_descent": 0.2,
        "sgd": 0.2,
        "momentum": 0.4,
        "nesterov": 0.05,
        "rmsprop": 0.05,
        "adam": 0.1,
    }
    return _of_landscape(LANDSCAPES[2], (1.4, 1.0), -1.0, rates, left=-3.0)


SURFACES = {"valley": valley, "saddle": saddle, "minima": minima, "plateau": plateau}
"""What makes each surface, by its name."""
