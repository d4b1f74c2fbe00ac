"""Pictures of single digits or signs, brought to the form of the images a model was trained on.

The form is MNIST's (LeCun et al. 1998): bright ink on black, the ink fitted into a box with a
margin and centred by its mass. A photograph of black ink on paper is inverted first.
"""

import io
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.arrays import FloatArray, Shape
from axone.bounds import IMAGE_BYTES, MOST_PIXELS
from axone.errors import DataError
from axone.files import read_bounded, told_of_damage
from axone.messages import _, listed

FORMATS = ("PNG", "JPEG", "BMP", "GIF")
"""The only ones that are looked for, by content: of the others that Pillow knows some run programs
(PostScript starts Ghostscript), and all are code that need not be within a stranger's reach."""

_JPEG, _SCAN, _MOST_SCANS = b"\xff\xd8", b"\xff\xda", 100
"""A progressive JPEG says each pixel again and again, ten bytes a time; cameras do it ten times."""

_INK = 0.2
"""What share of the brightest pixel counts as ink, when the ink's box is sought."""

_BOX = 20 / 28
"""MNIST fits the ink into 20 of 28 pixels."""


def read_images(paths: Sequence[Path], feature_shape: Shape) -> NDArray[np.uint8]:
    """Read image files as examples (m, height, width) of bytes.

    Parameters
    ----------
    paths : sequence of Path
        PNG, JPEG, BMP or GIF files, whatever their names end in, each with one sign; the
        first picture of an animation.
    feature_shape : tuple of int
        What the model takes: ``(28, 28)``, or flat ``(64,)`` for a square.

    Raises
    ------
    DataError
        The model takes no images, or a file is no picture, too large, or all of one colour.
    """
    height, width = _image_size(feature_shape)
    images = np.stack([centred(_grey(path), height, width, str(path)) for path in paths])
    return images.reshape(len(paths), *feature_shape)


def _image_size(feature_shape: Shape) -> tuple[int, int]:
    if len(feature_shape) == 2:
        return feature_shape[0], feature_shape[1]
    if len(feature_shape) == 3 and feature_shape[0] == 1:
        return feature_shape[1], feature_shape[2]
    raise DataError(
        _(
            "This model takes examples of shape {feature_shape}, which are no grey images: "
            "give it rows in a CSV or NPZ file.",
            feature_shape=feature_shape,
        )
    )


def _grey(path: Path) -> FloatArray:
    """Return the brightness of a picture, 0 to 255; transparent pixels are white paper."""
    from PIL import Image, ImageOps

    with told_of_pictures(path), warnings.catch_warnings():
        # What Pillow has to say of odd metadata; and its softer bound of pixels, for ours.
        warnings.simplefilter("ignore")
        with Image.open(io.BytesIO(image_content(path)), formats=FORMATS) as picture:
            require_few_pixels(picture, path)
            # Telephones store a photograph as the sensor lay and note how to turn it.
            layers = ImageOps.exif_transpose(picture).convert("RGBA")
    paper = Image.new("RGBA", layers.size, "white")
    return np.asarray(Image.alpha_composite(paper, layers).convert("L"), dtype=np.float64)


@contextmanager
def told_of_pictures(path: Path) -> Iterator[None]:
    """Tell whatever Pillow makes of a damaged file with the file's name."""
    from PIL import Image, UnidentifiedImageError

    def unreadable(error: Exception) -> DataError:
        if isinstance(error, Image.DecompressionBombError):
            return _too_large(path)
        cause = _("it is none of {kinds}", kinds=listed(FORMATS))
        if not isinstance(error, UnidentifiedImageError):
            cause = _("{error}", error=error)
        return DataError(
            _("{path} is not a picture that can be read: {cause}.", path=path, cause=cause)
        )

    with told_of_damage(unreadable):
        yield


def require_few_pixels(picture: Any, path: Path) -> None:
    """Refuse a picture of more than `MOST_PIXELS`, as its header says, before it is decoded."""
    if picture.width * picture.height > MOST_PIXELS:
        raise _too_large(path)


def image_content(path: Path) -> bytes:
    """Return the bytes of an image file, within bounds."""
    content = read_bounded(path, IMAGE_BYTES)
    if content is None:
        raise DataError(
            _(
                "{path} is larger than {limit} MiB, which no picture of a sign is: make it "
                "smaller.",
                path=path,
                limit=IMAGE_BYTES >> 20,
            )
        )
    if content.startswith(_JPEG) and content.count(_SCAN) > _MOST_SCANS:
        raise DataError(
            _(
                "{path} is drawn over {scans:,} times, which no photograph is: save it again.",
                path=path,
                scans=content.count(_SCAN),
            )
        )
    return content


def _too_large(path: Path) -> DataError:
    return DataError(
        _(
            "{path} has more than {max_pixels:,} pixels: make it smaller.",
            path=path,
            max_pixels=MOST_PIXELS,
        )
    )


def centred(grey: FloatArray, height: int, width: int, where: str) -> NDArray[np.uint8]:
    """Return the ink of a picture, bright on black, fitted and centred in height × width pixels.

    Raises
    ------
    DataError
        The picture is of one colour.
    """
    from PIL import Image

    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    ink = 255 - grey if np.median(border) > 127 else grey
    ink = ink - ink.min()
    if ink.max() < 1:
        raise DataError(_("{where} is of one colour: there is nothing to recognise.", where=where))
    rows, columns = np.nonzero(ink > _INK * ink.max())
    box = ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1] * (255 / ink.max())
    scale = _BOX * min(height / box.shape[0], width / box.shape[1])
    size = (max(1, round(box.shape[1] * scale)), max(1, round(box.shape[0] * scale)))
    small = np.asarray(
        Image.fromarray(box.round().astype(np.uint8)).resize(size, Image.Resampling.LANCZOS)
    )
    return _placed_by_mass(small, height, width)


def _placed_by_mass(small: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """Put a small picture on black so that its centre of mass is in the middle."""
    mass = small.sum(dtype=np.float64) or 1.0
    row = float((small.sum(axis=1) * np.arange(small.shape[0])).sum() / mass)
    column = float((small.sum(axis=0) * np.arange(small.shape[1])).sum() / mass)
    top = int(np.clip(round((height - 1) / 2 - row), 0, height - small.shape[0]))
    left = int(np.clip(round((width - 1) / 2 - column), 0, width - small.shape[1]))
    canvas = np.zeros((height, width), dtype=np.uint8)
    canvas[top : top + small.shape[0], left : left + small.shape[1]] = small
    return canvas
