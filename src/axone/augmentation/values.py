"""Numbers changed where they are: noise, a factor, a stretch or patch cut out."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from axone.arrays import FloatArray, IntArray
from axone.augmentation.augmentation import ValueChange
from axone.augmentation.axes import Axes, Kind
from axone.checks import check_number
from axone.random import RandomStream


@dataclass(frozen=True)
class Jitter(ValueChange):
    """Add noise, x + N(0, σ²) (Sietsma & Dow 1991; Um et al. 2017, "jittering").

    Parameters
    ----------
    standard_deviation : float, default 0.05
        σ, in units of the network's input.
    """

    standard_deviation: float = 0.05

    def __post_init__(self) -> None:
        check_number("standard_deviation", self.standard_deviation, at_least=0, at_most=1e6)

    def changed(
        self, random: RandomStream, x: FloatArray, axes: Axes, lengths: IntArray
    ) -> FloatArray:
        noise = float(self.standard_deviation) * random.normal(x.shape)
        return x + noise.astype(x.dtype)


@dataclass(frozen=True)
class Magnify(ValueChange):
    """Multiply a whole row by one factor, N(1, σ²) (Um et al. 2017, "scaling").

    Parameters
    ----------
    standard_deviation : float, default 0.1
        σ.
    """

    standard_deviation: float = 0.1

    def __post_init__(self) -> None:
        check_number("standard_deviation", self.standard_deviation, at_least=0, at_most=1e6)

    def changed(
        self, random: RandomStream, x: FloatArray, axes: Axes, lengths: IntArray
    ) -> FloatArray:
        factors = 1 + float(self.standard_deviation) * random.normal((len(x),))
        return x * factors.astype(x.dtype).reshape(-1, *[1] * (x.ndim - 1))


@dataclass(frozen=True)
class Cut(ValueChange):
    """Set a random stretch of a signal, or a random patch of an image, to zero.

    In images cutout (DeVries & Taylor 2017), in sequences time masking (Park et al. 2019). Zero is
    the mean where features are scaled to mean 0.

    Parameters
    ----------
    share : float, default 0.1
        The stretch's, of the length; the patch's, of the height and of the width. From 0 to 1.
    """

    kinds: ClassVar[tuple[Kind, ...]] = ("signals", "sequences", "images")

    share: float = 0.1

    def __post_init__(self) -> None:
        check_number("share", self.share, at_least=0, at_most=1)

    def changed(
        self, random: RandomStream, x: FloatArray, axes: Axes, lengths: IntArray
    ) -> FloatArray:
        draws = random.uniform((len(x), 2))
        if axes.time is not None:
            inside = axes.along_time(self._stretch(draws[:, :1], axes.length, lengths[:, None]))
        else:
            height, width = axes.shape[-2:]
            rows = self._stretch(draws[:, :1], height, np.array(height))
            columns = self._stretch(draws[:, 1:], width, np.array(width))
            inside = (rows[:, :, None] & columns[:, None, :])[:, None]
        return np.where(inside, x.dtype.type(0), x)

    def _stretch(self, draws: FloatArray, positions: int, lengths: IntArray) -> FloatArray:
        """Return which positions of each row lie in the stretch that is cut, (m, positions)."""
        size = np.rint(float(self.share) * lengths)
        start = np.floor((lengths - size + 1) * draws)
        place = np.arange(positions)
        return (place >= start) & (place < start + size)
