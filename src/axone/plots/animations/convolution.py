"""A convolution of a signal, window by window: the products, their sum, the output that fills."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from axone.arrays import FloatArray
from axone.checks import check_integer, check_number
from axone.errors import ConfigurationError
from axone.layers import Context, Conv1D
from axone.messages import Message, _, formatted
from axone.plots.animations.animation import Animation
from axone.plots.style import add_note, bare, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import Rectangle
    from matplotlib.text import Text

SIGNAL = (0.2, 0.6, 0.9, 0.4, -0.3, -0.8, -0.5, 0.1, 0.7, 0.3)
KERNEL = (0.5, 1.0, 0.5)

MOST_SAMPLES = 14
MOST_WEIGHTS = 5

_STAGES = 4
"""Frames of a window: it moves half way, arrives, its products are written, then their sum."""

_MOVES, _STANDS, _MULTIPLIES, _ADDS = range(_STAGES)

_SIGNAL_ROW, _KERNEL_ROW, _PRODUCT_ROW, _OUTPUT_ROW = 5.4, 3.9, 2.6, 0.6
"""Heights of the rows of cells, whose sides are 1."""


def animate_convolution(
    signal: Sequence[float] = SIGNAL, kernel: Sequence[float] = KERNEL, *, stride: int = 1
) -> Animation:
    """Slide a kernel over a signal: z[p] = Σₖ W[k]·x[p·stride + k], as `Conv1D` computes it.

    Only windows that lie within the signal are taken ("valid"), and the kernel is not flipped, as
    in every library of neural networks. There is no bias.

    Parameters
    ----------
    signal : sequence of 2 to 14 floats
        Default: ten numbers that begin with 0.2, 0.6, 0.9.
    kernel : sequence of 1 to 5 floats, default (0.5, 1, 0.5)
        On the first window of the default signal: 0.5·0.2 + 1·0.6 + 0.5·0.9 = 1.15.
    stride : int, default 1
        How far the window goes at each step.

    Returns
    -------
    Animation

    Raises
    ------
    ConfigurationError, ArgumentTypeError
        Too few numbers or too many, a kernel longer than the signal, or a number out of bounds.

    Examples
    --------
    >>> from axone.plots import animate_convolution
    >>> animate_convolution().captions[4]
    'Window 1: 0.50·0.20 + 1.00·0.60 + 0.50·0.90 = 1.15.'
    """
    x, weights = _checked(signal, kernel)
    check_integer("stride", stride, at_least=1, at_most=len(x))
    layer = Conv1D(1, len(weights), stride=stride, bias=False)
    given = {"weight": weights[None, None, :]}
    outputs = layer.forward(given, x[None, None, :], Context())[0][0, 0]
    starts = stride * np.arange(len(outputs))
    title = _("A convolution of a signal, window by window")
    with house_style():
        figure = new_figure(title, (8.0, 4.6))
        axes = figure.subplots()
        bare(axes)
        axes.set_xlim(-2.3, len(x) + 0.2)
        axes.set_ylim(-0.3, 6.9)
        _write_cells(axes, np.arange(len(x)), _SIGNAL_ROW, x, theme().pale)
        frame_of_window = _outline(axes, len(weights), _SIGNAL_ROW)
        kernel_cells = _write_cells(
            axes, np.arange(len(weights)), _KERNEL_ROW, weights, theme().behind_text[1]
        )
        products = _write_cells(
            axes, np.arange(len(weights)), _PRODUCT_ROW, np.zeros(len(weights)), theme().paper
        )
        # An output stands below the middle of its first window, as far apart as windows are.
        places = starts + (len(weights) - 1) / 2
        filled = _write_cells(axes, places, _OUTPUT_ROW, outputs, theme().behind_text[1])
        for height, name in (
            (_SIGNAL_ROW, _("signal x")),
            (_KERNEL_ROW, _("kernel W")),
            (_PRODUCT_ROW, _("products")),
            (_OUTPUT_ROW, _("output z")),
        ):
            axes.text(-0.3, height + 0.5, name, ha="right", va="center")
        total = axes.text(0, _PRODUCT_ROW - 0.45, "", ha="center", va="center", fontsize=11)
        add_note(figure, _note(len(x), len(weights), stride, len(outputs)))

    def show(frame: int) -> None:
        window, stage = divmod(frame - 1, _STAGES) if frame else (0, _STANDS)
        before = starts[max(window - 1, 0)]
        start = (before + starts[window]) / 2 if stage == _MOVES else float(starts[window])
        frame_of_window.set_x(start)
        for k, ((cell, text), (box, product)) in enumerate(
            zip(kernel_cells, products, strict=True)
        ):
            for patch, words in ((cell, text), (box, product)):
                patch.set_x(start + k)
                words.set_x(start + k + 0.5)
            is_written = frame > 0 and stage >= _MULTIPLIES
            box.set_visible(is_written)
            value = weights[k] * x[starts[window] + k]
            product.set_text(formatted(float(value), ".3g") if is_written else "")
        middle = start + len(weights) / 2
        total.set_x(min(max(middle, 1.2), len(x) - 1.2))
        has_sum = frame > 0 and stage == _ADDS
        total.set_text(_("sum: {value:.3g}", value=float(outputs[window])) if has_sum else "")
        known = window + (1 if has_sum else 0)
        for number, (cell, text) in enumerate(filled):
            text.set_visible(number < known)
            cell.set_facecolor(theme_of_cells[number == known - 1 and has_sum])
            cell.set_alpha(1.0 if number < known else 0.0)
            cell.set_edgecolor(ink)

    ink = theme().ink
    theme_of_cells = (theme().pale, theme().behind_text[1])
    captions = [
        str(
            _n_windows(len(x), len(weights), len(outputs)),
        )
    ]
    for window, start in enumerate(starts):
        words = str(_worked(window, weights, x[start : start + len(weights)], outputs[window]))
        captions += [words] * _STAGES
    return Animation(title, figure, tuple(captions), show, seconds=0.35, hold=3.0)
