"""Which columns of a table matter to a network: how much worse it gets without each of them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from axone.errors import DataError
from axone.messages import _, formatted, shorten
from axone.plots.style import SIZE, SMALL, add_note, dress, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_COLUMNS = 20
"""Bars that a picture has room for: those of the most important columns."""


def plot_column_importance(
    drops: Mapping[str, Sequence[float]],
    *,
    score_name: str,
    score: float,
    title: str = _("What matters"),
) -> "Figure":
    """Draw how much worse a score gets when the cells of a column are shuffled.

    Parameters
    ----------
    drops : mapping of str to sequence of float
        Of each column, the most important first: how much worse it got at every repetition. Of more
        than 20 columns the first 20 are drawn.
    score_name : str
        What gets worse: accuracy, …
    score : float
        With nothing shuffled.
    title : str, default "What matters"

    Returns
    -------
    matplotlib.figure.Figure
        8 inches wide, as high as the bars need. A bar is a mean, its whisker one standard deviation
        to either side.

    Raises
    ------
    DataError
        No column, or a drop that is not finite.
    """
    shown = dict(list(drops.items())[:MOST_COLUMNS])
    each = [np.asarray(values, dtype=np.float64) for values in shown.values()]
    if not each or not all(len(values) and np.isfinite(values).all() for values in each):
        raise DataError(_("There must be at least one column, and every drop must be finite."))
    means = np.array([values.mean() for values in each])
    spreads = np.array([values.std() for values in each])
    notes = [
        _(
            "With every cell in its place: {score:.4g}. Bars are the means of {repeats} shuffles, "
            "whiskers their standard deviations.",
            score=score,
            repeats=len(each[0]),
        )
    ]
    if len(shown) < len(drops):
        notes.append(
            _("{shown} of {columns} columns are drawn.", shown=len(shown), columns=len(drops))
        )
    with house_style():
        figure = new_figure(title, (SIZE[0], 0.36 * len(each) + 1.7))
        axes = figure.subplots()
        dress(axes, grid=False)
        places = np.arange(len(each))
        bars = axes.barh(
            places,
            means,
            xerr=spreads,
            color=theme().blue,
            error_kw={"ecolor": theme().muted, "elinewidth": 1.2, "capsize": 2},
            height=0.65,
        )
        # A label stands behind the whisker, also where the bar is to the left of 0.
        reach = np.where(means >= 0, means + spreads, means - spreads)
        for bar, mean, end in zip(bars, means, reach, strict=True):
            axes.annotate(
                str(formatted(mean, ".3g")),
                (end, bar.get_y() + bar.get_height() / 2),
                xytext=(5 if mean >= 0 else -5, 0),
                textcoords="offset points",
                horizontalalignment="left" if mean >= 0 else "right",
                verticalalignment="center",
                fontsize=SMALL,
            )
        axes.axvline(0, color=theme().ink, linewidth=0.8)
        axes.set_yticks(places, [shorten(name, 32) for name in shown])
        axes.tick_params(axis="y", length=0)
        axes.invert_yaxis()
        axes.margins(x=0.14, y=0.02)
        axes.set_xlabel(
            _("how much worse {score} gets when a column's cells are shuffled", score=score_name)
        )
        add_note(figure, *notes)
    return figure
