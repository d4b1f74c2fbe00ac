"""What a bias is for: the same points, a logistic unit without one and one with it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from axone.arrays import FloatArray, IntArray
from axone.checks import check_integer, check_seed
from axone.layers import Dense
from axone.messages import _
from axone.network import Network
from axone.optimizers import GradientDescent
from axone.parameters import Parameters
from axone.plots.ideas.paths import say_above
from axone.plots.style import add_note, dress, house_style, new_figure, theme
from axone.random import GENERATE, RandomStream
from axone.training import Trainer

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MIDDLES = np.array([[1.0, 1.0], [3.0, 3.0]])
"""Of the classes: one behind the other, seen from the origin."""

_SPREAD = 0.45
_MOST_ROWS = 2000
_RATE, _EPOCHS = 0.5, 1000
_LIMITS = (-1.0, 5.0)


@dataclass(frozen=True, eq=False)
class Fit:
    """A logistic unit that has learnt.

    Attributes
    ----------
    network : Network
    parameters : Parameters
    accuracy : float
        Share of the rows that it gets right.
    """

    network: Network
    parameters: Parameters
    accuracy: float

    @property
    def bias(self) -> float | None:
        """The b that it has learnt; None where it has none."""
        return float(self.parameters["0.bias"][0]) if "0.bias" in self.parameters else None


def points(rows: int, seed: int) -> tuple[FloatArray, IntArray]:
    """Draw two classes of points in a plane, in turn.

    Parameters
    ----------
    rows : int
    seed : int

    Returns
    -------
    X : array of shape (rows, 2)
    y : array of shape (rows,)
        0 or 1.
    """
    y = np.arange(rows) % 2
    noise = RandomStream.from_seed(seed).child(GENERATE).normal((rows, 2))
    return _MIDDLES[y] + _SPREAD * noise, y


def fit(X: FloatArray, y: IntArray, *, bias: bool) -> Fit:
    """Train a logistic unit by gradient descent.

    Parameters
    ----------
    X : array of shape (m, 2)
    y : array of shape (m,)
        0 or 1.
    bias : bool
        Whether it has a bias.
    """
    network = Network(Dense(1, "sigmoid", bias=bias), input_shape=2)
    trainer = Trainer(
        network,
        loss="binary_cross_entropy",
        optimizer=GradientDescent(_RATE),
        dtype="float64",
        measures=(),
    )
    learnt = trainer.fit((X, y), max_epochs=_EPOCHS).parameters
    right = (network.predict(learnt, X)[:, 0] > 0.5) == (y == 1)
    return Fit(network, learnt, float(right.mean()))


def plot_bias(rows: int = 60, *, seed: int = 0) -> "Figure":
    """Draw where a logistic unit without a bias, and one with it, part two classes.

    Parameters
    ----------
    rows : int, default 60
        Points, 4 to 2000.
    seed : int, default 0
        Decides them.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ConfigurationError, ArgumentTypeError
        A setting out of bounds.

    Examples
    --------
    >>> from axone.plots import plot_bias
    >>> [axes.get_title(loc="left") for axes in plot_bias(20).axes]
    ['Without a bias: ŷ = σ(w·x)', 'With a bias: ŷ = σ(w·x + b)']
    """
    check_integer("rows", rows, at_least=4, at_most=_MOST_ROWS)
    check_seed(seed)
    X, y = points(rows, seed)
    without, biased = fit(X, y, bias=False), fit(X, y, bias=True)
    with house_style():
        figure = new_figure(_("What a bias is for"), (9.0, 5.8))
        left, right = figure.subplots(1, 2, sharey=True)
        _draw(left, without, X, y)
        say_above(
            left,
            _("Without a bias: ŷ = σ(w·x)"),
            _(
                "The line goes through the origin, whatever w. Right: {share:.0%}.",
                share=without.accuracy,
            ),
            columns=60,
            lines=1,
        )
        _draw(right, biased, X, y)
        say_above(
            right,
            _("With a bias: ŷ = σ(w·x + b)"),
            _(
                "b = {bias:.3g} moves the line to where it belongs. Right: {share:.0%}.",
                bias=biased.bias,
                share=biased.accuracy,
            ),
            columns=60,
            lines=1,
        )
        left.set_ylabel(_("x₂"))
        right.legend(loc="upper left")
        add_note(
            figure,
            _(
                "Line: ŷ = 0.5; shaded: ŷ > 0.5. Both units learnt the same {rows:,} rows.",
                rows=rows,
            ),
        )
    return figure


def _draw(axes: "Axes", unit: Fit, X: FloatArray, y: IntArray) -> None:
    along = np.linspace(*_LIMITS, 151)
    first, second = np.meshgrid(along, along)
    grid = np.column_stack([first.ravel(), second.ravel()])
    fires = unit.network.predict(unit.parameters, grid).reshape(first.shape)
    axes.contourf(first, second, fires, [0.5, 1.0], colors=[theme().pale], zorder=0)
    axes.contour(first, second, fires, [0.5], colors=[theme().ink], linewidths=1.6)
    for draw in (axes.axhline, axes.axvline):
        draw(0, color=theme().muted, linewidth=0.7, zorder=1)
    axes.plot(
        0, 0, marker="+", color=theme().ink, markersize=11, linestyle="none", label=str(_("origin"))
    )
    for label, color, marker in ((0, theme().blue, "o"), (1, theme().vermilion, "^")):
        own = X[y == label]
        axes.scatter(
            own[:, 0],
            own[:, 1],
            s=22,
            color=color,
            marker=marker,
            label=str(_("class {number}", number=label)),
            zorder=3,
        )
    axes.set_xlim(*_LIMITS)
    axes.set_ylim(*_LIMITS)
    axes.set_aspect("equal")
    axes.set_xlabel(_("x₁"))
    dress(axes, grid=False)
