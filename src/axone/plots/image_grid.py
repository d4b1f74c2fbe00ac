"""A sheet of sample images with their labels: the first look at a dataset of images."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy.typing as npt

from axone.checks import check_integer
from axone.plots.images import as_images, check_one_label_each, frames, show
from axone.plots.style import SMALL, add_note, house_style, new_figure, shorten

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_ROWS = 10


def plot_image_grid(
    images: npt.ArrayLike,
    labels: Sequence[object] | None = None,
    *,
    title: str = "Sample images",
    columns: int = 10,
    image_shape: tuple[int, int] | None = None,
) -> "Figure":
    """Draw images in rows, each with its label above it.

    Parameters
    ----------
    images : array_like of shape (m, height, width), (m, 1, height, width) or (m, height · width)
        uint8 or float; ten rows of them are drawn at most.
    labels : sequence, length m, optional
        Numbers or names.
    title : str, default "Sample images"
        Plain words above the picture.
    columns : int, default 10
        Images in a row.
    image_shape : tuple of int, optional
        Height and width of flattened images that are not square.

    Returns
    -------
    matplotlib.figure.Figure
        8 inches wide, as high as the rows need.

    Raises
    ------
    ShapeError, DataError
        The images are of another shape, or there is not one label an image.
    """
    check_integer("columns", columns, at_least=1)
    pixels = as_images(images, image_shape)
    if labels is not None:
        check_one_label_each("labels", labels, pixels)
    count = min(len(pixels), columns * _MOST_ROWS)
    across = min(columns, count)
    cell = 7.8 / max(across, 4)
    letters = max(int(cell / 0.085), 3)
    height = cell * pixels.shape[1] / pixels.shape[2] + (0.2 if labels is not None else 0.0)
    with house_style():
        figure = new_figure(title, (8.0, min(max(height * -(-count // across), 1.0) + 0.8, 14.0)))
        for index, axes in enumerate(frames(figure, count, across)):
            show(axes, pixels[index], pixels[:count].min(), pixels[:count].max())
            if labels is not None:
                axes.set_title(shorten(labels[index], letters), fontsize=SMALL, loc="center", pad=2)
        if count < len(pixels):
            add_note(figure, f"Drawn: the first {count:,} of {len(pixels):,} images.")
    return figure
