"""A sample of signals in a grid, each with its label: what the data look like before training."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from numpy.typing import ArrayLike

from axone.checks import check_integer
from axone.errors import ShapeError
from axone.messages import _, shorten
from axone.plots.signals import (
    Strips,
    as_signals,
    caption,
    draw_signal,
    first_channels,
    signal_panels,
)
from axone.plots.style import add_note, house_style, theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_SIGNALS = 40
"""More would be a longer figure than anyone scrolls."""


def plot_signal_grid(
    signals: ArrayLike,
    labels: Sequence[object],
    *,
    channel_names: Sequence[object] = (),
    title: str = _("Sample signals"),
    columns: int = 4,
) -> "Figure":
    """Draw signals row by row, the label of each above it, its channels below one another.

    Parameters
    ----------
    signals : array of shape (m, channels, length) or (m, length)
        NaN where nothing was measured. The first 40 are drawn, and the first 8 channels.
    labels : sequence of m objects
        Any words or numbers.
    channel_names : sequence of str, optional
        One for each channel; numbers if left out.
    title : str, default "Sample signals"
    columns : int, default 4
        Signals in a row.

    Returns
    -------
    matplotlib.figure.Figure
        8 inches wide, as high as the rows need. All signals are drawn to the same scale.

    Raises
    ------
    ShapeError
        The array holds no signals, or there is not one label for each or a name for each channel.
    DataError
        There is no signal, or no finite number in them.
    ConfigurationError
        `columns` is less than 1.
    """
    check_integer("columns", columns, at_least=1)
    array = as_signals(signals)
    if len(labels) != len(array):
        raise ShapeError(
            _(
                "{signals} signals need as many labels, not {labels}.",
                signals=len(array),
                labels=len(labels),
            )
        )
    shown = array[:MOST_SIGNALS]
    strips = Strips.of(shown, channel_names, first_channels(array))
    columns = min(columns, len(shown))
    room = max(90 // columns, 6)
    with house_style():
        figure, panels = signal_panels(title, len(shown), columns, strips.inches)
        for number, (axes, signal) in enumerate(zip(panels, shown, strict=True)):
            draw_signal(axes, strips, signal, theme().blue)
            strips.dress(axes, named=number % columns == 0)
            caption(axes, shorten(labels[number], room))
        few = (
            [_("The first {shown} of {signals} signals.", shown=len(shown), signals=len(array))]
            if len(shown) < len(array)
            else []
        )
        add_note(figure, *strips.notes(), *few)
    return figure
