"""Signals and sequences moved, warped and cropped: maps of their positions, interpolated once."""

from dataclasses import dataclass

import numpy as np

from axone.arrays import FloatArray, IntArray
from axone.augmentation.augmentation import TimeMap
from axone.augmentation.axes import Axes
from axone.checks import check_integer, check_number
from axone.random import RandomStream

MOST_KNOTS = 64
"""Of a warp; a handful is usual."""


@dataclass(frozen=True)
class TimeShift(TimeMap):
    """Move by up to a share of the length, later or earlier, by whole positions.

    The first or last value goes on where the signal ends.

    Parameters
    ----------
    share : float, default 0.1
        From 0 to 1.
    """

    share: float = 0.1

    def __post_init__(self) -> None:
        check_number("share", self.share, at_least=0, at_most=1)

    def back(self, random: RandomStream, positions: FloatArray, last: IntArray) -> FloatArray:
        most = np.rint(float(self.share) * (last + 1))
        steps = np.floor((2 * most + 1) * random.uniform((len(positions), 1))) - most
        return positions - steps


@dataclass(frozen=True)
class TimeWarp(TimeMap):
    """Let time run faster here and slower there, smoothly (Um et al. 2017, "time warping").

    The speed is e^(σn) at `knots` places evenly along the signal, n normal, and changes linearly
    between them: the warp is a smooth rising curve of parabolas, from first to last position.

    Parameters
    ----------
    standard_deviation : float, default 0.2
        σ, of the logarithm of the speed.
    knots : int, default 4

    Examples
    --------
    >>> import axone as ax
    >>> network = ax.Network(ax.Conv1D(8, 5), ax.GlobalPool(), ax.Dense(2, "softmax"),
    ...                      input_shape=(3, 150))
    >>> trainer = ax.Trainer(network, loss="cce", augmentation=[ax.TimeWarp(), ax.Jitter(0.05)])
    """

    standard_deviation: float = 0.2
    knots: int = 4

    def __post_init__(self) -> None:
        check_number("standard_deviation", self.standard_deviation, at_least=0, at_most=10)
        check_integer("knots", self.knots, at_least=2, at_most=MOST_KNOTS)

    def back(self, random: RandomStream, positions: FloatArray, last: IntArray) -> FloatArray:
        rows, stretches = len(positions), int(self.knots) - 1
        speed = np.exp(float(self.standard_deviation) * random.normal((rows, stretches + 1)))
        # How far time has come at each knot, the stretches between them being 1 long.
        reached = np.zeros_like(speed)
        np.cumsum((speed[:, 1:] + speed[:, :-1]) / 2, axis=1, out=reached[:, 1:])
        place = positions * (stretches / np.maximum(last, 1))
        knot = np.minimum(place.astype(np.intp), stretches - 1)
        part, row = place - knot, np.arange(rows)[:, None]
        start, end = speed[row, knot], speed[row, knot + 1]
        come = reached[row, knot] + part * (start + part * ((end - start) / 2))
        # Written as a change, so that nothing changes where σ = 0.
        return positions + last * (come / reached[:, -1:] - place / stretches)


@dataclass(frozen=True)
class Crop(TimeMap):
    """Take a random stretch and draw it out to the whole length (Le Guennec et al. 2016).

    Parameters
    ----------
    share : float, default 0.9
        The stretch's, of the length; above 0, at most 1.
    """

    share: float = 0.9

    def __post_init__(self) -> None:
        check_number("share", self.share, above=0, at_most=1)

    def back(self, random: RandomStream, positions: FloatArray, last: IntArray) -> FloatArray:
        share = float(self.share)
        start = (1 - share) * last * random.uniform((len(positions), 1))
        return start + share * positions


def mapped_signals(x: FloatArray, positions: FloatArray, axes: Axes) -> FloatArray:
    """Return x (m, *axes.shape) at positions (m, length): (1 − f)·x[t₀] + f·x[t₀ + 1]."""
    before = np.minimum(positions.astype(np.intp), max(axes.length - 2, 0))
    following = np.minimum(before + 1, axes.length - 1)
    part = axes.along_time((positions - before).astype(x.dtype))
    axis = 1 + (axes.time or 0)
    earlier = np.take_along_axis(x, axes.along_time(before), axis)
    later = np.take_along_axis(x, axes.along_time(following), axis)
    return np.asarray((1 - part) * earlier + part * later)
