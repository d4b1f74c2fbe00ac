"""How answers follow one column: a thin line a row, and a thick one for the mean of all rows.

Friedman (2001) calls the mean the partial dependence; the lines are the individual conditional
expectations of Goldstein et al. (2015). Where they do not run alike, other columns decide with.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from axone.arrays import FloatArray, IntArray
from axone.errors import DataError, ShapeError
from axone.messages import _, formatted, shorten
from axone.plots.style import SIZE, add_note, dress, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_PANELS = 6
"""Classes that a picture has room for: those whose probability moves most."""

_ACROSS = 3
_MOST_CATEGORIES = 30
"""Names of categories that can be read beneath one another."""


def plot_dependence(
    values: ArrayLike,
    mean: ArrayLike,
    lines: ArrayLike,
    *,
    column: str,
    outputs: Sequence[str],
    answer: str,
    cells: ArrayLike | None = None,
    is_category: bool = False,
    rows: int | None = None,
    title: str = "",
) -> "Figure":
    """Draw how the answers of a network follow one column.

    Parameters
    ----------
    values : array of shape (g,)
        Where the column was put: numbers, or categories.
    mean : array of shape (n_outputs, g)
        The mean answer of all rows.
    lines : array of shape (n_outputs, k, g)
        The answers of some rows.
    column : str
    outputs : sequence of str
        What is answered, a panel each. Of more than six those are drawn that move most.
    answer : str
        What the numbers are: "probability", a target's name.
    cells : array, optional
        What rows hold in that column: small marks beneath show their tenths, or, of categories, how
        many rows have each.
    is_category : bool, default False
    rows : int, optional
        Of how many the mean is.
    title : str, optional

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ShapeError
        The arrays do not fit together.
    DataError
        An answer that is not finite.
    """
    at = np.asarray(values)
    middle, each = np.asarray(mean, np.float64), np.asarray(lines, np.float64)
    fits = middle.shape == (len(outputs), len(at)) and each.shape[::2] == middle.shape
    if not fits or each.ndim != 3 or not middle.size:
        raise ShapeError(
            _(
                "{values} values, means of shape {mean} and lines of shape {lines} for {outputs} "
                "outputs do not fit together.",
                values=len(at),
                mean=middle.shape,
                lines=each.shape,
                outputs=len(outputs),
            )
        )
    if not np.isfinite(middle).all() or not np.isfinite(each).all():
        raise DataError(_("Every answer must be finite."))
    panels = np.sort(np.argsort(-np.ptp(middle, axis=1), kind="stable")[:MOST_PANELS])
    held = np.zeros(0) if cells is None else np.asarray(cells)
    frequent = _frequent(at, held) if is_category else np.arange(len(at))
    at, middle, each = at[frequent], middle[:, frequent], each[..., frequent]
    across = min(len(panels), _ACROSS)
    down = -(-len(panels) // across)
    height = max(3.6 if down == 1 else 2.4, 0.24 * len(at) + 0.8 if is_category else 0)
    with house_style():
        size = (SIZE[0], height * down + 1.0)
        figure = new_figure(title or _("How answers follow {column}", column=column), size)
        grid = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False)
        for axes in grid.flat[len(panels) :]:
            axes.remove()
        for axes, panel in zip(grid.flat, panels, strict=False):
            dress(axes)
            if is_category:
                _draw_categories(axes, at, held, middle[panel], each[panel])
            else:
                _draw_numbers(axes, at.astype(np.float64), held, middle[panel], each[panel])
            if len(outputs) > 1:
                axes.set_title(shorten(outputs[panel], 26 if across > 1 else 70))
        alone = len(outputs) == 1 and str(outputs[0]) != str(answer)
        said = _("{answer}: {output}", answer=answer, output=outputs[0]) if alone else answer
        labels = [shorten(column, 60), shorten(said, 60)]
        across_label, up_label = labels[::-1] if is_category else labels
        figure.supylabel(up_label, fontsize=10)
        for axes in grid.flat[max(0, len(panels) - across) : len(panels)]:
            axes.set_xlabel(across_label)
            axes.tick_params(labelbottom=True)
        add_note(figure, *_notes(each.shape[1], rows, len(panels), len(outputs), is_category))
    return figure


def _frequent(values: NDArray[Any], cells: NDArray[Any]) -> IntArray:
    """Return the places of the categories that are drawn: the most frequent, in their order."""
    counts = [int(np.count_nonzero(cells == value)) for value in values]
    return np.sort(np.argsort([-count for count in counts], kind="stable")[:_MOST_CATEGORIES])


def _draw_numbers(
    axes: "Axes", at: FloatArray, cells: NDArray[Any], mean: FloatArray, lines: FloatArray
) -> None:
    axes.plot(at, lines.T, color=theme().blue, linewidth=0.6, alpha=0.3)
    axes.plot(at, mean, color=theme().vermilion, linewidth=2.6)
    if len(cells):
        tenths = np.quantile(cells.astype(np.float64), np.arange(1, 10) / 10)
        inside = tenths[(tenths >= at.min()) & (tenths <= at.max())]
        # At the foot of the picture, whatever the range of the answers.
        foot = axes.get_xaxis_transform()
        axes.plot(inside, np.zeros(len(inside)), "|", color=theme().muted, transform=foot, ms=9)


def _draw_categories(
    axes: "Axes", at: NDArray[Any], cells: NDArray[Any], mean: FloatArray, lines: FloatArray
) -> None:
    places = np.arange(len(at))
    for place in places:
        answers = lines[:, place]
        axes.plot(answers, np.full(len(answers), place), "|", color=theme().blue, alpha=0.4, ms=11)
    axes.plot(mean, places, "D", color=theme().vermilion, ms=7)
    counts = [int(np.count_nonzero(cells == value)) for value in at]
    names = [shorten(value, 24) for value in at]
    if len(cells):
        names = [
            f"{name} ({formatted(count, ',')})" for name, count in zip(names, counts, strict=True)
        ]
    axes.set_yticks(places, names)
    axes.set_ylim(len(at) - 0.5, -0.5)


def _notes(
    lines: int, rows: int | None, panels: int, outputs: int, is_category: bool
) -> Sequence[str]:
    """Say what is drawn, and what is not."""
    notes = [
        _("Marks: {lines} rows; diamonds: the mean of {rows}.", lines=lines, rows=rows or lines)
        if is_category
        else _(
            "Thin: {lines} rows; thick: the mean of {rows}. Beneath: the tenths of the rows.",
            lines=lines,
            rows=rows or lines,
        )
    ]
    if panels < outputs:
        notes.append(
            _("{shown} of {outputs}: those that move most.", shown=panels, outputs=outputs)
        )
    return notes
