"""The picture of XOR: the plane of the inputs, and the four rows by the hidden units."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from axone.arrays import BoolArray, FloatArray, IntArray
from axone.messages import _, _n
from axone.network import Network
from axone.parameters import Parameters
from axone.plots.networks.plane import outlined
from axone.plots.style import (
    MARKERS,
    SMALL,
    add_note,
    color_map,
    dress,
    house_style,
    new_figure,
    theme,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_GRID = 121

_RIM = 0.35
"""Around the four corners."""

_TOUCHING = np.array([0.2, 0.06])
"""Of the width and the height of an axes: rows that are nearer have no room for texts each."""


@dataclass(frozen=True, eq=False)
class Solved:
    """A trained network, and what it makes of the four rows.

    Attributes
    ----------
    network : Network
    parameters : Parameters
    X : array of shape (4, 2)
    y : array of shape (4,)
    hidden : array of shape (4, h)
        What the hidden units give.
    outputs : array of shape (4,)
        ŷ, the probability of 1.
    weights : array of shape (h,)
    bias : float
        Of the output unit.
    separable : bool or None
        Whether the hidden units can be told apart by a hyperplane.
    """

    network: Network
    parameters: Parameters
    X: FloatArray
    y: IntArray
    hidden: FloatArray
    outputs: FloatArray
    weights: FloatArray
    bias: float
    separable: bool | None

    @property
    def right(self) -> BoolArray:
        """Whether each row is on its side of ½."""
        found: BoolArray = (self.outputs > 0.5) == (self.y == 1)
        return found


def draw_xor(solved: Solved) -> "Figure":
    """Draw the rows by the inputs and by the hidden units, each with the border ŷ = ½."""
    with house_style():
        figure = new_figure(_("XOR, seen by the inputs and by the hidden units"), (8.0, 4.9))
        plane, space = figure.subplots(1, 2)
        _draw_inputs(plane, solved)
        _draw_hidden(space, solved)
        add_note(
            figure,
            _("○: y = 0; △: y = 1; a cross lies over rows that are wrong."),
            _("The line is ŷ = ½; the stronger the colour, the surer."),
        )
    return figure


def _draw_inputs(axes: "Axes", solved: Solved) -> None:
    line = np.linspace(-_RIM, 1 + _RIM, _GRID)
    across, up = np.meshgrid(line, line)
    asked = np.column_stack([across.ravel(), up.ravel()])
    answers = solved.network.predict(solved.parameters, asked)[:, 0].reshape(across.shape)
    axes.imshow(
        answers,
        extent=(line[0], line[-1], line[0], line[-1]),
        origin="lower",
        cmap=color_map(theme().diverging),
        vmin=0,
        vmax=1,
        alpha=0.45,
        interpolation="bilinear",
        aspect="auto",
        zorder=0,
    )
    if answers.min() < 0.5 < answers.max():
        axes.contour(
            across, up, answers, levels=[0.5], colors=[theme().ink], linewidths=2.2, zorder=2
        )
    _draw_rows(axes, solved, solved.X)
    axes.set_xlabel(_("x₁"))
    axes.set_ylabel(_("x₂"))
    axes.set_title(_("By the inputs"))
    dress(axes, grid=False)


def _draw_hidden(axes: "Axes", solved: Solved) -> None:
    """Draw the rows by one or two hidden units; of more, by their sum that the output unit sees."""
    units = solved.hidden.shape[1]
    if units == 1:
        points = np.column_stack([solved.hidden[:, 0], np.zeros(len(solved.y))])
        normal, bias = np.append(solved.weights, 0.0), solved.bias
        axes.set_xlabel(_("hidden unit h₁"))
        axes.set_yticks([])
    elif units == 2:
        points, normal, bias = solved.hidden, solved.weights, solved.bias
        axes.set_xlabel(_("hidden unit h₁"))
        axes.set_ylabel(_("hidden unit h₂"))
    else:
        points, normal, bias = _projected(solved), np.array([1.0, 0.0]), 0.0
        axes.set_xlabel(_("weighted sum of the output unit"))
        axes.set_ylabel(_("at right angles: where they differ most"))
    low, high = points.min(axis=0), points.max(axis=0)
    reach = np.maximum(_RIM * (high - low), 0.1 * max(float((high - low).max()), 1e-3))
    axes.set_xlim(low[0] - reach[0], high[0] + reach[0])
    axes.set_ylim(low[1] - reach[1], high[1] + reach[1])
    length = float(np.linalg.norm(normal))
    if length > 0:
        foot = -bias * normal / length**2
        along = np.array([-normal[1], normal[0]]) / length
        axes.axline(tuple(foot), tuple(foot + along), color=theme().ink, linewidth=2.2, zorder=2)
    _draw_rows(axes, solved, points)
    axes.set_title(_n("By {count} hidden unit", "By {count} hidden units", units))
    dress(axes, grid=False)


def _projected(solved: Solved) -> FloatArray:
    """Return the weighted sum of the output unit, and what of the units differs most beside it."""
    direction = solved.weights / max(float(np.linalg.norm(solved.weights)), 1e-300)
    about = solved.hidden - solved.hidden.mean(axis=0)
    beside = about - np.outer(about @ direction, direction)
    widest = np.linalg.svd(beside)[2][0]
    return np.column_stack([solved.hidden @ solved.weights + solved.bias, beside @ widest])


def _draw_rows(axes: "Axes", solved: Solved, points: FloatArray) -> None:
    """Draw the four rows with their inputs; those that lie in one place share one text."""
    for label, color, marker in ((0, theme().blue, MARKERS[0]), (1, theme().vermilion, MARKERS[2])):
        rows = solved.y == label
        axes.scatter(
            points[rows, 0],
            points[rows, 1],
            color=color,
            marker=marker,
            s=90,
            edgecolors=theme().ink,
            linewidths=1.0,
            zorder=4,
        )
    wrong = ~solved.right
    axes.scatter(
        points[wrong, 0],
        points[wrong, 1],
        color=theme().ink,
        marker="x",
        s=120,
        linewidths=2.0,
        zorder=5,
    )
    for place, here in _places(axes, points):
        axes.annotate(
            "  ".join(f"({x:g}, {y:g})" for x, y in solved.X[here]),
            place,
            xytext=(0, 10),
            textcoords="offset points",
            horizontalalignment="center",
            fontsize=SMALL,
            zorder=6,
            path_effects=outlined(),
        )


def _places(axes: "Axes", points: FloatArray) -> list[tuple[tuple[float, float], list[int]]]:
    """Return where texts go, each with the rows that lie there."""
    widths = np.ptp([axes.get_xlim(), axes.get_ylim()], axis=1)
    found: list[tuple[tuple[float, float], list[int]]] = []
    for row, point in enumerate(points):
        for place, rows in found:
            if (np.abs(point - place) < _TOUCHING * widths).all():
                rows.append(row)
                break
        else:
            found.append(((float(point[0]), float(point[1])), [row]))
    return found
