"""How many rows each class has: whether the classes are balanced, and which are rare."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from axone.errors import DataError
from axone.messages import _, formatted, shorten
from axone.plots.classes import checked_labels
from axone.plots.style import SIZE, SMALL, add_note, dress, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_CLASSES = 40
"""More bars would not fit a page: the largest classes are drawn then."""


def plot_label_histogram(
    labels: ArrayLike,
    class_names: Sequence[object],
    *,
    title: str = _("Rows of each class"),
) -> "Figure":
    """Draw a bar for each class, lying, so that long names can be read.

    Parameters
    ----------
    labels : array of int, shape (m,)
        Class numbers 0 … K−1.
    class_names : sequence of K objects
        Of more than 40 classes the 40 largest are drawn.
    title : str, default "Rows of each class"

    Returns
    -------
    matplotlib.figure.Figure
        8 inches wide, 5 high or as high as the bars need.

    Raises
    ------
    ShapeError
        The labels are not one row of numbers.
    DataError
        There is no label, or one has no name.
    """
    from matplotlib.ticker import MaxNLocator

    from axone.plots.ticks import NumberFormatter

    numbers = checked_labels(labels, class_names, np.size(labels))
    if numbers.size == 0:
        raise DataError(_("labels are empty: there is nothing to count."))
    counts = np.bincount(numbers, minlength=len(class_names))
    shown = np.arange(len(counts))
    if len(counts) > MOST_CLASSES:
        shown = np.argsort(-counts, kind="stable")[:MOST_CLASSES]
    with house_style():
        figure = new_figure(title, (SIZE[0], max(SIZE[1], 0.24 * len(shown) + 1.0)))
        axes = figure.subplots()
        dress(axes, grid=False)
        bars = axes.barh(np.arange(len(shown)), counts[shown], color=theme().blue, height=0.75)
        shares = [
            f" {formatted(count, ',')} ({formatted(count / numbers.size, '.1%')})"
            for count in counts[shown].tolist()
        ]
        axes.bar_label(bars, shares, fontsize=SMALL)
        axes.set_yticks(
            np.arange(len(shown)), [shorten(class_names[k], 24) for k in shown.tolist()]
        )
        axes.tick_params(axis="y", length=0)
        axes.invert_yaxis()
        axes.margins(y=0.01)
        # The figures stand to the right of the bars.
        axes.set_xlim(0, 1.18 * counts.max())
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
        axes.xaxis.set_major_formatter(NumberFormatter(",.0f"))
        axes.set_xlabel(_("rows"))
        axes.set_ylabel(_("class"))
        if len(shown) < len(counts):
            add_note(
                figure,
                _(
                    "The {shown} largest of {classes} classes.",
                    shown=len(shown),
                    classes=len(counts),
                ),
            )
    return figure
