"""Predicted against true values of a regression, a panel a target."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from axone.arrays import FloatArray
from axone.checks import check_integer
from axone.errors import DataError, ShapeError
from axone.plots.style import (
    BLUE,
    MUTED,
    SIZE,
    SMALL,
    add_note,
    dress,
    house_style,
    new_figure,
    shorten,
)
from axone.random import SHUFFLE, RandomStream

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PANELS = 6


def plot_predictions(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    *,
    target_names: Sequence[object] | None = None,
    title: str = "Predicted against true values",
    max_points: int = 5000,
) -> "Figure":
    """Draw predicted against true values, with the line on which every prediction is right.

    Parameters
    ----------
    y_true, y_pred : array_like of shape (m,) or (m, n_targets)
        In the units of the targets; of more than six targets the first six are drawn.
    target_names : sequence, length n_targets, optional
        Default: ``target``, or ``target 1``, ``target 2``, …
    title : str, default "Predicted against true values"
        Plain words above the picture.
    max_points : int, default 5000
        Of more rows a sample of so many is drawn, always the same one. R² and RMSE, which stand
        in the corner of each panel, are of all rows.

    Returns
    -------
    matplotlib.figure.Figure
        8 × 5 inches; 10 × 6.5 for more than three targets.

    Raises
    ------
    ShapeError
        The arrays do not have the same shape, there is no row, or there is not one name a target.
    DataError
        They do not hold finite numbers: a run that diverged predicts none.
    """
    check_integer("max_points", max_points, at_least=1)
    true, predicted = _table("y_true", y_true), _table("y_pred", y_pred)
    if true.shape != predicted.shape or true.size == 0:
        raise ShapeError(
            f"y_true has shape {true.shape} and y_pred {predicted.shape}: both need the same rows "
            "and targets, at least one of each."
        )
    names = _names(target_names, true.shape[1])
    rows = np.arange(len(true))
    notes = []
    if len(rows) > max_points:
        rows = RandomStream.from_seed(0).child(SHUFFLE).permutation(len(rows))[:max_points]
        notes.append(f"Drawn: a sample of {max_points:,} of {len(true):,} rows.")
    if len(names) > _PANELS:
        notes.append(f"Drawn: the first {_PANELS} of {len(names)} targets.")
    count = min(len(names), _PANELS)
    with house_style():
        figure = new_figure(title, SIZE if count <= 3 else (10.0, 6.5))
        # Four panels fill a square; five and six a row of three and what is left.
        columns = {4: 2}.get(count, min(count, 3))
        grid = figure.subplots(-(-count // columns), columns, squeeze=False).ravel()
        for axes in grid[count:]:
            axes.remove()
        for target, axes in enumerate(grid[:count]):
            _draw(axes, true[rows, target], predicted[rows, target])
            axes.text(
                0.04,
                0.96,
                _scores(true[:, target], predicted[:, target]),
                transform=axes.transAxes,
                va="top",
                fontsize=SMALL,
                bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 2.0},
            )
            axes.set_xlabel(f"true {names[target]}")
            axes.set_ylabel(f"predicted {names[target]}")
        add_note(figure, "  ".join(notes))
    return figure


def _table(name: str, values: npt.ArrayLike) -> FloatArray:
    try:
        table = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"{name} is not an array of numbers ({error}).") from error
    table = table.reshape(-1, 1) if table.ndim == 1 else table
    if table.ndim != 2:
        raise ShapeError(f"{name} has shape {table.shape}; wanted (m,) or (m, n_targets).")
    if not np.isfinite(table).all():
        row, column = np.argwhere(~np.isfinite(table))[0]
        raise DataError(
            f"{name} holds {table[row, column]} in row {row}, target {column}: only finite "
            "numbers can be drawn. Drop such rows, or look into why the run diverged."
        )
    return table


def _names(given: Sequence[object] | None, n_targets: int) -> list[str]:
    if given is None:
        return ["target"] if n_targets == 1 else [f"target {n + 1}" for n in range(n_targets)]
    if len(given) != n_targets:
        raise ShapeError(f"there are {n_targets} targets, but {len(given)} target names.")
    return [shorten(name, 24) for name in given]


def _draw(axes: "Axes", true: FloatArray, predicted: FloatArray) -> None:
    from matplotlib.ticker import MaxNLocator

    dress(axes)
    low, high = min(true.min(), predicted.min()), max(true.max(), predicted.max())
    axes.axline(
        (low, low), slope=1.0, color=MUTED, linestyle="--", linewidth=1.2, label="predicted = true"
    )
    # The more points, the more transparent: where they crowd stays darker than where they do not.
    opacity = float(np.clip(30.0 / np.sqrt(len(true)) / 4.0, 0.12, 0.8))
    axes.scatter(true, predicted, s=14, color=BLUE, alpha=opacity, linewidths=0)
    margin = 0.05 * (high - low) or 0.05 * max(abs(high), 1.0)
    axes.set(xlim=(low - margin, high + margin), ylim=(low - margin, high + margin))
    axes.set_box_aspect(1.0)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(nbins=5))
    axes.legend(loc="lower right", borderaxespad=0.2, handlelength=1.6)


def _scores(true: FloatArray, predicted: FloatArray) -> str:
    from sklearn.metrics import r2_score, root_mean_squared_error

    rmse = f"RMSE {root_mean_squared_error(true, predicted):.4g}"
    # R² of a single row, or of rows that are all alike, has no variance to explain.
    return f"R² {r2_score(true, predicted):.3f}\n{rmse}" if np.ptp(true) > 0.0 else rmse
