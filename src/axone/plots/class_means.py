"""The mean image of each class: what a linear classifier sees of a dataset of images."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from axone.plots.images import as_class_numbers, as_images, check_one_label_each, frames, show
from axone.plots.style import MUTED, SMALL, add_note, house_style, new_figure, shorten

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DRAWN = 50


def plot_class_means(
    images: npt.ArrayLike,
    labels: npt.ArrayLike,
    class_names: Sequence[object],
    *,
    title: str = "Mean image of each class",
    image_shape: tuple[int, int] | None = None,
) -> "Figure":
    """Draw the mean of the images of each class.

    Parameters
    ----------
    images : array_like of shape (m, height, width), (m, 1, height, width) or (m, height · width)
        uint8 or float.
    labels : array_like of int, shape (m,)
        Positions in `class_names`.
    class_names : sequence, length n_classes
        The first 50 are drawn.
    title : str, default "Mean image of each class"
        Plain words above the picture.
    image_shape : tuple of int, optional
        Height and width of flattened images that are not square.

    Returns
    -------
    matplotlib.figure.Figure
        8 inches wide, as high as the rows need.

    Raises
    ------
    ShapeError, DataError
        The images are of another shape, or the labels are not one class number an image.
    """
    pixels = as_images(images, image_shape)
    numbers = as_class_numbers(labels, len(class_names))
    check_one_label_each("labels", numbers, pixels)
    count = min(len(class_names), _DRAWN)
    columns = min(count, 5 if count <= 15 else 10)
    cell = 7.6 / max(columns, 4)
    height = cell * pixels.shape[1] / pixels.shape[2] + 0.35
    with house_style():
        figure = new_figure(title, (8.0, min(height * -(-count // columns) + 0.8, 14.0)))
        for number, axes in enumerate(frames(figure, count, columns)):
            members = pixels[numbers == number]
            name = shorten(class_names[number], int(cell / 0.085))
            axes.set_title(f"{name}\n{len(members):,} images", fontsize=SMALL, loc="center", pad=3)
            if len(members):
                show(axes, members.mean(axis=0, dtype=np.float64), pixels.min(), pixels.max())
            else:
                axes.text(0.5, 0.5, "none", ha="center", color=MUTED, transform=axes.transAxes)
        if count < len(class_names):
            add_note(figure, f"Drawn: the first {count} of {len(class_names)} classes.")
    return figure
