"""The pairs of classes that are confused most, each with examples: what a mistake looks like."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from axone.arrays import FloatArray, IntArray
from axone.messages import Message, _, _n, formatted, shorten
from axone.plots.classes import checked_labels, checked_probabilities
from axone.plots.images import as_images, draw_image, grey_levels, tallness
from axone.plots.signals import Strips, as_signals, caption, draw_signal, first_channels
from axone.plots.style import SIZE, SMALL, add_note, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_PAIRS = 6
MOST_IMAGES = 6
MOST_SIGNALS = 3
"""Rows of pairs, and examples in a row."""

_WORDS = 1.4
"""Breadth of the words at the left, in examples of a row of images."""


def plot_confused_images(
    images: ArrayLike,
    true: ArrayLike,
    probabilities: ArrayLike,
    class_names: Sequence[object],
    *,
    title: str = _("The worst mistakes"),
) -> "Figure":
    """Draw images of the pairs of classes that are confused most, a row a pair.

    Parameters
    ----------
    images : array of shape (m, h, w), (m, 1, h, w), (m, 3, h, w) or (m, h, w, 3)
    true : array of int, shape (m,)
        Class numbers.
    probabilities : array of shape (m, K), or (m, 1) with those of class 1 of two
        The class with the largest is the predicted one.
    class_names : sequence of K objects
    title : str, default "The worst mistakes"

    Returns
    -------
    matplotlib.figure.Figure
        8 inches wide, as high as the rows need: at most six pairs with six images each, those that
        were mistaken most surely, above each the probability of the wrong class.

    Raises
    ------
    ShapeError
        The array holds no images, or there is not a row of probabilities or a label for each.
    DataError
        There is no image, its pixels are no finite numbers, or a label has no name.
    """
    pictures = as_images(images)
    pairs = _worst_pairs(true, probabilities, len(pictures), class_names)
    levels = grey_levels(pictures)
    cell = (SIZE[0] - 0.3) / (MOST_IMAGES + _WORDS)
    with house_style():
        height = max(len(pairs), 1) * (cell * tallness(pictures) + 0.3) + 0.9
        figure = new_figure(title, (SIZE[0], height))
        for row, places in zip(
            pairs, _rows(figure, pairs, [_WORDS, *[1.0] * MOST_IMAGES]), strict=True
        ):
            for axes, i in zip(places, row.rows[:MOST_IMAGES], strict=False):
                axes.set_visible(True)
                draw_image(axes, pictures[i], levels, str(formatted(row.sureness[i], ".0%")))
        add_note(figure, *_notes(pairs))
    return figure


def plot_confused_signals(
    signals: ArrayLike,
    true: ArrayLike,
    probabilities: ArrayLike,
    class_names: Sequence[object],
    *,
    channel_names: Sequence[object] = (),
    title: str = _("The worst mistakes"),
) -> "Figure":
    """Draw signals of the pairs of classes that are confused most, a row a pair.

    Behind each stands, grey, the mean of its own class, and dotted that of the predicted one.

    Parameters
    ----------
    signals : array of shape (m, channels, length) or (m, length)
        NaN where nothing was measured.
    true : array of int, shape (m,)
        Class numbers.
    probabilities : array of shape (m, K), or (m, 1) with those of class 1 of two
        The class with the largest is the predicted one.
    class_names : sequence of K objects
    channel_names : sequence of str, optional
        One for each channel; numbers if left out.
    title : str, default "The worst mistakes"

    Returns
    -------
    matplotlib.figure.Figure
        8 inches wide, as high as the rows need: at most six pairs with three signals each, those
        that were mistaken most surely, above each the probability of the wrong class.

    Raises
    ------
    ShapeError
        The array holds no signals, or there is not a row of probabilities or a label for each.
    DataError
        There is no signal, no finite number in them, or a label has no name.
    """
    array = as_signals(signals)
    pairs = _worst_pairs(true, probabilities, len(array), class_names)
    strips = Strips.of(array, channel_names, first_channels(array))
    labels = np.asarray(true)
    with house_style():
        height = max(len(pairs), 1) * (strips.inches + 0.35) + 1.0
        figure = new_figure(title, (SIZE[0], height))
        widths = [0.75, *[1.0] * MOST_SIGNALS]
        for row, places in zip(pairs, _rows(figure, pairs, widths), strict=True):
            for column, (axes, i) in enumerate(zip(places, row.rows[:MOST_SIGNALS], strict=False)):
                axes.set_visible(True)
                _draw_mean(axes, strips, array[labels == row.true], "-")
                _draw_mean(axes, strips, array[labels == row.predicted], ":")
                draw_signal(axes, strips, array[i], theme().vermilion)
                strips.dress(axes, named=column == 0)
                caption(axes, str(formatted(row.sureness[i], ".0%")))
        means = [
            _("Grey: the mean of the true class."),
            _("Dotted: that of the predicted one."),
        ]
        add_note(figure, *_notes(pairs), *(means if pairs else []), *strips.notes())
    return figure


@dataclass(frozen=True, eq=False)
class _Pair:
    """Rows of one class that were taken for another.

    Attributes
    ----------
    true, predicted : int
    names : tuple of str
        Of the two.
    rows : array of int
        The surest mistake first.
    of : int
        Rows of the true class.
    sureness : array of float, shape (m,)
        Of every row, the probability of its predicted class.
    """

    true: int
    predicted: int
    names: tuple[str, str]
    rows: IntArray
    of: int
    sureness: FloatArray


def _worst_pairs(
    true: ArrayLike, probabilities: ArrayLike, rows: int, class_names: Sequence[object]
) -> list[_Pair]:
    """Return the pairs of true and predicted class with most rows, the worst first."""
    labels = checked_labels(true, class_names, rows)
    table = checked_probabilities(probabilities, rows, len(class_names))
    predicted, sureness = table.argmax(axis=1), table.max(axis=1)
    wrong = np.flatnonzero(predicted != labels)
    found, counts = np.unique(
        np.column_stack([labels[wrong], predicted[wrong]]), axis=0, return_counts=True
    )
    pairs = []
    for (own, other), _count in sorted(
        zip(found.tolist(), counts.tolist(), strict=True), key=lambda pair: -pair[1]
    )[:MOST_PAIRS]:
        members = wrong[(labels[wrong] == own) & (predicted[wrong] == other)]
        members = members[np.argsort(-sureness[members], kind="stable")]
        names = (shorten(class_names[own], 18), shorten(class_names[other], 18))
        of = int((labels == own).sum())
        pairs.append(_Pair(own, other, names, members, of, sureness))
    return pairs


def _rows(figure: "Figure", pairs: list[_Pair], widths: list[float]) -> "list[list[Axes]]":
    """Write the words of each pair at the left, and return the empty places beside them."""
    if not pairs:
        axes = figure.subplots()
        axes.set_axis_off()
        axes.text(0.5, 0.5, _("no row is predicted wrongly"), ha="center", color=theme().muted)
        return []
    grid = figure.subplots(len(pairs), len(widths), squeeze=False, width_ratios=widths)
    for pair, (left, *others) in zip(pairs, grid, strict=True):
        left.set_axis_off()
        own, other = pair.names
        share = len(pair.rows) / pair.of
        words = _n(
            "{own}\ntaken for\n{other}\n{count} row ({share:.1%})",
            "{own}\ntaken for\n{other}\n{count} rows ({share:.1%})",
            len(pair.rows),
            own=own,
            other=other,
            share=share,
        )
        left.text(
            0.0, 0.5, words, va="center", fontsize=SMALL, linespacing=1.35, transform=left.transAxes
        )
        for axes in others:
            axes.set_visible(False)
    return [list(row[1:]) for row in grid]


def _notes(pairs: list[_Pair]) -> list[Message]:
    if not pairs:
        return []
    return [
        _("In brackets: share of the true class's rows."),
        _("Above each example: the probability of the wrong class, the surest first."),
    ]


def _draw_mean(axes: "Axes", strips: Strips, members: FloatArray, dashes: str) -> None:
    there = np.isfinite(members)
    counts = np.maximum(there.sum(axis=0), 1)
    sums = np.where(there, members, 0.0).sum(axis=0)
    mean = np.where(there.any(axis=0), sums / counts, np.nan)
    for heights in strips.heights(mean):
        axes.plot(heights, color=theme().muted, linestyle=dashes, linewidth=1.0, alpha=0.8)
