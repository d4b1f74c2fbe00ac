"""The mean image of each class: what its members have in common, and which classes look alike."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from axone.messages import _, shorten
from axone.plots.classes import checked_labels
from axone.plots.images import as_images, image_panels
from axone.plots.style import add_note, house_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_CLASSES = 50
_COLUMNS = 5


def plot_class_means(
    images: ArrayLike,
    labels: ArrayLike,
    class_names: Sequence[object],
    *,
    title: str = _("Mean image of each class"),
    image_shape: tuple[int, int] | None = None,
) -> "Figure":
    """Draw the mean of the images of each class, with the number of them.

    Parameters
    ----------
    images : array of shape (m, h, w), (m, 1, h, w), (m, 3, h, w), (m, h, w, 3) or (m, h·w)
        Drawn from the darkest to the brightest pixel of all the means.
    labels : array of int, shape (m,)
        Class numbers 0 … K−1.
    class_names : sequence of K objects
        The first 50 classes that have an image are drawn.
    title : str, default "Mean image of each class"
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
        There is no image, its pixels are no finite numbers, or a label has no name.
    """
    pictures = as_images(images, image_shape)
    numbers = checked_labels(labels, class_names, len(pictures))
    counts = np.bincount(numbers, minlength=len(class_names))
    present = np.flatnonzero(counts)
    shown = present[:MOST_CLASSES]
    # One class at a time: the sums of all would be a second copy of the data.
    means = np.stack([pictures[numbers == k].mean(axis=0, dtype=np.float64) for k in shown])
    captions = [f"{shorten(class_names[k], 16)} ({counts[k]})" for k in shown]
    with house_style():
        figure = image_panels(means, captions, title=title, columns=min(_COLUMNS, len(shown)))
        notes = [_("In brackets: how many images.")]
        if len(present) > len(shown):
            notes.append(
                _("The first {shown} of {classes} classes.", shown=len(shown), classes=len(present))
            )
        add_note(figure, *notes)
    return figure
