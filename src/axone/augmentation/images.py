"""Images moved, turned, made larger or smaller, and mirrored: affine maps, in one interpolation."""

from dataclasses import dataclass

import numpy as np

from axone.arrays import FloatArray
from axone.augmentation.augmentation import AffineMap
from axone.bounds import MOST_UNITS
from axone.checks import check_integer, check_number, check_truth
from axone.errors import ConfigurationError
from axone.messages import _
from axone.random import RandomStream


@dataclass(frozen=True)
class Shift(AffineMap):
    """Move by up to so many whole pixels, down or up and right or left (LeCun et al. 1998).

    Whole ones, so that a shift alone blurs nothing. The edge goes on where the image ends.

    Parameters
    ----------
    pixels : int, default 2

    Examples
    --------
    >>> import axone as ax
    >>> network = ax.Network(ax.Flatten(), ax.Dense(10, "softmax"), input_shape=(1, 28, 28))
    >>> trainer = ax.Trainer(network, loss="cce", augmentation=[ax.Shift(2), ax.Rotate(10)])
    """

    pixels: int = 2

    def __post_init__(self) -> None:
        check_integer("pixels", self.pixels, at_least=0, at_most=MOST_UNITS)

    def back(self, random: RandomStream, rows: int) -> FloatArray:
        choices = 2 * int(self.pixels) + 1
        steps = np.floor(choices * random.uniform((rows, 2))) - int(self.pixels)
        maps = _identity(rows)
        maps[:, :, 2] = -steps
        return maps


@dataclass(frozen=True)
class Rotate(AffineMap):
    """Turn about the middle by up to so many degrees, either way (Simard, Steinkraus & Platt 2003).

    Parameters
    ----------
    degrees : float, default 10
        At most 180.
    """

    degrees: float = 10.0

    def __post_init__(self) -> None:
        check_number("degrees", self.degrees, at_least=0, at_most=180)

    def back(self, random: RandomStream, rows: int) -> FloatArray:
        angle = np.radians(float(self.degrees)) * (2 * random.uniform((rows,)) - 1)
        maps = _identity(rows)
        maps[:, 0, 0] = maps[:, 1, 1] = np.cos(angle)
        maps[:, 0, 1], maps[:, 1, 0] = np.sin(angle), -np.sin(angle)
        return maps


@dataclass(frozen=True)
class Scale(AffineMap):
    """Make larger or smaller about the middle, height and width alike (Simard et al. 2003).

    Parameters
    ----------
    smallest, largest : float, default 0.9 and 1.1
        Between which the factor lies, any as likely as another.
    """

    smallest: float = 0.9
    largest: float = 1.1

    def __post_init__(self) -> None:
        check_number("smallest", self.smallest, at_least=0.01, at_most=100)
        check_number("largest", self.largest, at_least=0.01, at_most=100)
        if self.smallest > self.largest:
            raise ConfigurationError(
                _(
                    "smallest ({smallest}) must not be greater than largest ({largest}).",
                    smallest=self.smallest,
                    largest=self.largest,
                )
            )

    def back(self, random: RandomStream, rows: int) -> FloatArray:
        smallest, largest = float(self.smallest), float(self.largest)
        factor = smallest + (largest - smallest) * random.uniform((rows,))
        maps = _identity(rows)
        maps[:, 0, 0] = maps[:, 1, 1] = 1 / factor
        return maps


@dataclass(frozen=True)
class Flip(AffineMap):
    """Mirror some of the images (Krizhevsky, Sutskever & Hinton 2012).

    For what means the same in a mirror: things and scenes, not digits or letters.

    Parameters
    ----------
    probability : float, default 0.5
    horizontal : bool, default True
        Whether left and right change places, or top and bottom.
    """

    probability: float = 0.5
    horizontal: bool = True

    def __post_init__(self) -> None:
        check_number("probability", self.probability, at_least=0, at_most=1)
        check_truth("horizontal", self.horizontal)

    def back(self, random: RandomStream, rows: int) -> FloatArray:
        axis = 1 if self.horizontal else 0
        maps = _identity(rows)
        maps[:, axis, axis] = np.where(random.uniform((rows,)) < float(self.probability), -1, 1)
        return maps


def _identity(rows: int) -> FloatArray:
    return np.tile(np.eye(2, 3), (rows, 1, 1))


def after(earlier: FloatArray, later: FloatArray) -> FloatArray:
    """Return the way back through both maps: first undo the later one, then the earlier one."""
    joined = earlier[:, :, :2] @ later
    joined[:, :, 2] += earlier[:, :, 2]
    return joined


def mapped_images(x: FloatArray, maps: FloatArray) -> FloatArray:
    """Return images (m, channels, height, width) under maps (m, 2, 3), as of `AffineMap.back`.

    The place (y, x) that a pixel comes from lies among four others, each of which counts by its
    nearness: (1 − f_y)(1 − f_x)·x[y₀, x₀] + … (bilinear). Beyond the edge stands what stands at
    the edge, so that a dark background goes on, whatever the scaling made of it.
    """
    height, width = x.shape[-2:]
    # From the corner instead of the middle c: c + A·(q − c) + b.
    middle = np.array([(height - 1) / 2, (width - 1) / 2])
    offsets = maps[:, :, 2] + middle - maps[:, :, :2] @ middle
    grid = np.indices((height, width)).reshape(2, -1)
    places = maps[:, :, :2] @ grid + offsets[:, :, None]
    top, down, below = _neighbours(places[:, 0], height - 1)
    left, right, beside = _neighbours(places[:, 1], width - 1)
    row, cells = np.arange(len(x))[:, None], np.moveaxis(x, 1, -1)
    below, beside = (part.astype(x.dtype)[:, :, None] for part in (below, beside))
    upper = (1 - beside) * cells[row, top, left] + beside * cells[row, top, right]
    lower = (1 - beside) * cells[row, down, left] + beside * cells[row, down, right]
    mapped = (1 - below) * upper + below * lower
    return np.ascontiguousarray(np.moveaxis(mapped, -1, 1)).reshape(x.shape)


def _neighbours(place: FloatArray, last: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the whole places before and after each, and how far it lies towards the latter."""
    place = np.clip(place, 0, last)
    before = np.minimum(place.astype(np.intp), max(last - 1, 0))
    return before, np.minimum(before + 1, last), place - before
