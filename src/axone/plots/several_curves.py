"""A column of the history of several runs, in one picture."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from axone.arrays import FloatArray
from axone.errors import DataError
from axone.messages import _, listed, shorten
from axone.plots.epochs import count_epochs, scale_losses
from axone.plots.style import LINE_STYLES, add_note, dress, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_NAMED = 10
"""Runs that a reader can tell apart by colour and dashes; of more the others are thin and grey."""

_NAMES = {
    "train_loss": _("training loss"),
    "validation_loss": _("validation loss"),
    "train_accuracy": _("training accuracy"),
    "validation_accuracy": _("validation accuracy"),
    "train_r2": _("training R²"),
    "validation_r2": _("validation R²"),
    "learning_rate": _("learning rate"),
}
"""What people call the columns that are asked for most; others stand as the file has them."""

_LARGEST = 1e100
"""Beyond it Matplotlib's limits would overflow."""


def plot_several_curves(
    histories: Mapping[str, Mapping[str, Sequence[float]]],
    column: str | None = None,
    *,
    title: str = "",
) -> "Figure":
    """Draw one column of the history of several runs, epoch by epoch.

    Parameters
    ----------
    histories : mapping of str to mapping of str to sequence of float
        By the name of the run, its history: `TrainingResult.history`, or ``history.csv``.
    column : str, optional
        Default ``validation_loss`` where every run has one, else ``train_loss``.
    title : str, default what the column is called

    Returns
    -------
    matplotlib.figure.Figure
        8 × 5 inches.

    Raises
    ------
    DataError
        There is no run, or one without that column.

    Examples
    --------
    >>> from axone.plots import plot_several_curves
    >>> runs = {"small": {"train_loss": [1.0, 0.6]}, "large": {"train_loss": [0.9, 0.4]}}
    >>> figure = plot_several_curves(runs)
    >>> [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    ['small', 'large']
    """
    if not histories:
        raise DataError(_("there is no run to draw."))
    if column is None:
        all_hold = all("validation_loss" in history for history in histories.values())
        column = "validation_loss" if all_hold else "train_loss"
    curves = {name: _curve(name, history, column) for name, history in histories.items()}
    with house_style():
        words = _NAMES.get(column, column)
        figure = new_figure(title or _("Several runs: {column}", column=words))
        axes = figure.subplots()
        dress(axes)
        for number, (name, (epochs, values)) in enumerate(curves.items()):
            named = number < _MOST_NAMED
            axes.plot(
                epochs,
                values,
                color=theme().palette[number % 5] if named else theme().muted,
                linestyle=_dashes(number) if named else ":",
                linewidth=1.8 if named else 0.8,
                marker="o" if len(values) == 1 else "",
                label=shorten(name, 40) if named else None,
                zorder=3 if named else 2,
            )
        every = np.concatenate([values for _epochs, values in curves.values()])
        count_epochs(axes, np.concatenate([epochs for epochs, _values in curves.values()]))
        if column.endswith("loss"):
            scale_losses(axes, every)
        axes.set_ylabel(words)
        axes.legend()
        others = len(curves) - _MOST_NAMED
        if others > 0:
            add_note(figure, _("Thin and grey: {others} other runs.", others=others))
    return figure


def _dashes(number: int) -> Any:
    """Return other dashes for runs of one colour, and for neighbours."""
    return LINE_STYLES[(number + number // 5) % len(LINE_STYLES)]


def _curve(
    name: str, history: Mapping[str, Sequence[float]], column: str
) -> tuple[FloatArray, FloatArray]:
    """Return epochs and values; what is not finite is NaN, which is not drawn."""
    if column not in history or not len(history[column]):
        raise DataError(
            _(
                "The run {name} has no column {column!r}; its columns: {columns}.",
                name=name,
                column=column,
                columns=listed(history) or _("none"),
            )
        )
    values = np.array(history[column], dtype=np.float64)
    values[~(np.abs(values) <= _LARGEST)] = np.nan
    epochs = np.asarray(history.get("epoch", np.arange(1, len(values) + 1)), dtype=np.float64)
    return epochs, values
