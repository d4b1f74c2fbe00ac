"""Beyond the training rows: the errors of networks by what they are asked, and their answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from axone.arrays import FloatArray
from axone.messages import Message, _, formatted
from axone.metrics import regression_metrics
from axone.plots.epochs import label_decades
from axone.plots.style import LINE_STYLES, MARKERS, add_note, dress, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False)
class Asked:
    """What a network answers of a range.

    Attributes
    ----------
    low, high : int
        The integers of the questions.
    truth, answers : array of shape (questions,)
    """

    low: int
    high: int
    truth: FloatArray
    answers: FloatArray

    @property
    def error(self) -> float:
        """The mean absolute error, in units of the answer."""
        return regression_metrics(self.truth, self.answers)["mae"]

    @property
    def share(self) -> float:
        """The error as a share of the mean right answer."""
        return self.error / float(self.truth.mean())


def plot_beyond(asked: Mapping[int, list[Asked]], title: Message, note: Message) -> "Figure":
    """Draw the error in each range asked, and the answers of the network of the most rows.

    Parameters
    ----------
    asked : mapping of int to list of at most five Asked
        By the number of training rows, rising, at most four; the first range is that of training.
    title, note : Message

    Returns
    -------
    matplotlib.figure.Figure
        9.5 × 5 inches.
    """
    with house_style():
        figure = new_figure(title, (9.5, 5.0))
        left, right = figure.subplots(1, 2)
        _draw_errors(left, asked)
        _draw_answers(right, list(asked.values())[-1])
        right.set_title(_("Answers after {rows:,} rows", rows=list(asked)[-1]))
        add_note(figure, note)
    return figure


def _draw_errors(axes: "Axes", asked: Mapping[int, list[Asked]]) -> None:
    styles = zip(theme().palette, MARKERS, LINE_STYLES, strict=False)
    count = len(next(iter(asked.values())))
    places = range(count)
    for (rows, ranges), (color, marker, line) in zip(asked.items(), styles, strict=False):
        axes.plot(
            places,
            [each.error for each in ranges],
            color=color,
            marker=marker,
            linestyle=line,
            label=str(formatted(rows, ",")),
        )
    axes.set_yscale("log")
    errors = [each.error for ranges in asked.values() for each in ranges if each.error > 0]
    label_decades(axes.yaxis, float(np.log10(max(errors) / min(errors))))
    names = [_span(each) for each in next(iter(asked.values()))]
    axes.set_xticks(list(places), names)
    axes.axvspan(-0.4, 0.5, color=theme().pale, zorder=0)
    axes.text(0.02, 0.98, str(_("trained here")), transform=axes.transAxes, va="top")
    axes.set_xlim(-0.4, count - 0.6)
    axes.set_xlabel(_("integers asked"))
    axes.set_ylabel(_("mean absolute error, in units of the answer"))
    axes.set_title(_("Error by range"))
    axes.legend(title=str(_("training rows")), loc="lower right")
    dress(axes)


def _span(each: Asked) -> str:
    low, high = formatted(each.low, ","), formatted(each.high, ",")
    return f"{low}–\n{high}"


def _draw_answers(axes: "Axes", ranges: list[Asked]) -> None:
    from matplotlib.ticker import MaxNLocator

    from axone.plots.ticks import NumberFormatter

    top = max(float(each.truth.max()) for each in ranges)
    axes.plot([0, top], [0, top], color=theme().ink, linewidth=1.2, label=str(_("right")))
    colors = (theme().green, theme().blue, theme().orange, theme().vermilion, theme().purple)
    for each, color, marker in zip(ranges, colors, "osD^v", strict=False):
        some = slice(0, 150)
        axes.scatter(
            each.truth[some],
            each.answers[some],
            s=12,
            color=color,
            marker=marker,
            alpha=0.7,
            label=_span(each).replace("\n", ""),
        )
    # Numbers with many digits stand side by side below, one above the other at the left.
    for axis, ticks in ((axes.xaxis, 5 if top < 2e6 else 3), (axes.yaxis, 5)):
        axis.set_major_locator(MaxNLocator(nbins=ticks))
        axis.set_major_formatter(NumberFormatter(",.0f"))
    axes.set_xlabel(_("right answer"))
    axes.set_ylabel(_("answer of the network"))
    axes.legend(title=str(_("integers asked")), loc="upper left", markerscale=1.5)
    dress(axes)
