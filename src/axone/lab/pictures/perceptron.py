"""The picture of a perceptron: its lines after each epoch, and the mistakes of each."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from axone.arrays import FloatArray, IntArray
from axone.messages import _
from axone.perceptron import FittedPerceptron
from axone.plots.style import MARKERS, add_note, dress, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MARGIN = 0.12
"""Of the spread of the rows, around them."""

_FAINTEST = 0.18
"""How opaque the first of the lines is; the last is fully so."""

_ROUNDING = 1e-12
"""Of the bias: smaller weights are the rounding of zeros."""


@dataclass(frozen=True, eq=False)
class Training:
    """A perceptron after each of its epochs.

    Attributes
    ----------
    X : array of shape (m, 2)
    y : array of shape (m,)
        0 and 1.
    neurons : array of shape (epochs + 1, 3)
        Both weights and the bias, before the first epoch and after each.
    right : list of int
        Rows that they have right.
    last : FittedPerceptron
    order : str
    """

    X: FloatArray
    y: IntArray
    neurons: FloatArray
    right: list[int]
    last: FittedPerceptron
    order: str


def draw_perceptron(training: Training, data: str) -> "Figure":
    """Draw the rows with the lines of all epochs, and beside them the mistakes of each epoch."""
    name = _("two blobs") if data == "blobs" else data.upper()
    with house_style():
        figure = new_figure(_("The line of a perceptron, epoch by epoch: {data}", data=name))
        plane, course = figure.subplots(1, 2, width_ratios=(3, 2))
        _draw_plane(plane, training)
        _draw_mistakes(course, training.last.mistakes)
        add_note(
            figure,
            _("Lines: w₁·x₁ + w₂·x₂ + b = 0 after each epoch, the fainter the earlier."),
            _("Shaded: where it fires after the last."),
        )
    return figure


def _draw_plane(axes: "Axes", training: Training) -> None:
    low, high = training.X.min(axis=0), training.X.max(axis=0)
    rim = np.maximum(_MARGIN * (high - low), 0.25)
    (left, bottom), (right, top) = low - rim, high + rim
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)
    one, two, bias = training.neurons[-1].tolist()
    across, up = np.meshgrid(np.linspace(left, right, 301), np.linspace(bottom, top, 301))
    sums = one * across + two * up + bias
    if sums.max() > 0:
        axes.contourf(
            across, up, sums, levels=[0.0, np.inf], colors=[theme().behind_text[1]], zorder=0
        )
    for epoch, neuron in enumerate(training.neurons[1:], start=1):
        _draw_line(axes, neuron, epoch / (len(training.neurons) - 1))
    for label, color, marker in ((0, theme().blue, MARKERS[0]), (1, theme().vermilion, MARKERS[2])):
        rows = training.y == label
        axes.scatter(
            training.X[rows, 0],
            training.X[rows, 1],
            color=color,
            marker=marker,
            s=60 if len(rows) < 10 else 26,
            edgecolors=theme().paper,
            linewidths=0.7,
            zorder=4,
            label=_("y = {label}", label=label),
        )
    axes.set_xlabel(_("x₁"))
    axes.set_ylabel(_("x₂"))
    axes.legend(loc="upper left", bbox_to_anchor=(0.0, -0.13), ncols=2, borderaxespad=0.0)
    dress(axes, grid=False)


def _draw_line(axes: "Axes", neuron: FloatArray, share: float) -> None:
    """Draw where the weighted sum is 0; weights of zero have no line."""
    normal, bias = neuron[:2], float(neuron[2])
    length = float(normal @ normal)
    if length <= (_ROUNDING * bias) ** 2:
        return
    foot = -bias * normal / length
    along = np.array([-normal[1], normal[0]]) / np.sqrt(length)
    axes.axline(
        tuple(foot),
        tuple(foot + along),
        color=theme().ink,
        alpha=_FAINTEST + (1 - _FAINTEST) * share**2,
        linewidth=2.6 if share == 1 else 1.2,
        zorder=3,
    )


def _draw_mistakes(axes: "Axes", mistakes: tuple[int, ...]) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.plot(
        range(1, len(mistakes) + 1),
        mistakes,
        color=theme().green,
        marker="o",
        markersize=4,
        linewidth=1.4,
    )
    axes.set_ylim(-0.04 * max(*mistakes, 1), 1.1 * max(*mistakes, 1))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel(_("epoch"))
    axes.set_ylabel(_("mistakes in the epoch"))
    dress(axes)
