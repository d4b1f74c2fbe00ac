"""A sample of images in a grid, each with its label: what the data look like before training."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from numpy.typing import ArrayLike

from axone.checks import check_integer
from axone.errors import ShapeError
from axone.messages import _, shorten
from axone.plots.images import as_images, image_panels
from axone.plots.style import add_note, house_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_IMAGES = 100
_MOST_ROWS = 20
"""A figure of more images, or of more rows, would be longer than anyone scrolls."""


def plot_image_grid(
    images: ArrayLike,
    labels: Sequence[object],
    *,
    title: str = _("Sample images"),
    columns: int = 10,
    image_shape: tuple[int, int] | None = None,
) -> "Figure":
    """Draw images row by row, the label of each above it.

    Parameters
    ----------
    images : array of shape (m, h, w), (m, 1, h, w), (m, 3, h, w), (m, h, w, 3) or (m, h·w)
        Bytes are drawn from 0 (black) to 255 (white), other numbers from the least to the largest.
        The first 100 are drawn, or 20 rows.
    labels : sequence of m objects
        Any words or numbers.
    title : str, default "Sample images"
    columns : int, default 10
        Images in a row; ten fit the width of a page and the ten digits.
    image_shape : (h, w), optional
        The shape of flat images; default a square.

    Returns
    -------
    matplotlib.figure.Figure
        8 inches wide, as high as the rows need.

    Raises
    ------
    ShapeError
        The array holds no images, or there is not one label for each.
    DataError
        There is no image, or its pixels are no finite numbers.
    ConfigurationError
        `columns` is less than 1.
    """
    check_integer("columns", columns, at_least=1)
    pictures = as_images(images, image_shape)
    if len(labels) != len(pictures):
        raise ShapeError(
            _(
                "{images} images need as many labels, not {labels}.",
                images=len(pictures),
                labels=len(labels),
            )
        )
    columns = min(columns, len(pictures))
    most = min(MOST_IMAGES, _MOST_ROWS * columns)
    # So many letters stand above an image without touching their neighbours.
    room = max(110 // columns, 4)
    captions = [shorten(label, room) for label in labels[:most]]
    with house_style():
        figure = image_panels(pictures[:most], captions, title=title, columns=columns)
        if len(pictures) > most:
            add_note(
                figure,
                _("The first {shown} of {images} images.", shown=most, images=len(pictures)),
            )
    return figure
