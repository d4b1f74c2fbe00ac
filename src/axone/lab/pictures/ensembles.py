"""An ensemble on a line: what each member answers, their mean, and how far they disagree."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from axone.arrays import FloatArray
from axone.messages import _
from axone.plots.style import dress, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_Spans = Sequence[tuple[float, float]]


def plot_ensemble(
    grid: FloatArray,
    answers: FloatArray,
    truth: FloatArray,
    x: FloatArray,
    y: FloatArray,
    without_rows: _Spans,
) -> "Figure":
    """Draw the members of an ensemble with their mean and the truth, and below how far it is off.

    Parameters
    ----------
    grid : array of shape (points,)
        Rising.
    answers : array of shape (members, points)
    truth : array of shape (points,)
    x, y : array of shape (m,)
        The training rows.
    without_rows : sequence of pairs of float
        From where to where there are none: shaded.

    Returns
    -------
    matplotlib.figure.Figure
        8 × 5 inches.
    """
    spread = answers.std(axis=0)
    with house_style():
        figure = new_figure(_("An ensemble: networks of different seeds, and their mean"))
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        _shade(above, without_rows, str(_("no rows here")))
        _draw_answers(above, grid, answers, truth)
        above.scatter(
            x, y, s=18, color=theme().vermilion, marker="^", zorder=4, label=str(_("training rows"))
        )
        _shade(below, without_rows)
        below.plot(grid, spread, color=theme().blue, label=str(_("disagreement")))
        below.plot(
            grid,
            np.abs(answers.mean(axis=0) - truth),
            color=theme().ink,
            linestyle="--",
            label=str(_("error of the mean")),
        )
        below.set_xlabel(_("x"))
        below.set_ylim(bottom=0)
        above.set_xlim(grid[0], grid[-1])
        above.set_ylabel(_("y"))
        for axes in (above, below):
            axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
            dress(axes)
    return figure


def _draw_answers(axes: "Axes", grid: FloatArray, answers: FloatArray, truth: FloatArray) -> None:
    mean, spread = answers.mean(axis=0), answers.std(axis=0)
    axes.fill_between(
        grid,
        mean - 2 * spread,
        mean + 2 * spread,
        color=theme().blue,
        alpha=0.2,
        linewidth=0,
        label=str(_("mean ± 2 standard deviations")),
    )
    for number, answer in enumerate(answers):
        label = str(_("a member")) if number == 0 else None
        axes.plot(grid, answer, color=theme().blue, linewidth=0.6, alpha=0.6, label=label)
    axes.plot(grid, mean, color=theme().blue, linewidth=2.4, label=str(_("mean")))
    axes.plot(grid, truth, color=theme().ink, linestyle="--", linewidth=1.2, label=str(_("truth")))


def _shade(axes: "Axes", spans: _Spans, label: str | None = None) -> None:
    for low, high in spans:
        axes.axvspan(low, high, color=theme().pale, linewidth=0, zorder=0, label=label)
        label = None
