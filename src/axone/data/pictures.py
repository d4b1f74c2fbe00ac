"""Image files as examples (channels, height, width) of bytes: all of one size, grey or in colour.

Unlike the pictures of single digits in `axone.data.images`, these are taken as they are: nothing is
inverted, cut or centred.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from axone.arrays import DType, Shape
from axone.data.at_once import each_column
from axone.data.generator_options import Count, Option, Word
from axone.data.images import (
    FORMATS,
    eight_bits,
    image_content,
    require_few_pixels,
    told_of_pictures,
)
from axone.data.numbers import numeric, reshaped
from axone.data.plain_data import PlainData, read_data, write_data
from axone.data.positions import require_room
from axone.data.steps import ExampleLayout, Step
from axone.errors import ShapeError
from axone.messages import Message, _

_LONGEST_SIDE = 64
"""Of the pixels to which photographs are brought by default: what a small network is for."""

_MOST_SIDE = 1024

_GREY, _COLOUR, _AUTO = "grey", "colour", "auto"

OPTIONS: Mapping[str, Option] = {
    "height": Count(0, least=0, most=_MOST_SIDE),
    "width": Count(0, least=0, most=_MOST_SIDE),
    "colours": Word(_AUTO, (_AUTO, _GREY, _COLOUR)),
}
"""Of a folder of images: the pixels of all (0 for the median, at most 64 along a side), and their
colours (auto: grey where every image is)."""

Result = TypeVar("Result")


@dataclass(frozen=True)
class Pictures(Step, PlainData):
    """The first step of models of image files: brings each to the size and colours of training.

    Parameters
    ----------
    shape : tuple of int
        ``(channels, height, width)``, of 1 channel for grey and 3 for colours.
    """

    shape: tuple[int, int, int]

    def after(self, before: ExampleLayout | None) -> ExampleLayout:
        if before is not None or min(self.shape) < 1 or self.shape[0] not in (1, 3):
            raise ShapeError(
                _("examples of shape {shape} after {before}", shape=self.shape, before=before)
            )
        return ExampleLayout(self.shape)

    def transform(self, X: Any, dtype: DType = "float32") -> NDArray[Any]:
        """Return arrays of that shape as they are, which may be flattened.

        Raises
        ------
        ShapeError, DataError
            They are of another shape, or no numbers.
        """
        return reshaped(numeric(X), self.shape)

    def read(self, paths: Sequence[Path]) -> NDArray[np.uint8]:
        """Read image files as examples.

        Raises
        ------
        DataError
            A file is no image, or too large.
        """
        return read_pictures(paths, self.shape)

    def to_data(self) -> Any:
        return write_data(self)

    @classmethod
    def from_data(cls, data: object) -> "Pictures":
        return read_data(cls, data, _("step {name!r}", name="pictures"))


def size_for(
    paths: Sequence[Path], height: int = 0, width: int = 0
) -> tuple[int, int, tuple[Message, ...]]:
    """Return the height and width to bring images to, and what there is to say of it.

    The median of each, made smaller together where a side is longer than 64.

    Parameters
    ----------
    paths : sequence of Path
    height, width : int
        As given; 0 where they were not.
    """
    sizes = np.array(_each(_header, paths))
    middle = np.median(sizes, axis=0)
    shrink = min(1.0, _LONGEST_SIDE / middle.max())
    chosen = [
        given or max(1, round(side * shrink))
        for given, side in zip((height, width), middle, strict=True)
    ]
    alike = (sizes == chosen).all()
    if alike:
        return chosen[0], chosen[1], ()
    least, most = sizes.min(axis=0), sizes.max(axis=0)
    note = _(
        "images of {least} to {most} pixels (height × width), brought to {chosen}",
        least=_size(least),
        most=_size(most),
        chosen=_size(chosen),
    ).coded("images_resized")
    return chosen[0], chosen[1], (note,)


def is_grey(images: NDArray[np.uint8]) -> bool:
    """Tell whether images (m, 3, height, width) hold no colour."""
    return bool((images[:, :1] == images).all())


def read_pictures(paths: Sequence[Path], shape: Shape) -> NDArray[np.uint8]:
    """Read image files as (m, channels, height, width), each stretched to that size.

    Transparent pixels are white paper; of an animation the first picture is taken.

    Raises
    ------
    DataError
        A file is no image, has too many pixels, or all together do not fit into memory.
    """
    require_room(len(paths) * int(np.prod(shape)), str(paths[0].parent) if paths else "")
    channels, height, width = shape

    def read(path: Path) -> NDArray[np.uint8]:
        from PIL import Image

        layers = _opened(path, lambda picture: _upright(picture, height, width))
        paper = Image.new("RGBA", layers.size, "white")
        flat = Image.alpha_composite(paper, layers).convert("L" if channels == 1 else "RGB")
        small = flat.resize((width, height), Image.Resampling.LANCZOS)
        pixels = np.asarray(small, dtype=np.uint8).reshape(height, width, channels)
        return pixels.transpose(2, 0, 1)

    images = np.empty((len(paths), *shape), dtype=np.uint8)
    for target, pixels in zip(images, _each(read, paths), strict=True):
        target[...] = pixels
    return images


def _each(function: Callable[[Path], Result], paths: Sequence[Path]) -> list[Result]:
    # Pillow warns of odd metadata, and of pixels by a softer bound than ours; what is switched off
    # is so for all threads. Decoding lets go of Python's lock, and pays for them at any number.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return each_column(function, paths, 1 << 20)


def _header(path: Path) -> tuple[int, int]:
    """Return height and width, without decoding the pixels."""
    return _opened(path, lambda picture: _turned(picture, picture.height, picture.width))


def _turned(picture: Any, height: int, width: int) -> tuple[int, int]:
    """Return a size as it is once the picture stands upright, as its note on turning says."""
    orientation = picture.getexif().get(0x0112, 1)
    return (width, height) if orientation in (5, 6, 7, 8) else (height, width)


def _upright(picture: Any, height: int, width: int) -> Any:
    from PIL import ImageOps

    # A JPEG is decoded at a half, quarter or eighth of its size where that is enough.
    if picture.format == "JPEG":
        longest = 2 * max(height, width)
        picture.draft(None, (longest, longest))
    return ImageOps.exif_transpose(eight_bits(picture)).convert("RGBA")


def _opened(path: Path, use: Callable[[Any], Result]) -> Result:
    from PIL import Image

    with told_of_pictures(path):
        content = BytesIO(image_content(path))
        with Image.open(content, formats=FORMATS) as picture:
            require_few_pixels(picture, path)
            return use(picture)


def _size(sides: Any) -> str:
    return " × ".join(str(int(side)) for side in sides)
