"""The learning curves of a run: loss and score, epoch by epoch, on training and validation rows."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from axone.arrays import FloatArray
from axone.errors import DataError, ShapeError
from axone.messages import Message, _, listed
from axone.plots.epochs import count_epochs, scale_losses
from axone.plots.style import LINE_STYLES, SMALL, add_note, dress, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SCORES = {
    "accuracy": _("accuracy (share of rows right)"),
    "r2": _("R² (share of variance explained)"),
}

_LOWEST_R2 = -1.0
"""Worse than this an epoch is off the picture: the first of a run would flatten all others."""

_LARGEST = 1e100
"""Losses beyond this are drawn as if they were not finite; Matplotlib's limits would overflow."""

_MARKED_EPOCHS = 20
"""Up to so many epochs each is marked by a dot; a single one is nothing but a dot."""


def plot_curves(
    history: Mapping[str, Sequence[float]],
    *,
    title: str = _("Learning curves"),
    best_epoch: int | None = None,
    stopped_by: str = "",
) -> "Figure":
    """Draw the loss of each epoch, and beside it the score where the run had one.

    Parameters
    ----------
    history : mapping of str to sequence of float, shape (n_epochs,)
        Columns ``epoch`` (default 1, 2, …) and ``train_loss``; optionally ``validation_loss`` and
        ``train_accuracy``, ``validation_accuracy`` or ``train_r2``, ``validation_r2``. NaN where
        an epoch has no figure; other columns are left alone.
    title : str, default "Learning curves"
        Plain words above the picture.
    best_epoch : int, optional
        The epoch whose weights were kept, marked by a vertical line.
    stopped_by : str, default ""
        What ended the run, written below the picture.

    Returns
    -------
    matplotlib.figure.Figure
        8 × 5 inches.

    Raises
    ------
    DataError
        There is no ``train_loss``, no epoch, or a column that is not numbers.
    ShapeError
        The columns are of different lengths.
    """
    columns = _columns(history)
    score = next((name for name in _SCORES if _pair(columns, name)), None)
    with house_style():
        figure = new_figure(title)
        panels = figure.subplots(1, 1 if score is None else 2, squeeze=False)[0]
        _draw(panels[0], columns, "loss", best_epoch)
        panels[0].set_ylabel(_("loss (mean over the rows)"))
        scale_losses(panels[0], np.concatenate([*_pair(columns, "loss").values(), [np.nan]]))
        notes = [_("Stopped by: {rule}.", rule=stopped_by)] if stopped_by else []
        notes += _mark_divergence(list(panels), columns)
        if score is not None:
            _draw(panels[1], columns, score, best_epoch)
            panels[1].set_ylabel(_SCORES[score])
            notes += _limit_scores(panels[1], columns, score)
        add_note(figure, *notes)
    return figure


def _columns(history: Mapping[str, Sequence[float]]) -> dict[str, FloatArray]:
    """Return the columns that are drawn; what is not finite becomes NaN, which is not."""
    wanted = ["epoch", *(f"{rows}_{name}" for name in ("loss", *_SCORES) for rows in _ROWS)]
    columns = {}
    for name in [name for name in wanted if name in history]:
        try:
            values = np.array(history[name], dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise DataError(
                _(
                    "history column {name!r} is not a row of numbers ({error}).",
                    name=name,
                    error=error,
                )
            ) from error
        values[~(np.abs(values) <= _LARGEST)] = np.nan
        columns[name] = values
    if "train_loss" not in columns or columns["train_loss"].size == 0:
        raise DataError(
            _(
                "the history has no 'train_loss', or no epoch in it: there is nothing to draw. "
                "Its columns: {columns}.",
                columns=listed(history) or _("none"),
            )
        )
    epochs = len(columns["train_loss"])
    for name, values in columns.items():
        if values.shape != (epochs,):
            raise ShapeError(
                _(
                    "history column {name!r} has shape {shape}, but 'train_loss' has {epochs} "
                    "epochs: every column needs one number an epoch.",
                    name=name,
                    shape=values.shape,
                    epochs=epochs,
                )
            )
    columns.setdefault("epoch", np.arange(1.0, epochs + 1.0))
    if np.isnan(columns["epoch"]).any():
        raise DataError(_("history column 'epoch' must hold whole numbers, none missing."))
    return columns


_ONE_ROW = 34
"""Characters of a legend for which there is room beside each other above half a picture."""

_ROWS = {"train": (_("training"), "blue"), "validation": (_("validation"), "orange")}
_DASHES = {"train": LINE_STYLES[0], "validation": LINE_STYLES[1]}


def _pair(columns: Mapping[str, FloatArray], name: str) -> dict[str, FloatArray]:
    """Return the training and validation columns of a figure that hold any number at all."""
    found = {rows: columns.get(f"{rows}_{name}", np.array([np.nan])) for rows in _ROWS}
    return {rows: values for rows, values in found.items() if np.isfinite(values).any()}


def _draw(
    axes: "Axes", columns: Mapping[str, FloatArray], name: str, best_epoch: int | None
) -> None:
    dress(axes)
    pair = _pair(columns, name)
    for rows, values in pair.items():
        label, color = _ROWS[rows]
        look: dict[str, Any] = {"marker": _marker(values), "markersize": 4}
        axes.plot(
            columns["epoch"],
            values,
            label=label,
            color=theme().named(color),
            linestyle=_DASHES[rows],
            **look,
        )
    if not pair:
        axes.text(
            0.5,
            0.5,
            _("not finite in any epoch"),
            ha="center",
            color=theme().muted,
            transform=axes.transAxes,
        )
        axes.set_yticks([])
    if best_epoch is not None:
        label = _("best epoch {epoch}", epoch=best_epoch)
        # Below the curves, so as not to hide the dot of a single epoch.
        axes.axvline(
            best_epoch, color=theme().green, linestyle=":", linewidth=1.6, label=label, zorder=1
        )
    count_epochs(axes, columns["epoch"])
    if pair or best_epoch is not None:
        # Above the axes, where no curve can run through it; in two rows where words are long.
        _handles, labels = axes.get_legend_handles_labels()
        axes.legend(
            loc="lower left",
            bbox_to_anchor=(-0.02, 1.0),
            ncols=3 if len("".join(labels)) <= _ONE_ROW else 2,
            handlelength=1.4,
            columnspacing=1.2,
            borderaxespad=0.2,
        )


def _marker(values: FloatArray) -> str:
    return "o" if np.isfinite(values).sum() <= _MARKED_EPOCHS else ""


def _limit_scores(axes: "Axes", columns: Mapping[str, FloatArray], score: str) -> list[Message]:
    """Keep an axis of scores to what can be, and to what is worth seeing; say what is left out."""
    from axone.plots.ticks import Shares

    values = np.concatenate(list(_pair(columns, score).values()))
    finite = values[np.isfinite(values)]
    bottom, top = axes.get_ylim()
    hidden = score == "r2" and finite.min() < _LOWEST_R2 < finite.max()
    bottom = _LOWEST_R2 if hidden else bottom
    axes.set_ylim(bottom, min(top, 1.0 + 0.03 * (1.0 - min(bottom, 0.9))))
    if score == "accuracy":
        axes.yaxis.set_major_formatter(Shares(xmax=1.0))
    return [_("R² below −1 is not shown.")] if hidden else []


def _mark_divergence(panels: "list[Axes]", columns: Mapping[str, FloatArray]) -> list[Message]:
    """Shade the epochs at the end of which the training loss was no number; say so."""
    epochs, finite = columns["epoch"], np.isfinite(columns["train_loss"])
    if finite[-1]:
        return []
    first = int(np.flatnonzero(finite)[-1]) + 1 if finite.any() else 0
    for axes in panels:
        axes.axvspan(
            epochs[first] - 0.5, epochs[-1] + 0.5, color=theme().vermilion, alpha=0.15, linewidth=0
        )
    words = _("loss not finite")
    panels[0].text(
        epochs[first] - 0.5,
        0.02,
        f" {words}",
        transform=panels[0].get_xaxis_transform(),
        color=theme().vermilion,
        fontsize=SMALL,
        ha="right" if first > len(epochs) / 2 else "left",
    )
    return [_("The training loss is not finite from epoch {epoch:g} on.", epoch=epochs[first])]
