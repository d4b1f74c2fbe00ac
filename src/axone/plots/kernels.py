"""The kernels of a convolution: the patterns that its channels look for."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from axone.arrays import FloatArray
from axone.errors import DataError, ShapeError
from axone.messages import Message, _
from axone.plots.signals import caption, names_of_channels, signal_panels
from axone.plots.style import (
    SIZE,
    SMALL,
    add_note,
    bare,
    color_map,
    dress,
    house_style,
    new_figure,
    theme,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

MOST_IMAGES = 48
"""Cells of a picture of kernels of images."""

MOST_SIGNALS = 24
"""Panels of a picture of kernels of signals."""

_COLUMNS = 8
_LINES: tuple[tuple[str, Any], ...] = (
    ("blue", "-"),
    ("vermilion", "--"),
    ("green", "-."),
    ("purple", ":"),
    ("orange", "-"),
)
"""Of more channels than these a kernel of a signal is drawn as a heat map."""


def plot_kernels(
    weight: ArrayLike,
    *,
    channel_names: Sequence[object] = (),
    title: str = _("Kernels of the first layer"),
) -> "Figure":
    """Draw the weights of a convolution: of images as images, of signals as lines.

    All share one scale, in which 0 is in the middle: white of images.

    Parameters
    ----------
    weight : array of shape (channels, inputs, height, width) or (channels, inputs, taps)
        Of `Conv2D` or `Conv1D`. The first are drawn: 48 images, side by side where a kernel reads
        several channels, or 24 signals. Kernels of signals of more than five channels are heat
        maps, a row a channel.
    channel_names : sequence of str, optional
        What the input channels are called; numbers if left out.
    title : str, default "Kernels of the first layer"

    Returns
    -------
    matplotlib.figure.Figure
        8 inches wide, as high as the rows need.

    Raises
    ------
    ShapeError
        The weights have other axes, or there is not a name for each channel.
    DataError
        They are not finite.
    """
    kernels = np.asarray(weight, dtype=np.float64)
    if kernels.ndim not in {3, 4} or kernels.size == 0:
        raise ShapeError(
            _(
                "weight has shape {shape}; allowed are (channels, inputs, height, width) and "
                "(channels, inputs, taps).",
                shape=kernels.shape,
            )
        )
    if not np.isfinite(kernels).all():
        raise DataError(_("weights must be finite: has the training diverged?"))
    inputs = names_of_channels(channel_names, kernels.shape[1])
    largest = float(np.abs(kernels).max()) or 1.0
    with house_style():
        if kernels.ndim == 4:
            return _images(kernels, inputs, largest, title)
        if len(inputs) <= len(_LINES):
            return _lines(kernels, inputs, largest, title)
        return _heat_maps(kernels, inputs, largest, title)


def _images(kernels: FloatArray, inputs: Sequence[str], largest: float, title: str) -> "Figure":
    channels, depth, height, width = kernels.shape
    drawn = min(_COLUMNS, depth)
    shown = min(channels, MOST_IMAGES // drawn)
    columns = drawn * min(_COLUMNS // drawn, shown)
    rows = math.ceil(shown * drawn / columns)
    cells = kernels[:shown, :drawn].reshape(-1, height, width)
    cell = min((SIZE[0] - 1.0) / columns, 1.2)
    tall = min(height / width, 2.0)
    figure = new_figure(title, (SIZE[0], rows * (cell * tall + 0.28) + 0.9))
    panels = figure.subplots(rows, columns, squeeze=False)
    for number, axes in enumerate(panels.ravel()):
        if number >= len(cells):
            axes.set_axis_off()
            continue
        _heat(axes, cells[number], largest)
        kernel, channel = divmod(number, drawn)
        words = str(kernel) if depth == 1 else f"{kernel} · {inputs[channel]}"
        axes.set_title(words, fontsize=SMALL, pad=2.0)
        bare(axes)
    _scale(figure, panels.ravel().tolist(), largest)
    how = (
        _("Above each its number.")
        if depth == 1
        else _("Above each the number of the kernel · the channel that it reads.")
    )
    add_note(figure, how, *_left_out(shown, channels, drawn, depth))
    return figure


def _lines(kernels: FloatArray, inputs: Sequence[str], largest: float, title: str) -> "Figure":
    channels, depth, taps = kernels.shape
    shown = min(channels, MOST_SIGNALS)
    figure, panels = signal_panels(title, shown, min(4, shown), 0.95)
    for number, axes in enumerate(panels):
        dress(axes)
        axes.axhline(0.0, color=theme().muted, linewidth=0.8)
        for (color, dashes), line in zip(_LINES, kernels[number], strict=False):
            marker = "o" if taps <= 12 else ""
            axes.plot(
                line,
                color=theme().named(color),
                linestyle=dashes,
                marker=marker,
                markersize=2.5,
                lw=1.3,
            )
        axes.set_ylim(-1.08 * largest, 1.08 * largest)
        axes.tick_params(labelleft=number % min(4, shown) == 0)
        axes.set_xticks([0, taps - 1] if taps > 1 else [0])
        caption(axes, str(number))
    if depth > 1:
        from matplotlib.lines import Line2D

        looks = [
            Line2D([], [], color=theme().named(color), linestyle=dashes, label=name)
            for (color, dashes), name in zip(_LINES, inputs, strict=False)
        ]
        figure.legend(handles=looks, loc="outside upper right", ncols=len(looks))
    how = _("Weight of each tap of the kernel; above each its number.")
    add_note(figure, how, *_left_out(shown, channels, depth, depth))
    return figure


def _heat_maps(kernels: FloatArray, inputs: Sequence[str], largest: float, title: str) -> "Figure":
    channels, depth, taps = kernels.shape
    shown = min(channels, MOST_SIGNALS)
    inches = min(max(0.8, 0.18 * depth), 2.2)
    figure, panels = signal_panels(title, shown, min(6, shown), inches)
    for number, axes in enumerate(panels):
        _heat(axes, kernels[number], largest, aspect="auto")
        bare(axes)
        if number % min(6, shown) == 0 and depth <= 12:
            axes.set_yticks(np.arange(depth), inputs)
            axes.tick_params(axis="y", length=0, labelsize=SMALL, pad=2.0)
        caption(axes, str(number))
    _scale(figure, panels, largest)
    how = _(
        "Rows: the channels that a kernel reads; columns: its {taps} taps; above each its number.",
        taps=taps,
    )
    add_note(figure, how, *_left_out(shown, channels, depth, depth))
    return figure


def _heat(axes: "Axes", cells: FloatArray, largest: float, *, aspect: str = "equal") -> None:
    axes.imshow(
        cells,
        cmap=color_map(theme().diverging),
        vmin=-largest,
        vmax=largest,
        aspect=aspect,  # type: ignore[arg-type]
        interpolation="nearest",
    )
    # White cells end somewhere too.
    height, width = cells.shape
    axes.add_patch(_frame(width, height))


def _frame(width: int, height: int) -> "Rectangle":
    from matplotlib.patches import Rectangle

    return Rectangle(
        (-0.5, -0.5), width, height, fill=False, edgecolor=theme().muted, linewidth=0.6
    )


def _scale(figure: "Figure", panels: "list[Axes]", largest: float) -> None:
    """Draw the scale of colours at the right."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    colors = ScalarMappable(Normalize(-largest, largest), color_map(theme().diverging))
    bar = figure.colorbar(colors, ax=panels, shrink=0.6 if len(panels) > 8 else 0.9, aspect=18)
    bar.set_label(_("weight"))
    bar.outline.set_visible(False)
    dress(bar.ax, grid=False)


def _left_out(shown: int, channels: int, drawn: int, inputs: int) -> list[Message]:
    found = []
    if shown < channels:
        found.append(_("The first {shown} of {kernels} kernels.", shown=shown, kernels=channels))
    if drawn < inputs:
        found.append(_("The first {shown} of {channels} channels.", shown=drawn, channels=inputs))
    return found
