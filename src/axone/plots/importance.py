"""Which settings decided how good a trial was: a bar for the share of each."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from axone.errors import DataError
from axone.messages import _, formatted, shorten
from axone.plots.style import SIZE, SMALL, add_note, dress, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot_importance(
    shares: Mapping[str, float], *, score_name: str, title: str = _("What mattered")
) -> "Figure":
    """Draw the importance of settings, the largest at the top.

    Parameters
    ----------
    shares : mapping of str to float
        The share of the score's variance that each setting accounts for; together 1.
    score_name : str
        What varied.
    title : str, default "What mattered"

    Returns
    -------
    matplotlib.figure.Figure
        8 inches wide, as high as the bars need.

    Raises
    ------
    DataError
        No setting, or a share that is not finite.
    """
    from axone.plots.ticks import Shares

    values = np.array(list(shares.values()), dtype=np.float64)
    if values.size == 0 or not np.isfinite(values).all():
        raise DataError(_("There must be at least one setting, and every share must be finite."))
    with house_style():
        figure = new_figure(title, (SIZE[0], 0.42 * len(values) + 1.6))
        axes = figure.subplots()
        dress(axes, grid=False)
        bars = axes.barh(np.arange(len(values)), values, color=theme().blue, height=0.65)
        axes.bar_label(bars, [f" {formatted(value, '.0%')}" for value in values], fontsize=SMALL)
        axes.set_yticks(np.arange(len(values)), [shorten(name, 32) for name in shares])
        axes.tick_params(axis="y", length=0)
        axes.invert_yaxis()
        # The figures stand to the right of the bars.
        axes.set_xlim(0, 1.12 * max(float(values.max()), 1e-9))
        axes.xaxis.set_major_formatter(Shares(xmax=1.0, decimals=0))
        axes.set_xlabel(_("share of the variance of {score} among the trials", score=score_name))
        add_note(figure, _("By functional ANOVA of a random forest fitted to the trials."))
    return figure
