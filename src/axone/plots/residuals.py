"""Residuals of a regression: what is left unexplained, against the prediction and by its size.

A bend in the cloud is something the network has not learnt, a funnel an error that grows with the
prediction.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from axone.arrays import FloatArray, IntArray
from axone.messages import _, shorten
from axone.plots.numbers import compared, draw_cloud, say_nothing_finite
from axone.plots.style import (
    SIZE,
    SMALL,
    add_note,
    dress,
    house_style,
    in_short,
    new_figure,
    theme,
    with_minus,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_TARGETS = 3

_DEVIATIONS = 4.0
"""The histogram ends so many standard deviations from the mean: outliers would flatten the rest."""

_GROUPS = 10
"""Of rows with similar predictions, whose mean residual is drawn."""

_FEWEST = 5
"""Rows of a group, for a mean that means something."""


def plot_residuals(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    target_names: Sequence[str] = (),
    title: str = _("Residuals"),
    max_points: int = 5000,
) -> "Figure":
    """Draw residuals y − ŷ against predictions, and their histogram, for each target.

    Parameters
    ----------
    y_true, y_pred : arrays of shape (m,) or (m, n_targets)
        In the target's own units. Rows whose prediction is not finite are left out and counted.
    target_names : sequence of str, optional
        One for each target; the first three are drawn.
    title : str, default "Residuals"
    max_points : int, default 5000
        Of more rows a random sample is drawn as points, always the same one; the means of the
        tenths and the histogram count all rows.

    Returns
    -------
    matplotlib.figure.Figure
        8 × 5 inches; higher where there are several targets.

    Raises
    ------
    ShapeError
        The two differ in shape, or there is not a name for each target.
    DataError
        There is no row, or something that is no number.
    ConfigurationError
        `max_points` is less than 1.
    """
    numbers = compared(y_true, y_pred, target_names, max_points)
    panels = min(len(numbers.names), MOST_TARGETS)
    outside = 0
    with house_style():
        alone = panels == 1
        figure = new_figure(title, SIZE if alone else (SIZE[0], 6.5))
        grid = figure.subplots(*((1, 2) if alone else (2, panels)), squeeze=False)
        for i in range(panels):
            scatter, histogram = grid[0] if alone else grid[:, i]
            residuals = numbers.true[:, i] - numbers.predicted[:, i]
            _draw_points(scatter, numbers.predicted[:, i], residuals, numbers.sample)
            outside += _draw_histogram(histogram, residuals)
            _name(scatter, histogram, numbers.names[i], panels)
        notes = [
            _(
                "Residual: true − predicted; orange, its mean over each tenth of the rows; dashed, "
                "0 and a normal curve as wide."
            ),
            *numbers.notes(),
        ]
        if outside:
            notes.append(
                _(
                    "Not in the histogram: {outside:,} over {deviations:.0f} standard deviations "
                    "away.",
                    outside=outside,
                    deviations=_DEVIATIONS,
                )
            )
        if len(numbers.names) > MOST_TARGETS:
            notes.append(
                _(
                    "The first {shown} of {targets} targets.",
                    shown=MOST_TARGETS,
                    targets=len(numbers.names),
                )
            )
        add_note(figure, *notes)
    return figure


def _draw_points(
    axes: "Axes", predicted: FloatArray, residuals: FloatArray, sample: IntArray
) -> None:
    dress(axes)
    if not len(residuals):
        say_nothing_finite(axes)
        return
    draw_cloud(axes, predicted[sample], residuals[sample])
    axes.axhline(0.0, color=theme().ink, linestyle="--", linewidth=1.2)
    # Tenths of the rows, in the order of their predictions: a straight line at 0 is the ideal.
    order = np.argsort(predicted, kind="stable")
    groups = [rows for rows in np.array_split(order, _GROUPS) if len(rows) >= _FEWEST]
    if groups:
        axes.plot(
            [predicted[rows].mean() for rows in groups],
            [residuals[rows].mean() for rows in groups],
            color=theme().orange,
            marker="o",
            markersize=4.0,
        )


def _draw_histogram(axes: "Axes", residuals: FloatArray) -> int:
    """Draw the histogram and the normal curve of its spread; return how many lie outside."""
    dress(axes)
    if not len(residuals):
        say_nothing_finite(axes)
        return 0
    mean, deviation = float(residuals.mean()), float(residuals.std())
    reach = _DEVIATIONS * deviation or 0.5
    low, high = max(residuals.min(), mean - reach), min(residuals.max(), mean + reach)
    if low == high:
        low, high = mean - reach, mean + reach
    bins = int(np.clip(np.sqrt(len(residuals)), 8, 50))
    counts, edges = np.histogram(residuals, bins, (low, high))
    axes.stairs(counts, edges, fill=True, color=theme().blue, alpha=0.75)
    if deviation > 0:
        x = np.linspace(low, high, 200)
        density = np.exp(-0.5 * ((x - mean) / deviation) ** 2) / (deviation * np.sqrt(2 * np.pi))
        axes.plot(
            x,
            density * len(residuals) * (edges[1] - edges[0]),
            color=theme().ink,
            linewidth=1.2,
            linestyle="--",
        )
    axes.text(
        0.03,
        0.97,
        with_minus(
            _("mean {mean}\nstd {deviation}", mean=in_short(mean), deviation=in_short(deviation))
        ),
        transform=axes.transAxes,
        va="top",
        fontsize=SMALL,
    )
    # Room above the bars for the words.
    axes.set_ylim(0, 1.3 * max(counts.max(), 1))
    axes.set_ylabel(_("rows"))
    return int(len(residuals) - counts.sum())


def _name(scatter: "Axes", histogram: "Axes", name: str, panels: int) -> None:
    """Name the axes, and lay out no more ticks than there is room for."""
    from matplotlib.ticker import MaxNLocator

    scatter.set_xlabel(
        _("predicted {target}", target=shorten(name, 30)) if panels == 1 else _("predicted")
    )
    scatter.set_ylabel(_("residual"))
    histogram.set_xlabel(_("residual"))
    if panels > 1:
        scatter.set_title(shorten(name, 48 // panels))
    for axes in (scatter, histogram):
        axes.xaxis.set_major_locator(MaxNLocator(nbins=6 - panels))
    histogram.yaxis.set_major_locator(MaxNLocator(integer=True))
