"""Scores of training rows and of others by a size: of rows, or of the network; over some seeds."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from axone.arrays import FloatArray
from axone.errors import DataError, ShapeError
from axone.messages import _, _n
from axone.plots.epochs import scale_losses
from axone.plots.style import SIZE, add_note, dress, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WIDE = 8.0
"""Sizes whose largest is so many times the smallest lie on a logarithmic axis."""


def plot_size_curves(
    sizes: ArrayLike,
    training: ArrayLike,
    held_out: ArrayLike,
    *,
    size_name: str = _("training rows"),
    score_name: str = _("loss"),
    held_out_name: str = _("validation"),
    title: str = _("Learning curve"),
    note: str = "",
) -> "Figure":
    """Draw means and spreads of scores by size, of the rows learnt from and of others.

    Of a loss or an error: both high and close together is bias, for which more rows help nothing; a
    wide gap between the two is variance, for which they do (Geman, Bienenstock & Doursat 1992).

    Parameters
    ----------
    sizes : array of shape (n,)
        Rising: how many rows, or how wide a network.
    training, held_out : array of shape (n, seeds)
        What is not finite is left out of mean and spread.
    size_name, score_name, held_out_name, title : str
    note : str, optional
        A sentence for the foot of the picture.

    Returns
    -------
    matplotlib.figure.Figure
        8 × 5 inches.

    Raises
    ------
    ShapeError
        Not a row of scores for each size.
    DataError
        No score is finite.

    Examples
    --------
    >>> from axone.plots import plot_size_curves
    >>> figure = plot_size_curves([10, 100], [[0.1, 0.2], [0.3, 0.3]], [[0.9, 0.7], [0.4, 0.4]])
    >>> [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    ['training', 'validation']
    """
    at = np.asarray(sizes, dtype=np.float64)
    tables = [np.array(each, dtype=np.float64) for each in (training, held_out)]
    for table in tables:
        if at.ndim != 1 or table.ndim != 2 or len(table) != len(at) or not table.size:
            raise ShapeError(
                _(
                    "{sizes} sizes with scores of shape {scores}: give scores (n, seeds), a row a "
                    "size.",
                    sizes=at.shape,
                    scores=table.shape,
                )
            )
        table[~np.isfinite(table)] = np.nan
    together = np.concatenate(tables)
    if np.isnan(together).all():
        raise DataError(_("No score is finite: has every training diverged?"))
    with house_style():
        figure = new_figure(title, SIZE)
        axes = figure.subplots()
        dress(axes)
        looks = (
            (tables[0], theme().blue, "o", "-", _("training")),
            (tables[1], theme().orange, "s", "--", held_out_name),
        )
        for table, color, marker, dashes, words in looks:
            mean, spread = _mean_and_spread(table)
            axes.fill_between(at, mean - spread, mean + spread, color=color, alpha=0.2, linewidth=0)
            axes.plot(at, mean, color=color, marker=marker, linestyle=dashes, label=str(words))
        if at.min() > 0 and at.max() >= _WIDE * at.min():
            _scale_sizes(axes, at)
        if score_name.endswith("loss"):
            scale_losses(axes, together)
        axes.set_xlabel(size_name)
        axes.set_ylabel(score_name)
        axes.legend()
        seeds = tables[0].shape[1]
        lost = int(np.isnan(together).sum())
        add_note(
            figure,
            _("Mean of {seeds} seeds; shaded: one standard deviation.", seeds=seeds)
            if seeds > 1
            else _("One seed."),
            note,
            _n("{count} score left out: not finite.", "{count} scores left out: not finite.", lost)
            if lost
            else "",
        )
    return figure


def _mean_and_spread(table: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return both of each row; NaN of a row without a number."""
    masked = np.ma.masked_invalid(table)
    return (
        np.ma.filled(masked.mean(axis=1), np.nan),
        np.ma.filled(masked.std(axis=1), np.nan),
    )


def _scale_sizes(axes: "Axes", sizes: FloatArray) -> None:
    """Make x logarithmic, with the sizes themselves below as far as they have room."""
    axes.set_xscale("log")
    axes.minorticks_off()
    room = 0.055 * np.log(sizes.max() / sizes.min())
    shown: list[float] = []
    for size in sizes[::-1].tolist():
        if not shown or np.log(shown[-1] / size) > room:
            shown.append(size)
    axes.set_xticks(shown, [f"{size:,.0f}" for size in shown])
