"""What the pictures of images share: one shape of images, labels as numbers, a grid of frames."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from axone.arrays import FloatArray, IntArray
from axone.errors import DataError, ShapeError
from axone.plots.style import bare

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def as_images(images: npt.ArrayLike, image_shape: tuple[int, int] | None = None) -> FloatArray:
    """Bring grey images to the shape (m, height, width).

    Parameters
    ----------
    images : array_like of shape (m, height, width), (m, 1, height, width) or (m, height · width)
        uint8 or float.
    image_shape : tuple of int, optional
        Height and width of flattened images; default: they are square.

    Raises
    ------
    ShapeError
        The shape is none of these, or there is no image.
    DataError
        The pixels are not finite numbers.
    """
    given = np.asarray(images)
    if given.dtype.kind not in "buif" or not np.isfinite(given).all():
        raise DataError(f"images (dtype {given.dtype}) must hold finite numbers, one a pixel.")
    shaped = given[:, 0] if given.ndim == 4 and given.shape[1] == 1 else given
    if shaped.ndim == 2:
        side = round(shaped.shape[1] ** 0.5)
        height, width = image_shape or (side, side)
        if height * width == shaped.shape[1]:
            shaped = shaped.reshape(-1, height, width)
    if shaped.ndim != 3 or shaped.size == 0:
        raise ShapeError(
            f"images of shape {given.shape} cannot be drawn: wanted (m, height, width), "
            "(m, 1, height, width) or (m, height·width), the last with image_shape=(height, width) "
            "unless they are square, and at least one image."
        )
    return shaped


def as_class_numbers(labels: npt.ArrayLike, n_classes: int) -> IntArray:
    """Check that labels are the positions of their names, 0 … n_classes − 1.

    Raises
    ------
    DataError
        Anything else, or no label at all.
    """
    numbers = np.asarray(labels)
    whole = numbers.dtype.kind in "buif" and numbers.ndim == 1 and numbers.size > 0
    if not whole or not np.isin(numbers, np.arange(n_classes)).all():
        raise DataError(
            f"labels must be a row of whole numbers from 0 to {n_classes - 1}, the positions of "
            f"the {n_classes} class names; np.unique(labels, return_inverse=True) makes them."
        )
    return numbers.astype(np.intp)


def check_one_label_each(name: str, labels: Sequence[Any] | IntArray, images: FloatArray) -> None:
    """Refuse labels that are not as many as the images."""
    if len(labels) != len(images):
        raise ShapeError(f"{name}: {len(labels)} were given for {len(images)} images.")


def frames(figure: "Figure", count: int, columns: int) -> "list[Axes]":
    """Lay out frames for `count` images in rows of `columns`, without ticks or borders."""
    columns = min(columns, count)
    grid = figure.subplots(-(-count // columns), columns, squeeze=False).ravel()
    for axes in grid:
        bare(axes)
    for axes in grid[count:]:
        axes.set_visible(False)
    return list(grid[:count])


def show(axes: "Axes", image: FloatArray, darkest: float, brightest: float) -> None:
    """Draw one image in shades of grey, the same shades for all of a picture."""
    axes.imshow(image, cmap="gray", vmin=darkest, vmax=max(brightest, darkest + 1e-12))
