"""What every picture made of signals shares: the array of signals, and one of them drawn.

Channels measure different things in different units: each is drawn in a strip of its own, stretched
from its least to its largest number.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from axone.arrays import FloatArray, IntArray
from axone.errors import DataError, ShapeError
from axone.messages import Message, _, shorten
from axone.plots.style import SIZE, SMALL, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_CHANNELS = 8
"""Strips that are drawn above one another."""

_STRIP = 0.26
"""Inches of a strip, at least; a lone one is three times as high."""


def as_signals(signals: ArrayLike) -> FloatArray:
    """Return signals as (m, channels, length), NaN where no number is finite.

    Parameters
    ----------
    signals : array of shape (m, channels, length), or (m, length) of a single channel
        NaN where nothing was measured.

    Raises
    ------
    DataError
        There is no signal, they are no numbers, or none is finite.
    ShapeError
        The array has another number of axes.
    """
    array = np.asarray(signals)
    if array.dtype.kind not in "biuf":
        raise DataError(_("signals hold {dtype}; give an array of numbers.", dtype=array.dtype))
    if array.ndim not in {2, 3}:
        raise ShapeError(
            _(
                "signals have shape {shape}; allowed are (m, channels, length) and, of one "
                "channel, (m, length).",
                shape=array.shape,
            )
        )
    if array.size == 0:
        raise DataError(
            _("signals have shape {shape}: there is nothing to draw.", shape=array.shape)
        )
    array = array if array.dtype.kind == "f" else array.astype(np.float64)
    finite = np.isfinite(array)
    if not finite.any():
        raise DataError(_("signals hold no finite number."))
    if not finite.all():
        array = np.where(finite, array, np.nan)
    return array[:, None] if array.ndim == 2 else array


def names_of_channels(names: Sequence[object], channels: int, room: int = 12) -> list[str]:
    """Return a name for each channel, of as many characters as have room: those given, or numbers.

    Raises
    ------
    ShapeError
        Names are given, and not one for each channel.
    """
    if len(names) == 0:
        return [str(number) for number in range(channels)]
    if len(names) != channels:
        raise ShapeError(
            _(
                "{channels} channels need as many names, not {names}.",
                channels=channels,
                names=len(names),
            )
        )
    return [shorten(name, room) for name in names]


@dataclass(frozen=True)
class Strips:
    """Where channels are drawn: channel `shown[i]` from height −i down to −i − 1.

    Attributes
    ----------
    shown : array of int
        The channels.
    names : list of str
        Theirs.
    low, high : arrays of shape (len(shown), 1)
        Numbers at the foot and at the head of each strip.
    channels : int
        How many there are.
    length : int
        Positions.
    """

    shown: IntArray
    names: list[str]
    low: FloatArray
    high: FloatArray
    channels: int
    length: int

    @classmethod
    def of(cls, signals: FloatArray, names: Sequence[object], shown: IntArray) -> "Strips":
        """Return strips that hold all of the signals' numbers."""
        chosen = np.moveaxis(signals[:, shown], 1, 0).reshape(len(shown), -1)
        # A channel without any number stands at 0.
        low = np.nanmin(np.where(np.isnan(chosen), np.inf, chosen), axis=1, keepdims=True)
        high = np.nanmax(np.where(np.isnan(chosen), -np.inf, chosen), axis=1, keepdims=True)
        low, high = np.where(low > high, 0.0, low), np.where(low > high, 0.0, high)
        every = names_of_channels(names, signals.shape[1])
        return cls(shown, [every[k] for k in shown], low, high, *signals.shape[1:])

    def heights(self, signal: FloatArray) -> FloatArray:
        """Return where a signal (channels, length) is drawn, (len(shown), length)."""
        span = np.where(self.high > self.low, self.high - self.low, 1.0)
        share = (signal[self.shown] - self.low) / span
        share = np.where(self.high > self.low, share, 0.5 * (share + 1.0))
        return 0.08 + 0.84 * share - np.arange(1, len(self.shown) + 1)[:, None]

    @property
    def inches(self) -> float:
        """How high a panel of these strips should be."""
        return max(3.0, len(self.shown)) * _STRIP

    def dress(self, axes: "Axes", *, named: bool) -> None:
        """Set the limits of a panel, and part and name the strips."""
        count = len(self.shown)
        axes.set_xlim(0, max(self.length - 1, 1))
        axes.set_ylim(-count, 0)
        axes.spines[:].set_visible(False)
        axes.tick_params(
            length=0, labelsize=SMALL, labelcolor=theme().ink, colors=theme().muted, pad=2.0
        )
        axes.set_xticks([])
        places = -np.arange(count) - 0.5
        names = self.names if named and self.channels > 1 else [""] * count
        axes.set_yticks(places, names)
        for edge in range(count + 1):
            axes.axhline(-edge, color=theme().grid, linewidth=0.7, zorder=0)

    def notes(self) -> list[Message]:
        """Say how to read the strips."""
        if self.channels == 1:
            return []
        found = [_("Each channel from its least to its largest number.")]
        if len(self.shown) < self.channels:
            found.append(
                _(
                    "The first {shown} of {channels} channels.",
                    shown=len(self.shown),
                    channels=self.channels,
                )
            )
        return found


def first_channels(signals: FloatArray) -> IntArray:
    """Return as many channels as there is room for."""
    return np.arange(min(signals.shape[1], MOST_CHANNELS))


def draw_signal(axes: "Axes", strips: Strips, signal: FloatArray, color: str) -> None:
    """Draw one signal (channels, length), a strip a channel."""
    width = 1.2 if len(strips.shown) == 1 else 0.9
    for heights in strips.heights(signal):
        alone = np.isfinite(heights).sum() == 1
        axes.plot(heights, color=color, linewidth=width, marker="o" if alone else "", markersize=3)


def signal_panels(
    title: str, count: int, columns: int, inches: float, *, foot: float = 0.9
) -> "tuple[Figure, list[Axes]]":
    """Return a figure of that many panels in rows of `columns`, each so high, with captions."""
    rows = math.ceil(count / columns)
    figure = new_figure(title, (SIZE[0], rows * (inches + 0.32) + foot))
    panels = list(figure.subplots(rows, columns, squeeze=False).ravel())
    for axes in panels[count:]:
        axes.set_axis_off()
    return figure, panels[:count]


def caption(axes: "Axes", words: str, color: str | None = None) -> None:
    """Write above a panel, at its left."""
    axes.set_title(words, fontsize=SMALL, loc="left", pad=3.0, color=color or theme().ink)
