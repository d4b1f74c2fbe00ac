"""What every picture made of images shares: the array of images as Matplotlib draws it, one panel.

Grey and coloured images come in several layouts; here they become one.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike

from axone.arrays import FloatArray
from axone.errors import DataError, ShapeError
from axone.messages import _
from axone.plots.style import SIZE, SMALL, bare, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MARGIN = 0.8
"""Inches that the title and the foot of a grid of images take."""

_WIDEST = 3.0
"""Inches: one or two images need not fill a page."""


def as_images(images: ArrayLike, image_shape: tuple[int, int] | None = None) -> FloatArray:
    """Return images as (m, h, w), or as (m, h, w, 3) where they have colours.

    Parameters
    ----------
    images : array of shape (m, h, w), (m, 1, h, w), (m, 3, h, w), (m, h, w, 1), (m, h, w, 3) or \
(m, h·w)
        Any numbers.
    image_shape : (h, w), optional
        The shape of a flat image; default the square of as many pixels.

    Raises
    ------
    DataError
        There is no image, or the pixels are no numbers.
    ShapeError
        The array is none of the above.
    """
    array = np.asarray(images)
    if array.dtype.kind not in "biuf":
        raise DataError(
            _("images hold {dtype}; give an array of numbers, one a pixel.", dtype=array.dtype)
        )
    if array.size == 0:
        raise DataError(
            _("images have shape {shape}: there is nothing to draw.", shape=array.shape)
        )
    if array.ndim == 2:
        return _unflattened(array, image_shape)
    if array.ndim == 3:
        return array
    if array.ndim == 4 and array.shape[1] in {1, 3}:
        array = np.moveaxis(array, 1, -1)
    if array.ndim == 4 and array.shape[3] in {1, 3}:
        return array[..., 0] if array.shape[3] == 1 else array
    raise ShapeError(
        _(
            "images have shape {shape}; allowed are (m, h, w), (m, 1, h, w), (m, 3, h, w), "
            "(m, h, w, 1), (m, h, w, 3) and flat (m, h·w).",
            shape=array.shape,
        )
    )


def _unflattened(array: FloatArray, image_shape: tuple[int, int] | None) -> FloatArray:
    pixels = array.shape[1]
    side = math.isqrt(pixels)
    height, width = image_shape or (side, side)
    if height * width != pixels:
        raise ShapeError(
            _(
                "images of {pixels} pixels cannot be {height} × {width}: say "
                "image_shape=(height, width).",
                pixels=pixels,
                height=height,
                width=width,
            )
        )
    return array.reshape(-1, height, width)


def grey_levels(images: FloatArray) -> tuple[float, float]:
    """Return the numbers to be drawn black and white: 0 and 255 for bytes, else the extremes."""
    if images.dtype == np.uint8:
        return 0.0, 255.0
    finite = images[np.isfinite(images)]
    if finite.size == 0:
        raise DataError(_("images hold no finite pixel."))
    darkest, brightest = float(finite.min()), float(finite.max())
    return darkest, brightest if brightest > darkest else darkest + 1.0


def tallness(images: FloatArray) -> float:
    """Return height over width, at most 2: higher images are drawn narrower, not higher."""
    return float(min(images.shape[1] / images.shape[2], 2.0))


def draw_image(
    axes: "Axes",
    image: FloatArray,
    levels: tuple[float, float],
    caption: str,
    *,
    color: str | None = None,
    loc: Literal["left", "center"] = "center",
) -> None:
    """Draw one image (h, w) or (h, w, 3) without ticks, its caption above."""
    darkest, brightest = levels
    shown = np.clip((image - darkest) / (brightest - darkest), 0.0, 1.0)
    axes.imshow(shown, cmap="gray", vmin=0.0, vmax=1.0, interpolation="nearest")
    axes.set_title(caption, fontsize=SMALL, loc=loc, pad=3.0, color=color or theme().ink)
    bare(axes)


def image_panels(
    images: FloatArray, captions: Sequence[str], *, title: str, columns: int
) -> "Figure":
    """Return a figure of images in rows of `columns`, captions above them."""
    levels = grey_levels(images)
    rows = math.ceil(len(images) / columns)
    cell = min(SIZE[0] / columns, _WIDEST)
    height = rows * ((cell - 0.15) * tallness(images) + 0.3) + MARGIN
    figure = new_figure(title, (SIZE[0], height))
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes, image, caption in zip(panels, images, captions, strict=False):
        draw_image(axes, image, levels, caption)
    for axes in panels[len(images) :]:
        axes.set_axis_off()
    return figure
