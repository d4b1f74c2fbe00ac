"""How far signals reach: activations and gradients by layer, for several ways to begin."""

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from axone.activations import ActivationFunction, of_cells, written
from axone.arrays import FloatArray
from axone.checks import check_integer, check_seed
from axone.initializers import GlorotNormal, HeNormal, Initializer, Normal, Zeros
from axone.layers import Dense
from axone.messages import Message, _, _n, shorten
from axone.network import Network
from axone.plots.style import add_note, dress, house_style, new_figure, theme
from axone.random import GENERATE, RandomStream

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ROWS = 128
_MOST_DEPTH, _MOST_WIDTH = 50, 256


@dataclass(frozen=True)
class Beginning:
    """A way to draw weights, and how its lines are drawn."""

    title: Message
    initializer: Initializer
    color: str
    dashes: str
    marker: str


BEGINNINGS = (
    Beginning(_("zeros"), Zeros(), "muted", "none", "x"),
    Beginning(_("small (σ = 0.01)"), Normal(0.01), "blue", "--", "v"),
    Beginning(_("large (σ = 1)"), Normal(1.0), "vermilion", ":", "^"),
    Beginning(_("Xavier"), GlorotNormal(), "green", "-", "o"),
    Beginning(_("He"), HeNormal(), "orange", "-.", "s"),
)


@dataclass(frozen=True, eq=False)
class Reach:
    """Standard deviations by layer, of all numbers of a layer together.

    Attributes
    ----------
    activations : array of shape (depth,)
        Of a over rows and units.
    deltas : array of shape (depth,)
        Of δ = ∂L/∂z, likewise.
    stuck : array of shape (depth,)
        Share of units that are 0 on every row (ReLU) or of a's numbers at a flat end (sigmoid,
        tanh), where little or nothing is learnt.
    """

    activations: FloatArray
    deltas: FloatArray
    stuck: FloatArray


def reach(
    initializer: Initializer,
    activation: ActivationFunction | str,
    *,
    depth: int,
    width: int,
    seed: int = 0,
) -> Reach:
    """Send normal rows forward and a normal gradient back, before any training.

    Parameters
    ----------
    initializer : Initializer
        Of all weights; biases are 0.
    activation : str or ActivationFunction
    depth, width : int
        Layers, and the units of each; as many features come in.
    seed : int, default 0

    Returns
    -------
    Reach
        What overflows is infinite or NaN.
    """
    function = of_cells(activation)
    layers = [Dense(width, function, initializer=initializer) for _layer in range(depth)]
    network = Network(*layers, input_shape=width)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that zeros keep units alike: this is what is shown
        parameters = network.initialize(seed, "float64")
    random = RandomStream.from_seed(seed).child(GENERATE)
    X, dy = (random.child(number).normal((_ROWS, width)) for number in (0, 1))
    with np.errstate(over="ignore", invalid="ignore"):
        passed = network.trace(parameters, X, dy)
        given = [layer.forward[-1].array for layer in passed]
        return Reach(
            np.array([a.std() for a in given]),
            np.array([layer["δ"].std() for layer in passed]),
            np.array([max(function.dead_share(a), function.saturated_share(a)) for a in given]),
        )


def plot_initializers(
    activation: ActivationFunction | str = "tanh",
    *,
    depth: int = 10,
    width: int = 100,
    seed: int = 0,
) -> "Figure":
    """Draw how activations and gradients spread by layer, for five ways to draw the weights.

    They are zeros, normal with σ = 0.01 and with σ = 1, Xavier's (Glorot & Bengio 2010, equation
    12, normal) and He's (He et al. 2015, equation 10). Nothing is trained: one batch of 128 rows
    goes forward, and a gradient ∂L/∂a of the last layer back, both standard normal.

    Parameters
    ----------
    activation : str or ActivationFunction, default "tanh"
        A name or a formula.
    depth : int, default 10
        Layers, 2 to 50.
    width : int, default 100
        Units of each, 2 to 256.
    seed : int, default 0
        Decides weights and rows.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ConfigurationError, ArgumentTypeError
        A setting out of bounds, or an activation that is none of single cells.

    Examples
    --------
    >>> from axone.plots import plot_initializers
    >>> len(plot_initializers("relu", depth=3, width=8).axes)
    2
    """
    check_integer("depth", depth, at_least=2, at_most=_MOST_DEPTH)
    check_integer("width", width, at_least=2, at_most=_MOST_WIDTH)
    check_seed(seed)
    function = of_cells(activation)
    found = [
        reach(each.initializer, function, depth=depth, width=width, seed=seed)
        for each in BEGINNINGS
    ]
    with house_style():
        figure = new_figure(
            _(
                "Before training: {depth} layers of {width} units, {activation}",
                depth=depth,
                width=width,
                activation=shorten(written(function), 40),
            ),
            (9.2, 5.6),
        )
        forward, back = figure.subplots(1, 2)
        draw_spreads(forward, [each.activations for each in found])
        forward.set_title(_("Forward: standard deviation of a"))
        draw_spreads(back, [each.deltas for each in found], back=True)
        back.set_title(_("Back: standard deviation of δ = ∂L/∂z"))
        add_note(
            figure,
            _(
                "Level lines are good: forward from left to right, back from right to left. Of "
                "× 0.1 a layer nothing is left after a few, and × 2 explodes."
            ),
        )
    return figure


def draw_spreads(axes: "Axes", deviations: list[FloatArray], *, back: bool = False) -> None:
    """Draw standard deviations by layer, a line for each of `BEGINNINGS`, and say how it goes on.

    Parameters
    ----------
    axes : Axes
    deviations : list of array of shape (depth,)
        In the order of `BEGINNINGS`.
    back : bool, default False
        Whether the signal comes from the last layer.
    """
    from matplotlib.ticker import MaxNLocator

    for beginning, heights in zip(BEGINNINGS, deviations, strict=True):
        drawn = np.where(np.isfinite(heights) & (heights > 0), heights, np.nan)
        axes.plot(
            np.arange(1, len(heights) + 1),
            drawn,
            color=theme().named(beginning.color),
            linestyle=beginning.dashes,
            marker=beginning.marker,
            markersize=4,
            label=str(course_of(beginning.title, heights[::-1] if back else heights)),
        )
    axes.set_yscale("log")
    axes.set_xlabel(_("layer"))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(loc="upper left", bbox_to_anchor=(0.0, -0.14), borderaxespad=0.0)
    dress(axes)


def course_of(title: Message, heights: FloatArray) -> Message:
    """Say how a line goes on from layer to layer, on the way that the signal takes."""
    ended = np.flatnonzero(~np.isfinite(heights) | (heights == 0))
    if not ended.size:
        factor = float((heights[-1] / heights[0]) ** (1 / (len(heights) - 1)))
        return _("{title}: × {factor:.2g} a layer", title=title, factor=factor)
    passed = int(ended[0])
    if not np.isfinite(heights[passed]):
        return _n(
            "{title}: overflows after {count} layer",
            "{title}: overflows after {count} layers",
            passed,
            title=title,
        )
    if passed == 0:
        return _("{title}: 0 everywhere", title=title)
    return _n(
        "{title}: 0 after {count} layer", "{title}: 0 after {count} layers", passed, title=title
    )
