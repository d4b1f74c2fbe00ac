"""Which classes are taken for which: the confusion matrix, coloured row by row."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from axone.arrays import FloatArray, IntArray
from axone.errors import DataError, ShapeError
from axone.messages import Message, _, formatted, shorten
from axone.plots.style import SIZE, add_note, color_map, dress, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from scipy.sparse import csr_array, sparray

MOST_WRITTEN = 12
"""Up to so many classes there is room for numbers in the cells."""

MOST_CLASSES = 60
"""Up to so many classes all are drawn."""

MOST_CONFUSED = 30
"""Beyond `MOST_CLASSES`, so many are, those that take part in most mistakes."""


def plot_confusion_matrix(
    matrix: "ArrayLike | sparray",
    class_names: Sequence[object],
    *,
    title: str = _("Confusion matrix"),
) -> "Figure":
    """Draw the counts of true against predicted classes.

    The colour of a cell is its share of the row, so that rare classes are judged like common ones.
    Up to 12 classes have the count and the share written in the cells; up to 60 classes are drawn;
    of more, the 30 that are confused most.

    Parameters
    ----------
    matrix : array or SciPy sparse array of int, shape (K, K)
        Counts; the row is the true class, the column the predicted one.
    class_names : sequence of K objects
    title : str, default "Confusion matrix"

    Returns
    -------
    matplotlib.figure.Figure
        8 × 5 inches; larger from seven classes on.

    Raises
    ------
    ShapeError
        The matrix is not square, or has another number of classes than there are names.
    DataError
        It holds something that is no count.
    """
    counts = _counts(matrix, len(class_names))
    shown = _shown(counts)
    cells = counts[np.ix_(shown, shown)].toarray()
    shares = cells / np.maximum(_sums(counts, axis=1)[shown, None], 1)
    with house_style():
        figure = new_figure(title, _size(len(shown)))
        axes = figure.subplots()
        image = axes.imshow(
            shares, cmap=color_map((theme().paper, theme().blue)), vmin=0.0, vmax=1.0, aspect="auto"
        )
        _name_axes(axes, [shorten(class_names[k], 22) for k in shown])
        if len(shown) <= MOST_WRITTEN:
            _write_cells(axes, cells, shares)
        else:
            from axone.plots.ticks import Shares

            bar = figure.colorbar(image, ax=axes, format=Shares(xmax=1.0), shrink=0.6)
            bar.set_label(_("share of the true class's rows"))
            bar.outline.set_visible(False)
            dress(bar.ax, grid=False)
        add_note(figure, *_notes(counts, len(shown)))
    return figure


def _counts(matrix: "ArrayLike | sparray", classes: int) -> "csr_array":
    """Return the counts as a sparse array: of thousands of classes most pairs never occur."""
    from scipy.sparse import csr_array, issparse

    given: Any = csr_array(matrix) if issparse(matrix) else np.asarray(matrix)
    if given.shape != (classes, classes) or classes == 0:
        raise ShapeError(
            _(
                "the confusion matrix has shape {shape}; {classes} class names need "
                "({classes}, {classes}), and at least one class.",
                shape=given.shape,
                classes=classes,
            )
        )
    if given.dtype.kind not in "iu" or given.min() < 0:
        raise DataError(_("a confusion matrix holds counts: whole numbers, none negative."))
    return csr_array(given)


def _sums(counts: "csr_array", axis: int) -> IntArray:
    return np.asarray(counts.sum(axis=axis)).ravel()


def _shown(counts: "csr_array") -> IntArray:
    """Return the classes to be drawn, in their order."""
    classes = counts.shape[0]
    if classes <= MOST_CLASSES:
        return np.arange(classes)
    mistakes = _sums(counts, axis=0) + _sums(counts, axis=1) - 2 * counts.diagonal()
    return np.sort(np.argsort(-mistakes, kind="stable")[:MOST_CONFUSED])


def _size(classes: int) -> tuple[float, float]:
    if classes <= 6:
        return SIZE
    if classes <= MOST_WRITTEN:
        return SIZE[0], 6.5
    return (SIZE[0], 7.0) if classes <= 30 else (10.0, 9.0)


def _name_axes(axes: "Axes", names: list[str]) -> None:
    places = np.arange(len(names))
    dress(axes, grid=False)
    axes.set_xticks(places, names)
    axes.set_yticks(places, names)
    axes.tick_params(length=0, labelsize=9.0 if len(names) <= 30 else 7.5)
    if len(names) * max(map(len, names)) > 70:
        axes.tick_params(axis="x", labelrotation=90.0 if len(names) > 6 else 20.0)
    axes.set_xlabel(_("predicted class"))
    axes.set_ylabel(_("true class"))
    axes.spines[:].set_visible(False)
    # Thin white lines keep neighbours of one colour apart.
    axes.set_xticks(places[1:] - 0.5, minor=True)
    axes.set_yticks(places[1:] - 0.5, minor=True)
    axes.grid(which="minor", color=theme().paper, linewidth=1.0)
    axes.tick_params(which="minor", length=0)


def _write_cells(axes: "Axes", counts: IntArray, shares: FloatArray) -> None:
    size = 10.0 if len(counts) <= 6 else 8.0
    for row, column in np.ndindex(counts.shape):
        count, share = counts[row, column], shares[row, column]
        color = theme().muted if count == 0 else theme().paper if share > 0.5 else theme().ink
        text = f"{formatted(count, ',')}\n{formatted(share, '.1%')}" if count else "0"
        axes.text(column, row, text, ha="center", va="center", fontsize=size, color=color)


def _notes(counts: "csr_array", shown: int) -> list[Message]:
    classes, rows, right = counts.shape[0], int(counts.sum()), int(counts.diagonal().sum())
    notes = [
        _(
            "{right:,} of {rows:,} rows right ({share:.1%}).",
            right=right,
            rows=rows,
            share=right / max(rows, 1),
        )
    ]
    if shown <= MOST_WRITTEN:
        notes.append(_("Percentages: share of the true class's rows."))
    if shown < classes:
        notes.append(
            _(
                "Only the {shown} most confused of {classes} classes are drawn.",
                shown=shown,
                classes=classes,
            )
        )
    return notes
