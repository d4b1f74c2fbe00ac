"""Mean and spread of the signals of each class: what its members have in common, and where not."""

import math
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from axone.arrays import FloatArray
from axone.messages import _, shorten
from axone.plots.classes import checked_labels
from axone.plots.signals import as_signals, caption, names_of_channels
from axone.plots.style import SIZE, add_note, dress, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_CLASSES = 12
MOST_CHANNELS = 6
"""So many rows and columns of panels fit a page."""

_SIDE_BY_SIDE = 3
"""Panels in a row where there is a single channel."""


def plot_signal_means(
    signals: ArrayLike,
    labels: ArrayLike,
    class_names: Sequence[object],
    *,
    channel_names: Sequence[object] = (),
    title: str = _("Mean signal of each class"),
) -> "Figure":
    """Draw the mean of the signals of each class in a band of one standard deviation.

    Parameters
    ----------
    signals : array of shape (m, channels, length) or (m, length)
        NaN where nothing was measured: means are of what is there. The first six channels are
        drawn, a column each.
    labels : array of int, shape (m,)
        Class numbers 0 … K−1.
    class_names : sequence of K objects
        The first 12 classes that have a signal are drawn, a row each.
    channel_names : sequence of str, optional
        One for each channel; numbers if left out.
    title : str, default "Mean signal of each class"

    Returns
    -------
    matplotlib.figure.Figure
        8 inches wide, as high as the rows need. A channel has the same scale in every class.

    Raises
    ------
    ShapeError
        The array holds no signals, or there is not one label for each or a name for each channel.
    DataError
        There is no signal, no finite number in them, or a label has no name.
    """
    array = as_signals(signals)
    room = 66 // min(array.shape[1], MOST_CHANNELS)
    channels = names_of_channels(channel_names, array.shape[1], room)[:MOST_CHANNELS]
    numbers = checked_labels(labels, class_names, len(array))
    counts = np.bincount(numbers, minlength=len(class_names))
    present = np.flatnonzero(counts)
    shown = present[:MOST_CLASSES]
    with house_style():
        columns = len(channels) if len(channels) > 1 else min(len(shown), _SIDE_BY_SIDE)
        rows = len(shown) if len(channels) > 1 else math.ceil(len(shown) / columns)
        height = 1.25 if len(channels) > 1 else max(1.9, 3.6 / rows)
        figure = new_figure(title, (SIZE[0], rows * height + 0.9))
        grid = figure.subplots(
            rows, columns, squeeze=False, sharex=True, sharey="col" if len(channels) > 1 else True
        )
        panels = grid if len(channels) > 1 else grid.ravel()[: len(shown), None]
        overall = _moments(array)[0]
        for row, k in zip(panels, shown, strict=True):
            mean, spread = _moments(array[numbers == k])
            for channel, axes in enumerate(row):
                _draw(axes, mean[channel], spread[channel], overall[channel], len(channels))
            caption(row[0], f"{shorten(class_names[k], 20)} ({counts[k]})")
        for axes in grid.ravel()[panels.size :]:
            axes.set_axis_off()
        if len(channels) > 1:
            for axes, name in zip(grid[-1], channels, strict=True):
                axes.set_xlabel(_("channel {name}", name=name))
        notes = [
            _("Bands: one standard deviation. Dotted: the mean of all classes."),
            _("In brackets: how many signals."),
        ]
        if len(present) > len(shown):
            notes.append(
                _("The first {shown} of {classes} classes.", shown=len(shown), classes=len(present))
            )
        if array.shape[1] > len(channels):
            notes.append(
                _(
                    "The first {shown} of {channels} channels.",
                    shown=len(channels),
                    channels=array.shape[1],
                )
            )
        add_note(figure, *notes)
    return figure


def _moments(signals: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return mean and standard deviation of what is there at each position, (channels, length)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where no signal of the class is there, the mean is NaN
        mean = np.nanmean(signals, axis=0, dtype=np.float64)
        return np.asarray(mean), np.asarray(np.nanstd(signals, axis=0, dtype=np.float64))


def _draw(
    axes: "Axes", mean: FloatArray, spread: FloatArray, overall: FloatArray, channels: int
) -> None:
    from matplotlib.ticker import MaxNLocator

    dress(axes)
    places = np.arange(len(mean))
    axes.fill_between(
        places, mean - spread, mean + spread, color=theme().blue, alpha=0.22, linewidth=0
    )
    axes.plot(places, overall, color=theme().muted, linewidth=1.0, linestyle=":")
    axes.plot(places, mean, color=theme().blue, linewidth=1.4)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=2 if channels > 3 else 4, integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=3))
    axes.margins(x=0.0)
