"""Where the gradient is nothing, or next to nothing: a local minimum, a saddle, a plateau.

Each is a function of two weights that is chosen for its shape, with its gradient by hand, and a
descent that starts near by.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from axone.arrays import FloatArray
from axone.checks import check_integer
from axone.messages import Message, _, _n
from axone.plots.ideas.paths import MOST_STEPS, Path, descend, draw_contours, draw_path, say_above
from axone.plots.ideas.surfaces import add_surface_axes, draw_surface
from axone.plots.style import add_note, dress, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from mpl_toolkits.mplot3d.axes3d import Axes3D

_POINTS = 61

_REACH = 1.7
"""Both weights are shown from −1.7 to 1.7."""

_LINES = 12


@dataclass(frozen=True)
class Landscape:
    """A loss over two weights, and a descent in it.

    Attributes
    ----------
    title, told : Message
        What it is called, and what a descent does there.
    height : callable
        Of two arrays of one shape.
    slopes : callable
        The two partial derivatives at two numbers.
    start : tuple of float
    rate : float
        η.
    lowest : tuple of float, optional
        The lowest point, or one of them, where there is one.
    turned : float
        From where it is looked at, in degrees.
    """

    title: Message
    told: Message
    height: Callable[[FloatArray, FloatArray], FloatArray]
    slopes: Callable[[float, float], tuple[float, float]]
    start: tuple[float, float]
    rate: float
    lowest: tuple[float, float] | None
    turned: float

    def descent(self, steps: int) -> Path:
        """Descend from the start."""

        def look(weights: FloatArray) -> tuple[float, FloatArray]:
            first, second = weights
            height = float(self.height(np.array(first), np.array(second)))
            return height, np.array(self.slopes(first, second))

        return descend(look, self.start, self.rate, steps)


def _two_valleys(u: FloatArray, v: FloatArray) -> FloatArray:
    return (u**2 - 1) ** 2 + 0.3 * u + v**2 / 2


def _slopes_of_two_valleys(u: float, v: float) -> tuple[float, float]:
    return 4 * u * (u**2 - 1) + 0.3, v


def _saddle(u: FloatArray, v: FloatArray) -> FloatArray:
    return u**2 - v**2 + v**4 / 4


def _slopes_of_saddle(u: float, v: float) -> tuple[float, float]:
    return 2 * u, -2 * v + v**3


def _terrace(u: FloatArray, v: FloatArray) -> FloatArray:
    return (np.tanh(2.5 * (u - 1)) + np.tanh(2.5 * (u + 1))) / 2 + v**2 / 5


def _slopes_of_terrace(u: float, v: float) -> tuple[float, float]:
    cliffs = np.cosh(2.5 * (u - 1)) ** -2 + np.cosh(2.5 * (u + 1)) ** -2
    return 1.25 * float(cliffs), 0.4 * v


LANDSCAPES = (
    Landscape(
        _("Local minimum"),
        _("It ends in the valley that is near: all ways out lead up, though the other is deeper."),
        _two_valleys,
        _slopes_of_two_valleys,
        start=(0.1, 1.3),
        rate=0.1,
        lowest=(-1.0355, 0.0),
        turned=-70.0,
    ),
    Landscape(
        _("Saddle"),
        _("Downhill from one side, uphill to the other: it slows down, then slips off sideways."),
        _saddle,
        _slopes_of_saddle,
        start=(1.4, -0.01),
        rate=0.12,
        lowest=(0.0, -(2**0.5)),
        turned=-50.0,
    ),
    Landscape(
        _("Plateau"),
        _("Down to the terrace at once, then tiny steps, for it is nearly flat, to the next edge."),
        _terrace,
        _slopes_of_terrace,
        start=(1.4, 1.0),
        rate=0.2,
        lowest=None,
        turned=-72.0,
    ),
)


def plot_stationary_points(*, steps: int = 80) -> "Figure":
    """Draw three surfaces on which descents slow down or end, and why.

    Parameters
    ----------
    steps : int, default 80
        Of each descent.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ConfigurationError, ArgumentTypeError
        `steps` is out of bounds.

    Examples
    --------
    >>> from axone.plots import plot_stationary_points
    >>> len(plot_stationary_points().axes)
    6
    """
    check_integer("steps", steps, at_least=1, at_most=MOST_STEPS)
    along = np.linspace(-_REACH, _REACH, _POINTS)
    first, second = np.meshgrid(along, along)
    with house_style():
        figure = new_figure(
            _("Where gradient descent ends, or hardly moves: the gradient is 0, or nearly"),
            (9.6, 7.2),
        )
        columns = len(LANDSCAPES)
        for number, landscape in enumerate(LANDSCAPES, start=1):
            path = landscape.descent(steps)
            heights = landscape.height(first, second)
            _draw_from_above(figure.add_subplot(2, columns, number), landscape, heights, path)
            place = (2, columns, columns + number)
            surface = add_surface_axes(
                figure, place, ("W₁", "W₂"), elevation=42.0, turned=landscape.turned
            )
            _draw_surface(surface, (first, second), heights, path)
        add_note(
            figure,
            _n("{count} step each, a dot each.", "{count} steps each, a dot each.", steps),
            _("J from above, in lines of equal height, and as a surface."),
            _("The closer the dots, the smaller the gradient; × is a lowest point."),
        )
    return figure


def _draw_from_above(axes: "Axes", landscape: Landscape, heights: FloatArray, path: Path) -> None:
    # As many heights lie between two lines as between any others.
    levels = np.unique(np.quantile(heights, np.linspace(0.02, 0.98, _LINES)))
    limits = (-_REACH, _REACH)
    draw_contours(axes, landscape.height, (limits, limits), levels.tolist(), landscape.lowest)
    draw_path(axes, path.weights)
    axes.set_aspect("equal")
    axes.set_xlabel(_("W₁"))
    axes.set_ylabel(_("W₂"))
    say_above(axes, landscape.title, landscape.told)
    dress(axes, grid=False)


def _draw_surface(
    axes: "Axes3D", grid: tuple[FloatArray, FloatArray], heights: FloatArray, path: Path
) -> None:
    limits = float(heights.min()), float(heights.max())
    draw_surface(axes, *grid, heights, limits, opacity=0.75)
    seen = (np.abs(path.weights) <= _REACH).all(axis=1)
    # Matplotlib draws whole things before or behind others: the path is drawn last, a little above.
    lifted = path.losses + 0.02 * (limits[1] - limits[0])
    axes.plot(
        *path.weights[seen].T,
        lifted[seen],
        color=theme().blue,
        marker="o",
        markersize=3,
        linewidth=1.4,
        zorder=9,
    )
