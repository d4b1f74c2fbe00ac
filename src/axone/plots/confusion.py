"""The confusion matrix as a picture: which classes a model takes for which."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from axone.arrays import FloatArray, IntArray
from axone.errors import DataError, ShapeError
from axone.plots.style import INK, SIZE, SMALL, add_note, dress, house_style, new_figure, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_NUMBERED = 12
"""Up to so many classes a cell has room for its numbers."""

_DRAWN = 60
"""Up to so many classes a name still fits beside its row."""

_MOST_CONFUSED = 30
"""How many classes are drawn of more than that."""


def plot_confusion_matrix(
    matrix: npt.ArrayLike, class_names: Sequence[object], *, title: str = "Confusion matrix"
) -> "Figure":
    """Draw a confusion matrix: rows are the true classes, columns the predicted ones.

    Colours are shares of a row, so that a rare class is as visible as a frequent one. Up to 12
    classes each cell holds its count and its share; up to 60 there are colours alone; of more, the
    30 with the most errors are drawn.

    Parameters
    ----------
    matrix : array_like of shape (n_classes, n_classes)
        Counts, or sums of weights; ``sklearn.metrics.confusion_matrix`` gives one.
    class_names : sequence, length n_classes
        Names in the order of the rows.
    title : str, default "Confusion matrix"
        Plain words above the picture.

    Returns
    -------
    matplotlib.figure.Figure
        8 × 5 inches, higher for more than 12 classes.

    Raises
    ------
    ShapeError
        The matrix is not square, is empty, or there is not one name a class.
    DataError
        It holds anything but finite numbers of at least 0.
    """
    counts = _counts(matrix, len(class_names))
    total, right = float(counts.sum()), float(np.trace(counts))
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), np.finfo(float).tiny)
    shown = _most_confused(counts)
    names = [shorten(class_names[index], 18) for index in shown]
    notes = [f"{right:,.10g} of {total:,.10g} rows right ({right / total:.1%})." if total else ""]
    if len(shown) < len(counts):
        notes.append(f"Drawn: the {len(shown)} most confused of {len(counts)} classes.")
    cells = np.ix_(shown, shown)
    with house_style():
        figure = new_figure(title, SIZE if len(shown) <= _NUMBERED else (8.0, 7.5))
        axes = figure.subplots()
        image = axes.imshow(shares[cells], cmap="Blues", vmin=0.0, vmax=1.0, aspect="auto")
        dress(axes, grid=False)
        _name_classes(axes, names)
        if len(shown) <= _NUMBERED:
            _write_cells(axes, counts[cells], shares[cells])
        bar = figure.colorbar(image, ax=axes, format=lambda share, _: f"{share:.0%}", pad=0.02)
        bar.set_label("share of the true class")
        dress(bar.ax, grid=False)
        add_note(figure, "  ".join(notes))
    return figure


def _counts(matrix: npt.ArrayLike, n_names: int) -> FloatArray:
    try:
        counts = np.asarray(matrix, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"the confusion matrix is not a table of numbers ({error}).") from error
    if counts.shape != (n_names, n_names) or n_names == 0:
        raise ShapeError(
            f"the confusion matrix has shape {counts.shape}, but there are {n_names} class names: "
            "it needs one row and one column a class."
        )
    if not (np.isfinite(counts) & (counts >= 0.0)).all():
        raise DataError("the confusion matrix holds counts: finite numbers of at least 0.")
    return counts


def _most_confused(counts: FloatArray) -> IntArray:
    """Return the classes to draw, in their own order: all, or those with the most errors."""
    if len(counts) <= _DRAWN:
        return np.arange(len(counts))
    right = np.diagonal(counts)
    errors = counts.sum(axis=0) + counts.sum(axis=1) - 2.0 * right
    return np.sort(np.argsort(-errors, kind="stable")[:_MOST_CONFUSED])


def _name_classes(axes: "Axes", names: list[str]) -> None:
    positions = np.arange(len(names))
    # A column is 6.5 inches shared by all; a character of 9 points is about 0.075 inches wide.
    crowded = max(map(len, names)) * 0.075 > 5.8 / len(names)
    size = SMALL if len(names) <= 40 else 6.5
    axes.set_xticks(positions, names, fontsize=size)
    if crowded:
        upright = len(names) > _NUMBERED
        axes.tick_params(axis="x", labelrotation=90 if upright else 35)
        for label in axes.get_xticklabels():
            label.set_horizontalalignment("center" if upright else "right")
            label.set_rotation_mode("default" if upright else "anchor")
    axes.set_yticks(positions, names, fontsize=size)
    axes.set_xlabel("predicted class")
    axes.set_ylabel("true class")


def _write_cells(axes: "Axes", counts: FloatArray, shares: FloatArray) -> None:
    size = 10.0 if len(counts) <= 6 else 7.0
    for (row, column), count in np.ndenumerate(counts):
        share = shares[row, column]
        text = f"{count:,.6g}" + (f"\n{share:.1%}" if count else "")
        colour = "white" if share > 0.55 else INK
        axes.text(column, row, text, ha="center", va="center", fontsize=size, color=colour)
