"""What a network makes of images: each with its prediction and the most probable classes."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from axone.arrays import FloatArray, IntArray
from axone.messages import Message, _, formatted, shorten
from axone.plots.classes import checked_labels, checked_probabilities, verdict
from axone.plots.images import MARGIN, as_images, draw_image, grey_levels, tallness
from axone.plots.style import SIZE, add_note, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_IMAGES = 24
_COLUMNS = 3
_BARS = 4
"""The most probable classes of each image; the others share what little is left."""

_END = 1.6
"""Where the axis of the bars ends: room for the figures beside a bar of 100 %."""

_SMALLER = 8.0


def plot_image_predictions(
    images: ArrayLike,
    probabilities: ArrayLike,
    class_names: Sequence[object],
    true: ArrayLike | None = None,
    *,
    title: str = _("Predictions"),
    image_shape: tuple[int, int] | None = None,
) -> "Figure":
    """Draw each image, the class predicted for it, and a bar for each of the likeliest classes.

    Parameters
    ----------
    images : array of shape (m, h, w), (m, 1, h, w), (m, 3, h, w), (m, h, w, 3) or (m, h·w)
        The first 24 are drawn.
    probabilities : array of shape (m, K), or (m, 1) with those of class 1 of two
    class_names : sequence of K objects
    true : array of int, shape (m,), optional
        The right class numbers; wrong predictions are then marked, in words and by colour.
    title : str, default "Predictions"
    image_shape : (h, w), optional
        The shape of flat images; default a square.

    Returns
    -------
    matplotlib.figure.Figure
        8 inches wide, as high as the rows need.

    Raises
    ------
    ShapeError
        The array holds no images, or there is not a row of probabilities or a label for each.
    DataError
        There is no image, its pixels are no finite numbers, or a label has no name.
    """
    pictures = as_images(images, image_shape)
    table = checked_probabilities(probabilities, len(pictures), len(class_names))
    answers = None if true is None else checked_labels(true, class_names, len(pictures))
    pictures, levels = pictures[:MOST_IMAGES], grey_levels(pictures[:MOST_IMAGES])
    names = [shorten(name, 12) for name in class_names]
    columns = min(_COLUMNS, len(pictures))
    rows = math.ceil(len(pictures) / columns)
    with house_style():
        figure = new_figure(title, (SIZE[0], _height(pictures, rows, columns, names)))
        panels = figure.subplots(rows, 2 * columns, squeeze=False).reshape(-1, 2)
        for i, (image_axes, bar_axes) in enumerate(panels):
            if i >= len(pictures):
                image_axes.set_axis_off()
                bar_axes.set_axis_off()
                continue
            answer = None if answers is None else int(answers[i])
            caption, color = verdict(names, int(table[i].argmax()), answer)
            draw_image(image_axes, pictures[i], levels, caption, color=color, loc="left")
            _draw_bars(bar_axes, table[i], names, answer)
        add_note(figure, *_notes(table, answers))
    return figure


def _height(pictures: FloatArray, rows: int, columns: int, names: Sequence[str]) -> float:
    """Return inches: a row is as high as its image or its square of bars, and a caption."""
    longest = 0.075 * max(map(len, names))
    cell = (SIZE[0] / columns - longest - 0.2) / 2.0
    return rows * (cell * max(tallness(pictures), 1.0) + 0.35) + MARGIN


def _draw_bars(
    axes: "Axes", probabilities: FloatArray, names: Sequence[str], answer: int | None
) -> None:
    """Draw the likeliest classes from the top; the right one in green, the others in blue."""
    order = np.argsort(-probabilities, kind="stable")[:_BARS].tolist()
    places = list(range(len(order)))
    colors = [theme().green if k == answer else theme().blue for k in order]
    # The pale bars show what 100 % would be.
    axes.barh(places, np.ones(len(order)), color=theme().pale, height=0.7)
    axes.barh(places, np.clip(probabilities[order], 0.0, 1.0), color=colors, height=0.7)
    axes.set_yticks(places, [names[k] for k in order])
    axes.tick_params(axis="y", length=0, labelsize=_SMALLER, labelcolor=theme().ink, pad=2.0)
    for place, k in zip(places, order, strict=True):
        share = str(formatted(probabilities[k], ".0%"))
        axes.text(
            _END, place, share, fontsize=_SMALLER, color=theme().muted, va="center", ha="right"
        )
    axes.set_ylim(_BARS - 0.5, -0.5)
    axes.set_xlim(0.0, _END)
    axes.set_xticks([])
    axes.spines[:].set_visible(False)
    axes.set_box_aspect(1.0)


def _notes(table: FloatArray, answers: IntArray | None) -> list[Message]:
    notes = [_("Bars: probabilities of the likeliest classes.")]
    if len(table) > MOST_IMAGES:
        shown = _("The first {shown} of {images} images.", shown=MOST_IMAGES, images=len(table))
        notes.insert(0, shown)
    if answers is not None:
        wrong = int((table.argmax(axis=1) != answers).sum())
        notes += [
            _("Green: the right class."),
            _("{wrong} of {images} predicted wrongly.", wrong=wrong, images=len(table)),
        ]
    return notes
