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

from axone.arrays import BoolArray, FloatArray, Shape
from axone.bounds import IMAGE_BYTES, MOST_PIXELS
from axone.errors import DataError
from axone.files import read_bounded, reason_of, told_of_damage
from axone.messages import _, listed

FORMATS = ("PNG", "JPEG", "BMP", "GIF")
"""The only ones that are looked for, by content: of the others that Pillow knows some run programs
(PostScript starts Ghostscript), and all are code that need not be within a stranger's reach."""

_JPEG, _SCAN, _MOST_SCANS = b"\xff\xd8", b"\xff\xda", 100
"""A progressive JPEG says each pixel again and again, ten bytes a time; cameras do it ten times."""

_INK, _FAINT = 0.3, 0.12
"""Shares of full ink: what is a mark for sure, and what may be the soft rim of one."""

_FLAT = 8
"""Levels of grey by which plain paper differs: where half of the pixels do not, there is light."""

_SPECK = 0.05
"""Of the largest mark's area: what is smaller is dirt. The bar of a 5 is a fifth of it."""

_LARGE = 250
"""Pixels along a side that show a sign well enough."""

_FITTED = 20_000
"""Pixels through which the surface of light is laid."""

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
            layers = ImageOps.exif_transpose(eight_bits(picture)).convert("RGBA")
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
            cause = _("{error}", error=reason_of(error))
        return DataError(
            _("{path} is not a picture that can be read: {cause}.", path=path, cause=cause)
        )

    with told_of_damage(unreadable):
        yield


def eight_bits(picture: Any) -> Any:
    """Return a picture of 16 bits a pixel as one of 8: Pillow would clip, not scale, them."""
    from PIL import Image

    if not picture.mode.startswith("I;16"):
        return picture
    deep = np.asarray(picture, dtype=np.float64) / 257
    return Image.fromarray(deep.round().astype(np.uint8))


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

    ink, faintest = ink_of(_reduced(grey), where)
    rows, columns = np.nonzero(ink > faintest)
    box = ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    scale = _BOX * min(height / box.shape[0], width / box.shape[1])
    size = (max(1, round(box.shape[1] * scale)), max(1, round(box.shape[0] * scale)))
    small = np.asarray(
        Image.fromarray(box.round().astype(np.uint8)).resize(size, Image.Resampling.LANCZOS)
    )
    return _placed_by_mass(small, height, width)


def _reduced(grey: FloatArray) -> FloatArray:
    """Return a large picture at a fraction of its size, where the grain of the sensor averages."""
    factor = max(grey.shape) // _LARGE
    if factor < 2 or min(grey.shape) < factor:
        return grey
    rows, columns = (side // factor for side in grey.shape)
    blocks = grey[: rows * factor, : columns * factor].reshape(rows, factor, columns, factor)
    return np.asarray(blocks.mean(axis=(1, 3)))


def ink_of(grey: FloatArray, where: str) -> tuple[FloatArray, float]:
    """Return how much ink each pixel has, 0 to 255, and below what it is paper.

    Ink is what fewer pixels have than the paper. The light on a photographed paper may differ from
    side to side, specks are left out, and a frame around the sign.

    Raises
    ------
    DataError
        The picture is of one colour, or no ink stands out from the paper's own shades.
    """
    from scipy import ndimage

    paper = float(np.median(grey))
    lowest, highest = float(grey.min()), float(grey.max())
    if highest - lowest < 1:
        raise DataError(_("{where} is of one colour: there is nothing to recognise.", where=where))
    sign = -1.0 if paper - lowest > highest - paper else 1.0
    ink = sign * (grey - paper)
    noise = 0.0
    if np.mean(np.abs(ink) <= _FLAT) < 0.5:
        ink = ink - _light(ink)
        noise = 1.4826 * float(np.median(np.abs(ink)))
    peak = float(np.quantile(ink[ink > 0.5 * ink.max()], 0.5))
    ink = np.clip(ink, 0, None)
    faintest = max(_FAINT * peak, 4 * noise)
    marks = _marks(ink > max(_INK * peak, faintest))
    # With the soft rim around each.
    rim = max(2, round(max(ink.shape) / 50))
    near = ndimage.binary_dilation(marks, iterations=rim)
    if not np.count_nonzero(ink[~near]):
        faintest = 0.0  # drawn by a program, without any grain: every touch of ink is meant
    ink = np.where(near, ink, 0)
    darkest = float(ink.max())
    if darkest <= 0:
        raise DataError(_("{where} shows no mark that stands out from its paper.", where=where))
    return np.clip(ink * (255 / darkest), 0, 255), faintest * 255 / darkest


def _light(ink: FloatArray) -> FloatArray:
    """Return the brightness of the paper at every pixel: a quadratic surface through most of them.

    Least squares again and again without what is far above the surface, which is the ink.
    """
    rows, columns = ink.shape
    y, x = np.linspace(-1, 1, rows)[:, None], np.linspace(-1, 1, columns)[None]
    terms = np.stack(
        [np.broadcast_to(term, ink.shape) for term in (np.ones((1, 1)), y, x, y * y, x * x, x * y)]
    )
    step = max(1, round((ink.size / _FITTED) ** 0.5))
    few = terms[:, ::step, ::step].reshape(len(terms), -1).T
    values = ink[::step, ::step].ravel()
    used = np.ones(len(values), dtype=bool)
    surface: FloatArray = np.zeros(len(terms))
    for _round in range(8):
        surface = np.linalg.lstsq(few[used], values[used], rcond=None)[0]
        rest = values - few @ surface
        spread = 1.4826 * np.median(np.abs(rest[used] - np.median(rest[used])))
        used = rest < np.median(rest[used]) + 2 * spread + 1e-9
    return np.asarray(np.tensordot(surface, terms, axes=1))


def _marks(inked: BoolArray) -> BoolArray:
    """Return pixels of ink without specks, much smaller than the largest mark, or a frame."""
    from scipy import ndimage

    marks, count = ndimage.label(inked, structure=np.ones((3, 3)))
    areas = np.bincount(marks.ravel(), minlength=count + 1)
    areas[0] = 0
    sides = [set(np.unique(side)) for side in (marks[0], marks[-1], marks[:, 0], marks[:, -1])]
    frames = [mark for mark in range(1, count + 1) if sum(mark in side for side in sides) >= 3]
    if len(frames) < count:
        areas[frames] = 0
    return np.isin(marks, np.flatnonzero(areas >= max(1, _SPECK * areas.max())))


def _placed_by_mass(small: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """Put a small picture on black so that its centre of mass is in the middle.

    Of an even side MNIST takes the pixel behind the middle: 14 of 0 … 27.
    """
    mass = small.sum(dtype=np.float64) or 1.0
    row = float((small.sum(axis=1) * np.arange(small.shape[0])).sum() / mass)
    column = float((small.sum(axis=0) * np.arange(small.shape[1])).sum() / mass)
    top = int(np.clip(round(height // 2 - row), 0, height - small.shape[0]))
    left = int(np.clip(round(width // 2 - column), 0, width - small.shape[1]))
    canvas = np.zeros((height, width), dtype=np.uint8)
    canvas[top : top + small.shape[0], left : left + small.shape[1]] = small
    return canvas
