"""The step from windows of a series to rows of numbers: what a forecast needs, nothing twice.

A window repeats what is known beforehand along all its positions, since channels are of one length.
A network without convolutions needs the past whole, what is known for the positions to be said, and
the clock once.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.arrays import DType
from axone.data.plain_data import PlainData, read_data, write_data
from axone.data.series_windows import SeriesWindows
from axone.data.steps import ExampleLayout, Step
from axone.errors import ShapeError
from axone.messages import _


@dataclass(frozen=True)
class WindowFeatures(Step, PlainData):
    """From windows (channels, lags) to rows of numbers.

    Parameters
    ----------
    past : int
        Channels of which the past is read: all their positions are taken.
    known : int
        Channels known beforehand, which end with the horizon: the positions to be said are taken.
    clocks : int
        Channels of the calendar: of each the first position to be said is taken, from which the
        others follow.
    lags, horizon : int
    """

    past: int
    known: int
    clocks: int
    lags: int
    horizon: int

    @property
    def width(self) -> int:
        """How many numbers a row holds."""
        return self.past * self.lags + self.known * self.horizon + self.clocks

    def after(self, before: ExampleLayout | None) -> ExampleLayout:
        wanted = (self.past + self.known + self.clocks, self.lags)
        possible = min(self.past, self.horizon) >= 1 and min(self.known, self.clocks) >= 0
        if before is None or before.shape != wanted or not possible or self.horizon > self.lags:
            raise ShapeError(
                _("examples of shape {shape} after {before}", shape=wanted, before=before)
            )
        return ExampleLayout((self.width,))

    def transform(self, X: NDArray[Any], dtype: DType = "float32") -> NDArray[Any]:
        """Return rows (m, width).

        Examples
        --------
        >>> window = np.array([[[1.0, 2, 3, 4], [10, 20, 30, 40]]])
        >>> WindowFeatures(past=1, known=1, clocks=0, lags=4, horizon=2).transform(window)
        array([[ 1.,  2.,  3.,  4., 30., 40.]])
        """
        first = (
            self.lags - self.horizon
        )  # of the positions to be said, in channels known beforehand
        parts = (
            X[:, : self.past],
            X[:, self.past : self.past + self.known, first:],
            X[:, self.past + self.known :, first : first + 1],
        )
        return np.concatenate([part.reshape(len(X), -1) for part in parts], axis=1)

    def to_data(self) -> Any:
        return write_data(self)

    @classmethod
    def from_data(cls, data: object) -> "WindowFeatures":
        return read_data(cls, data, _("step {name!r}", name="window_features"))


def features_of(reader: SeriesWindows) -> WindowFeatures | None:
    """Return the step for windows of a series; None where they read less than they say.

    Then nothing is known beforehand, and windows hold nothing twice.
    """
    if reader.horizon > reader.lags:
        return None
    return WindowFeatures(
        len(reader.past), len(reader.known), 2 * len(reader.periods), reader.lags, reader.horizon
    )
