"""Where a network looks in signals: lines whose colour and breadth tell |∂z/∂x|."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from axone.arrays import FloatArray, IntArray
from axone.messages import _
from axone.plots.gradients import checked_gradients, color_of
from axone.plots.signals import MOST_CHANNELS, Strips, as_signals, caption, signal_panels
from axone.plots.style import add_note, color_map, dress, house_style, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_SIGNALS = 12
MOST_OF_CHANNELS = 6
"""So many signals are drawn of one channel, and of several."""

_COLUMNS = 2


def plot_signal_saliency(
    signals: ArrayLike,
    gradients: ArrayLike,
    captions: Sequence[object],
    right: Sequence[bool] | None = None,
    *,
    channel_names: Sequence[object] = (),
    title: str = _("Where the network looks"),
) -> "Figure":
    """Draw each signal as a line that is broad where a change would move the answer.

    Parameters
    ----------
    signals : array of shape (m, channels, length) or (m, length)
        NaN where nothing was measured. The first 12 are drawn, of several channels the first 6, and
        of these the 8 channels whose gradients are largest.
    gradients : array of the same shape
        As `axone.saliency` gives them; their size is drawn, not their sign. Each signal has its own
        scale, which its channels share.
    captions : sequence of m objects
        Words above each.
    right : sequence of m bool, optional
        Whether each answer is right, which colours its caption.
    channel_names : sequence of str, optional
        One for each channel; numbers if left out.
    title : str, default "Where the network looks"

    Returns
    -------
    matplotlib.figure.Figure
        8 inches wide, as high as the rows need.

    Raises
    ------
    ShapeError
        The arrays hold no signals or differ in shape, or there is not a caption for each.
    DataError
        There is no signal, no finite number in them, or the gradients are not finite.
    """
    array = as_signals(signals)
    slopes = np.abs(np.asarray(gradients, dtype=np.float64))
    slopes = slopes[:, None] if slopes.ndim == 2 else slopes
    checked_gradients(array, slopes, captions, right)
    count = min(len(array), MOST_SIGNALS if array.shape[1] == 1 else MOST_OF_CHANNELS)
    strips = Strips.of(array[:count], channel_names, _most_looked_at(slopes[:count]))
    columns = min(_COLUMNS, count)
    with house_style():
        figure, panels = signal_panels(title, count, columns, strips.inches, foot=1.1)
        for number, axes in enumerate(panels):
            _draw(axes, strips, array[number], slopes[number])
            strips.dress(axes, named=number % columns == 0)
            caption(axes, str(captions[number]), color_of(right, number))
        _scale(figure, panels)
        notes = [
            _("Broad: where a small change moves the answer most."),
            _("Each signal has its own scale."),
        ]
        if array.shape[1] > len(strips.shown):
            notes.append(
                _(
                    "The {shown} of {channels} channels that move it most.",
                    shown=len(strips.shown),
                    channels=array.shape[1],
                )
            )
        if count < len(array):
            notes.append(
                _("The first {shown} of {signals} signals.", shown=count, signals=len(array))
            )
        add_note(figure, *notes)
    return figure


def _most_looked_at(slopes: FloatArray) -> IntArray:
    """Return the channels with the largest gradients, in their order."""
    largest = slopes.max(axis=(0, 2))
    return np.sort(np.argsort(-largest, kind="stable")[:MOST_CHANNELS])


def _draw(axes: "Axes", strips: Strips, signal: FloatArray, slopes: FloatArray) -> None:
    """Draw a line as short pieces, each of the colour and breadth of its gradient."""
    from matplotlib.collections import LineCollection

    shares = slopes / (slopes.max() or 1.0)
    colors = color_map(theme().warming)
    for channel, heights in zip(strips.shown, strips.heights(signal), strict=True):
        points = np.column_stack([np.arange(len(heights)), heights])
        pieces = np.stack([points[:-1], points[1:]], axis=1)
        share = np.maximum(shares[channel][:-1], shares[channel][1:])
        there = np.isfinite(pieces).all(axis=(1, 2))
        lines = LineCollection(
            list(pieces[there]),
            colors=colors(share[there]),
            linewidths=1.0 + 2.6 * share[there],
            capstyle="round",
        )
        axes.add_collection(lines)


def _scale(figure: "Figure", panels: "list[Axes]") -> None:
    from matplotlib.cm import ScalarMappable

    bar = figure.colorbar(
        ScalarMappable(cmap=color_map(theme().warming)), ax=panels, shrink=0.4, aspect=18, pad=0.02
    )
    bar.set_label(_("|gradient|, of the largest"))
    bar.outline.set_visible(False)
    dress(bar.ax, grid=False)
