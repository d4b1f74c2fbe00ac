"""What a model says of single images: each beside its most probable classes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from axone.arrays import FloatArray, IntArray
from axone.errors import DataError, ShapeError
from axone.plots.images import as_class_numbers, as_images, check_one_label_each, show
from axone.plots.style import (
    BLUE,
    GREEN,
    MUTED,
    SMALL,
    VERMILION,
    add_note,
    bare,
    dress,
    house_style,
    new_figure,
    shorten,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DRAWN = 12
_BARS = 5


def plot_image_predictions(
    images: npt.ArrayLike,
    probabilities: npt.ArrayLike,
    class_names: Sequence[object],
    true: npt.ArrayLike | None = None,
    *,
    title: str = "Predictions",
    image_shape: tuple[int, int] | None = None,
) -> "Figure":
    """Draw images, each beside bars for its five most probable classes.

    Parameters
    ----------
    images : array_like of shape (m, height, width), (m, 1, height, width) or (m, height · width)
        uint8 or float; the first 12 are drawn.
    probabilities : array_like of shape (m, n_classes)
        Each row sums to 1, as softmax gives it.
    class_names : sequence, length n_classes
        Names in the order of the columns.
    true : array_like of int, shape (m,), optional
        Positions in `class_names`: the heading then says whether the prediction is right, and
        the true class has a green bar.
    title : str, default "Predictions"
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
        The arrays are of shapes that do not fit, or the probabilities are none.
    """
    pixels = as_images(images, image_shape)
    shares = _probabilities(probabilities, len(pixels), len(class_names))
    truth = None if true is None else as_class_numbers(true, len(class_names))
    if truth is not None:
        check_one_label_each("true", truth, pixels)
    names = [shorten(name, 12) for name in class_names]
    count = min(len(pixels), _DRAWN)
    tiles = min(count, 3)
    with house_style():
        figure = new_figure(title, (8.0, 0.8 + 1.65 * -(-count // tiles)))
        grid = figure.subplots(
            -(-count // tiles), 2 * tiles, squeeze=False, width_ratios=[1.0, 1.1] * tiles
        ).reshape(-1, 2)
        for index, (frame, bars) in enumerate(grid):
            if index >= count:
                frame.set_visible(False)
                bars.set_visible(False)
                continue
            target = None if truth is None else int(truth[index])
            bare(frame)
            show(frame, pixels[index], pixels[:count].min(), pixels[:count].max())
            _head(frame, shares[index], names, target)
            _draw_bars(bars, shares[index], names, target)
        if count < len(pixels):
            add_note(figure, f"Drawn: the first {count} of {len(pixels):,} images.")
    return figure


def _probabilities(given: npt.ArrayLike, n_images: int, n_classes: int) -> FloatArray:
    try:
        shares = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"probabilities is not a table of numbers ({error}).") from error
    if shares.shape != (n_images, n_classes):
        raise ShapeError(
            f"probabilities has shape {shares.shape}; {n_images} images and {n_classes} class "
            f"names want ({n_images}, {n_classes})."
        )
    # NaN compares false with everything, so it is refused as well.
    if not ((shares >= 0.0) & (shares <= 1.0 + 1e-6)).all():
        raise DataError("probabilities must be numbers from 0 to 1: the softmax, not the logits.")
    return shares


def _head(axes: "Axes", shares: FloatArray, names: list[str], true: int | None) -> None:
    predicted = int(shares.argmax())
    if true is None:
        axes.set_title(names[predicted], fontsize=SMALL, loc="left", pad=3)
    elif predicted == true:
        axes.set_title(f"{names[predicted]}: right", fontsize=SMALL, loc="left", pad=3)
    else:
        axes.set_title(
            f"{names[predicted]}: wrong, is {names[true]}",
            fontsize=SMALL,
            loc="left",
            pad=3,
            color=VERMILION,
        )


def _draw_bars(axes: "Axes", shares: FloatArray, names: list[str], true: int | None) -> None:
    best: IntArray = np.argsort(-shares, kind="stable")[:_BARS]
    positions = np.arange(len(best))
    colours = [GREEN if index == true else BLUE for index in best]
    dress(axes, grid=False)
    axes.barh(positions, shares[best], height=0.7, color=colours)
    axes.set_yticks(positions, [names[index] for index in best])
    axes.set_ylim(_BARS - 0.4, -0.6)
    axes.set_xlim(0.0, 1.0)
    axes.set_xticks([0.0, 1.0], ["0", "100 %"])
    axes.tick_params(length=0, axis="y")
    axes.spines["left"].set_color(MUTED)
