"""Truth and prediction of single rows over one column, joined by arrows: the errors themselves."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from axone.arrays import FloatArray
from axone.checks import check_integer
from axone.errors import DataError, ShapeError
from axone.messages import _, shorten
from axone.plots.networks.plane import outlined
from axone.plots.style import (
    SIZE,
    SMALL,
    add_note,
    dress,
    house_style,
    in_short,
    new_figure,
    theme,
)
from axone.random import RandomStream

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_TOLD = 5
"""Squared errors that are written out: the largest."""


def plot_residual_arrows(
    x: ArrayLike,
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    column: str = "x",
    target: str = _("target"),
    max_rows: int = 60,
    title: str = _("Errors of single rows"),
) -> "Figure":
    """Draw an arrow from the prediction of each row to what is true, over one of its columns.

    The length of an arrow is the error y − ŷ, whose squares the mean squared error is the mean of;
    the largest are written out.

    Parameters
    ----------
    x : array of shape (m,)
        What the rows hold in the column.
    y_true, y_pred : array of shape (m,)
    column, target : str
        Their names.
    max_rows : int, default 60
        Of more rows a random sample is drawn, always the same one; the mean squared error is that
        of all.
    title : str

    Returns
    -------
    matplotlib.figure.Figure
        8 × 5 inches.

    Raises
    ------
    ShapeError
        The arrays are not of one shape (m,).
    DataError
        No row has finite numbers everywhere.
    ConfigurationError
        `max_rows` is less than 1.

    Examples
    --------
    >>> from axone.plots import plot_residual_arrows
    >>> figure = plot_residual_arrows([1, 2, 3], [2.0, 4.0, 6.0], [2.5, 4.0, 5.0])
    >>> figure.axes[0].get_title("left")
    'mean squared error 0.4167 of 3 rows'
    """
    check_integer("max_rows", max_rows, at_least=1)
    at, true, said = (np.asarray(each, dtype=np.float64) for each in (x, y_true, y_pred))
    if not at.shape == true.shape == said.shape or at.ndim != 1:
        raise ShapeError(
            _(
                "x {x}, y_true {true} and y_pred {said} need one shape, (m,).",
                x=at.shape,
                true=true.shape,
                said=said.shape,
            )
        )
    finite = np.flatnonzero(np.isfinite(at) & np.isfinite(true) & np.isfinite(said))
    if not len(finite):
        raise DataError(_("No row has finite numbers everywhere: there is nothing to draw."))
    at, true, said = at[finite], true[finite], said[finite]
    chosen = RandomStream.from_seed(0).permutation(len(at))[:max_rows]
    with house_style():
        figure = new_figure(title, SIZE)
        axes = figure.subplots()
        dress(axes)
        _draw_arrows(axes, at[chosen], true[chosen], said[chosen])
        _tell_largest(axes, at[chosen], true[chosen], said[chosen])
        axes.set_title(
            _(
                "mean squared error {error:.4g} of {rows:,} rows",
                error=float(np.mean((true - said) ** 2)),
                rows=len(at),
            )
        )
        # Room for the numbers beyond the outermost arrows.
        axes.margins(x=0.06, y=0.1)
        axes.set_xlabel(shorten(column, 60))
        axes.set_ylabel(shorten(target, 50))
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        notes = [_("Written out: the largest squared errors (y − ŷ)².")]
        if len(chosen) < len(at):
            notes.append(_("{drawn:,} of {rows:,} rows drawn.", drawn=len(chosen), rows=len(at)))
        lost = len(np.asarray(x)) - len(finite)
        if lost:
            notes.append(_("Without a finite number somewhere, and left out: {lost:,}.", lost=lost))
        add_note(figure, *notes)
    return figure


def _draw_arrows(axes: "Axes", at: FloatArray, true: FloatArray, said: FloatArray) -> None:
    for place, start, end in zip(at, said, true, strict=True):
        # Up where the prediction was too low: the colour says no more than the direction does.
        style: dict[str, Any] = {
            "arrowstyle": "-|>",
            "color": theme().blue if end >= start else theme().vermilion,
            "linewidth": 1.1,
            "shrinkA": 0,
            "shrinkB": 2.5,
            "mutation_scale": 8,
        }
        axes.annotate("", (place, end), (place, start), arrowprops=style, zorder=2)
    axes.plot(
        at,
        said,
        linestyle="",
        marker="D",
        markersize=5,
        markerfacecolor=theme().paper,
        markeredgecolor=theme().orange,
        markeredgewidth=1.4,
        label=str(_("prediction ŷ")),
        zorder=3,
    )
    axes.plot(
        at,
        true,
        linestyle="",
        marker="o",
        markersize=5,
        color=theme().ink,
        label=str(_("truth y")),
        zorder=3,
    )


def _tell_largest(axes: "Axes", at: FloatArray, true: FloatArray, said: FloatArray) -> None:
    """Write the largest squared errors beyond their arrows, those that would meet left out."""
    squares = (true - said) ** 2
    spans = [float(np.ptp(at)) or 1.0, float(np.ptp(np.concatenate([true, said]))) or 1.0]
    written: list[tuple[float, float]] = []
    for row in np.argsort(-squares, kind="stable")[:_TOLD]:
        x, y = at[row] / spans[0], true[row] / spans[1]
        meets = any(abs(x - a) < 0.12 and abs(y - b) < 0.08 for a, b in written)
        if squares[row] == 0 or meets:
            continue
        written.append((x, y))
        is_up = true[row] > said[row]
        axes.annotate(
            in_short(float(squares[row])),
            (at[row], true[row]),
            (0, 6 if is_up else -6),
            textcoords="offset points",
            ha="center",
            va="bottom" if is_up else "top",
            fontsize=SMALL,
            zorder=5,
            path_effects=outlined(),
        )
