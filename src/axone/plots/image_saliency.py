"""Where a network looks in images: each beside the gradient of its answer, ∂z/∂x."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from axone.arrays import FloatArray
from axone.messages import _
from axone.plots.gradients import checked_gradients, color_of
from axone.plots.images import MARGIN, as_images, draw_image, grey_levels, tallness
from axone.plots.style import SIZE, add_note, bare, color_map, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_IMAGES = 12
_COLUMNS = 3


def plot_image_saliency(
    images: ArrayLike,
    gradients: ArrayLike,
    captions: Sequence[object],
    right: Sequence[bool] | None = None,
    *,
    title: str = _("Where the network looks"),
) -> "Figure":
    """Draw each image and, beside it, how each of its pixels moves the answer.

    Of grey images orange pixels raise the answer when they get lighter and blue ones lower it; of
    coloured ones the largest |gradient| of the three channels is drawn (Simonyan et al. 2014).

    Parameters
    ----------
    images : array of shape (m, h, w), (m, 1, h, w), (m, 3, h, w) or (m, h, w, 3)
        The first 12 are drawn.
    gradients : array of the same shape
        As `axone.saliency` gives them. Each image has its own scale.
    captions : sequence of m objects
        Words above each.
    right : sequence of m bool, optional
        Whether each answer is right, which colours its caption.
    title : str, default "Where the network looks"

    Returns
    -------
    matplotlib.figure.Figure
        8 inches wide, as high as the rows need.

    Raises
    ------
    ShapeError
        The arrays hold no images or differ in shape, or there is not a caption for each.
    DataError
        There is no image, its pixels are no finite numbers, or the gradients are not finite.
    """
    pictures, slopes = as_images(images), as_images(gradients)
    checked_gradients(pictures, slopes, captions, right)
    count = min(len(pictures), MOST_IMAGES)
    levels = grey_levels(pictures[:count])
    columns = min(_COLUMNS, count)
    rows = math.ceil(count / columns)
    coloured = pictures.ndim == 4
    with house_style():
        cell = (SIZE[0] - 0.4) / (2 * _COLUMNS)
        height = rows * (cell * tallness(pictures) + 0.35) + MARGIN
        figure = new_figure(title, (SIZE[0], height))
        panels = figure.subplots(rows, 2 * _COLUMNS, squeeze=False).reshape(-1, 2)
        for number, (left, beside) in enumerate(panels):
            if number >= count:
                left.set_axis_off()
                beside.set_axis_off()
                continue
            words, color = str(captions[number]), color_of(right, number)
            draw_image(left, pictures[number], levels, words, color=color, loc="left")
            _draw(beside, slopes[number])
            _outline(beside, pictures[number])
        meaning = (
            _("Dark: where a small change moves the answer most.")
            if coloured
            else _("Orange: where lighter pixels would make it surer; blue: less sure.")
        )
        few = (
            [_("The first {shown} of {images} images.", shown=count, images=len(pictures))]
            if count < len(pictures)
            else []
        )
        add_note(figure, meaning, _("Each image has its own scale."), *few)
    return figure


def _draw(axes: "Axes", slopes: FloatArray) -> None:
    if slopes.ndim == 3:
        shown, low = np.abs(slopes).max(axis=-1), 0.0
        colors = color_map((theme().paper, *theme().warming[1:]))
    else:
        shown, low = slopes, -1.0
        colors = color_map(theme().diverging)
    shown = shown / (np.abs(shown).max() or 1.0)
    axes.imshow(shown, cmap=colors, vmin=low, vmax=1.0, interpolation="nearest")
    bare(axes)
    for spine in axes.spines.values():
        spine.set(visible=True, color=theme().muted, linewidth=0.6)


def _outline(axes: "Axes", picture: FloatArray) -> None:
    """Draw where the image changes from dark to light, so that the eye finds its way."""
    grey = picture.mean(axis=-1) if picture.ndim == 3 else picture.astype(np.float64)
    low, high = float(grey.min()), float(grey.max())
    if low < high and min(grey.shape) > 1:
        axes.contour(grey, levels=[(low + high) / 2], colors=theme().muted, linewidths=0.8)
