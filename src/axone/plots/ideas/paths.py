"""The path of a descent: where every step led, and how it is drawn, its points numbered.

The steps are those of the library's own optimiser; what a gradient is taken of, a picture says.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from axone.arrays import BoolArray, FloatArray
from axone.checks import check_integer, check_number
from axone.data import Examples
from axone.engines import Recipe, compile_recipe
from axone.errors import ConfigurationError
from axone.layers import Dense
from axone.losses import LOSSES
from axone.messages import Message, _
from axone.network import Network
from axone.optimizers import SGD, GradientDescent
from axone.parameters import Parameters
from axone.plots.style import SMALL, in_short, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes

X = np.array([[1.0], [2.0], [3.0], [4.0]])
Y = np.array([2.0, 3.0, 4.0, 5.0])
"""Four rows of y = x + 1, the usual worked example."""

Look: TypeAlias = Callable[[FloatArray], tuple[float, FloatArray]]
"""From weights to the loss there and its gradient."""

MOST_STEPS = 1000
MOST_RATES = 5

_APART = 0.055
"""Share of an axes: points closer to one that has a number have none."""


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
    gradients : array of shape (steps + 1, n)
        ∂J/∂W there.
    """

    rate: float
    weights: FloatArray
    losses: FloatArray
    gradients: FloatArray

    @property
    def steps(self) -> int:
        """How many steps were made."""
        return len(self.losses) - 1

    @property
    def turns_back(self) -> bool:
        """Whether a step led against the one before it: it had leapt across where it is lowest."""
        moves = np.diff(self.weights, axis=0)
        return bool((np.sum(moves[1:] * moves[:-1], axis=1) < 0).any())

    def first(self, steps: int) -> "Path":
        """Return the path of the first steps alone."""
        end = steps + 1
        return Path(self.rate, self.weights[:end], self.losses[:end], self.gradients[:end])


def descend(
    look: Look,
    start: Sequence[float],
    rate: float,
    steps: int,
    until: Callable[[FloatArray, float], bool] | None = None,
) -> Path:
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
    until : callable, optional
        Whether weights and their loss are where it was to lead: then no more steps are made.

    Returns
    -------
    Path
    """
    rule = GradientDescent(rate)
    weights = np.array(start, dtype=np.float64)
    loss, gradient = look(weights)
    visited, losses, gradients = [weights.copy()], [loss], [gradient.copy()]
    for step in range(1, steps + 1):
        with np.errstate(over="ignore", invalid="ignore"):
            rule.update(weights, gradient, [], rate, step)
            loss, gradient = look(weights)
        if not (np.isfinite(loss) and np.isfinite(gradient).all()):
            break
        visited.append(weights.copy())
        losses.append(loss)
        gradients.append(gradient.copy())
        if until is not None and until(weights, loss):
            break
    return Path(rate, np.array(visited), np.array(losses), np.array(gradients))


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
    loss = LOSSES.resolve("mse")
    # Compiled once: a picture asks for thousands of gradients.
    plan = compile_recipe(Recipe(network, loss, SGD(), dtype="float64"), "reference").plan
    batch = Examples(x, loss.prepare(y[:, None], network.output_shape, "float64"))

    def look(weights: FloatArray) -> tuple[float, FloatArray]:
        found, gradient = plan.loss_and_gradient(Parameters(network.layout, weights), batch, 1)
        return found, gradient.vector

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


def say_above(
    axes: "Axes", title: Message, sentence: Message, *, columns: int = 40, lines: int = 3
) -> None:
    """Write a title above a panel, and below it what the panel shows.

    Parameters
    ----------
    axes : Axes
    title, sentence : str
    columns : int, default 40
        Characters of a line: 13 an inch have room.
    lines : int, default 3
        That have room.
    """
    height = 12 * lines + 6
    axes.set_title(title, pad=height + 3)
    axes.annotate(
        fill(str(sentence), columns),
        (0.0, 1.0),
        xycoords="axes fraction",
        xytext=(0, height),
        textcoords="offset points",
        fontsize=SMALL,
        color=theme().ink,
        verticalalignment="top",
    )


def draw_path(axes: "Axes", points: FloatArray, mark: FloatArray | None = None) -> None:
    """Draw points joined in their order, with the numbers of those that lie apart.

    It ends with the first point outside of the limits.

    Parameters
    ----------
    axes : Axes
        With the limits that it will have.
    points : array of shape (steps + 1, 2)
    mark : array of shape (2,), optional
        A place that is marked already: numbers keep away.
    """
    from matplotlib.patheffects import withStroke

    outside = np.flatnonzero(~_inside(axes, points))
    points = points[: outside[0] + 1] if outside.size else points
    axes.plot(
        points[:, 0],
        points[:, 1],
        color=theme().orange,
        marker="o",
        markersize=4.0,
        markeredgewidth=0,
        linewidth=1.3,
        zorder=3,
    )
    for step, point in _numbered(axes, points, mark):
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


def _places(axes: "Axes", points: FloatArray) -> FloatArray:
    """Return where points lie, as shares of the width and the height of the axes."""
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    return (points - (left, low)) / (right - left, high - low)


def _inside(axes: "Axes", points: FloatArray) -> BoolArray:
    places = _places(axes, points)
    inside: BoolArray = (places >= 0) & (places <= 1)
    return inside[:, 0] & inside[:, 1]


def _numbered(
    axes: "Axes", points: FloatArray, mark: FloatArray | None
) -> list[tuple[int, tuple[float, float]]]:
    """Return the steps whose numbers have room beside each other and a mark, with their points."""
    taken = [] if mark is None else [_places(axes, mark[None, :])[0]]
    places = _places(axes, points)
    chosen: list[int] = []
    for step in np.flatnonzero(_inside(axes, points)).tolist():
        if all(np.abs(places[step] - other).max() >= _APART for other in taken):
            taken.append(places[step])
            chosen.append(step)
    return [(step, (float(points[step, 0]), float(points[step, 1]))) for step in chosen]


def draw_contours(
    axes: "Axes",
    height: Callable[[FloatArray, FloatArray], FloatArray],
    limits: tuple[tuple[float, float], tuple[float, float]],
    levels: Sequence[float],
    lowest: Sequence[float] | FloatArray | None,
    numbered: Sequence[float] = (),
) -> None:
    """Draw lines of equal height of a function of two weights, with its lowest point.

    Parameters
    ----------
    axes : Axes
    height : callable
        Of two arrays of one shape.
    limits : pair of pairs of float
        Of both weights; they become those of the axes.
    levels : sequence of float
        Ascending.
    lowest : sequence of two floats, optional
    numbered : sequence of float, optional
        Which of the levels have their numbers; small ones crowd around the lowest point.
    """
    first, second = np.meshgrid(*(np.linspace(*each, 201) for each in limits))
    lines = axes.contour(
        first,
        second,
        height(first, second),
        levels,
        colors=theme().muted,
        linewidths=0.6,
        linestyles="solid",
    )
    if numbered:
        axes.clabel(lines, numbered, fontsize=SMALL - 1, colors=theme().muted, fmt=in_short)
    if lowest is not None:
        axes.plot(
            *np.asarray(lowest, dtype=np.float64)[:, None],
            marker="x",
            linestyle="none",
            color=theme().ink,
            markersize=8,
            zorder=5,
        )
    axes.set_xlim(*limits[0])
    axes.set_ylim(*limits[1])
