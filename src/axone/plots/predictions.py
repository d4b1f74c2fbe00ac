"""Predicted against true numbers: on the line all is right, and far from it lie the mistakes."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from numpy.typing import ArrayLike

from axone.arrays import FloatArray
from axone.messages import _, formatted, shorten
from axone.metrics import regression_metrics
from axone.plots.numbers import compared, draw_cloud, say_nothing_finite
from axone.plots.style import (
    SIZE,
    SMALL,
    add_note,
    dress,
    house_style,
    new_figure,
    theme,
    with_minus,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_TARGETS = 6


def plot_predictions(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    target_names: Sequence[str] = (),
    title: str = _("Predictions"),
    max_points: int = 5000,
) -> "Figure":
    """Draw predicted against true numbers, a panel for each target.

    Parameters
    ----------
    y_true, y_pred : arrays of shape (m,) or (m, n_targets)
        In the target's own units. Rows whose prediction is not finite are left out and counted.
    target_names : sequence of str, optional
        One for each target; the first six are drawn.
    title : str, default "Predictions"
    max_points : int, default 5000
        Of more rows a random sample is drawn, always the same one; the scores count all rows.

    Returns
    -------
    matplotlib.figure.Figure
        8 × 5 inches; higher where there are more than three targets.

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
    true, predicted, names, drawn = numbers.true, numbers.predicted, numbers.names, numbers.sample
    panels = min(len(names), MOST_TARGETS)
    height, width = math.ceil(panels / 3), min(panels, 3)
    with house_style():
        figure = new_figure(title, (SIZE[0], SIZE[1] if height == 1 else 6.5))
        grid = figure.subplots(height, width, squeeze=False).ravel()
        for i, axes in enumerate(grid):
            if i >= panels:
                axes.set_axis_off()
                continue
            _draw(axes, true[drawn, i], predicted[drawn, i], ticks=6 if panels == 1 else 4)
            _name(axes, names[i], alone=panels == 1)
            if len(true):
                _write_scores(axes, true[:, i], predicted[:, i])
        notes = [_("On the dashed line the prediction is exact."), *numbers.notes()]
        if len(names) > MOST_TARGETS:
            notes.append(
                _(
                    "The first {shown} of {targets} targets.",
                    shown=MOST_TARGETS,
                    targets=len(names),
                )
            )
        add_note(figure, *notes)
    return figure


def _draw(axes: "Axes", true: FloatArray, predicted: FloatArray, *, ticks: int) -> None:
    from matplotlib.ticker import MaxNLocator

    dress(axes)
    if true.size == 0:
        say_nothing_finite(axes)
        return
    draw_cloud(axes, true, predicted)
    low = float(min(true.min(), predicted.min()))
    high = float(max(true.max(), predicted.max()))
    margin = 0.04 * (high - low) or 0.5
    axes.set_xlim(low - margin, high + margin)
    axes.set_ylim(low - margin, high + margin)
    axes.axline((low, low), slope=1.0, color=theme().ink, linestyle="--", linewidth=1.2)
    axes.set_aspect("equal")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(nbins=ticks))


def _name(axes: "Axes", name: str, *, alone: bool) -> None:
    """Name a panel and its axes."""
    if not alone:
        axes.set_title(shorten(name, 24))
    target = shorten(name, 40)
    axes.set_xlabel(_("true {target}", target=target) if alone else _("true"))
    axes.set_ylabel(_("predicted {target}", target=target) if alone else _("predicted"))


def _write_scores(axes: "Axes", true: FloatArray, predicted: FloatArray) -> None:
    scores = regression_metrics(true, predicted)
    rmse = scores["rmse"]
    lines = [with_minus(f"R² {formatted(scores['r2'], '.3f')}")] if "r2" in scores else []
    axes.text(
        0.04,
        0.96,
        "\n".join(
            [
                *lines,
                f"RMSE {formatted(rmse, ',.0f' if rmse >= 1e4 else '.4g')}",
            ]
        ),
        transform=axes.transAxes,
        va="top",
        fontsize=SMALL,
        bbox={"facecolor": theme().paper, "edgecolor": "none", "alpha": 0.8, "pad": 2.0},
    )
