"""Small images drawn with blocks of text: what the network saw, beside what it says."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.messages import shorten

_SHADES = " ░▒▓█"
_WIDEST = 38
"""Characters of one image: two stand side by side in eighty columns."""


def drawn(image: NDArray[Any]) -> list[str]:
    """Return an image as lines of text, a character for two pixels above one another.

    Parameters
    ----------
    image : ndarray of uint8, shape (height, width) or (channels, height, width)
        Colours are drawn as their mean.

    Examples
    --------
    >>> drawn(np.array([[0, 255, 255], [0, 255, 0]], dtype=np.uint8))
    [' █▒']
    """
    grey = image.mean(axis=0) if image.ndim == 3 else image.astype(np.float64)
    step = max(1, -(-grey.shape[1] // _WIDEST))
    cells = _blocks(grey, 2 * step, step)
    shade = np.minimum(cells / 256 * len(_SHADES), len(_SHADES) - 1).astype(int)
    return ["".join(_SHADES[number] for number in row) for row in shade]


def drawn_side_by_side(images: Sequence[NDArray[Any]], names: Sequence[str]) -> list[str]:
    """Return images as lines of text, two beside one another, each below its name."""
    lines = []
    for start in range(0, len(images), 2):
        pair = [drawn(image) for image in images[start : start + 2]]
        width = max(len(line) for block in pair for line in block)
        width = max(width, 20)
        titles = [shorten(name, width) for name in names[start : start + 2]]
        columns = [[title, *block] for title, block in zip(titles, pair, strict=True)]
        rows = zip(*columns, strict=True)
        lines += ["  ".join(cell.ljust(width) for cell in row).rstrip() for row in rows]
    return lines


def _blocks(grey: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    """Return the mean of every block of so many pixels; the last may be smaller."""
    rows = np.add.reduceat(grey, range(0, grey.shape[0], height), axis=0)
    sums = np.add.reduceat(rows, range(0, grey.shape[1], width), axis=1)
    ones = np.ones_like(grey)
    counts = np.add.reduceat(
        np.add.reduceat(ones, range(0, grey.shape[0], height), axis=0),
        range(0, grey.shape[1], width),
        axis=1,
    )
    return np.asarray(sums / counts)


def sheet(images: Sequence[NDArray[Any]]) -> bytes:
    """Return images in one PNG, side by side in a square of rows, each pixel as it is."""
    import io

    from PIL import Image

    columns = int(np.ceil(np.sqrt(len(images))))
    first = images[0]
    height, width = first.shape[-2:]
    rows = -(-len(images) // columns)
    page = np.zeros((rows * (height + 1) - 1, columns * (width + 1) - 1, 3), dtype=np.uint8)
    page[...] = 128
    for number, image in enumerate(images):
        top, left = (number // columns) * (height + 1), (number % columns) * (width + 1)
        colours = image.transpose(1, 2, 0) if image.ndim == 3 else image[:, :, None]
        page[top : top + height, left : left + width] = colours
    content = io.BytesIO()
    Image.fromarray(page).save(content, format="PNG")
    return content.getvalue()
